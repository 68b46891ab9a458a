import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf, columnOf } from './column-builder.ts'
import { arrowField, arrowSchema } from './schema.ts'
import { readArrowStream, writeArrowStream } from './stream.ts'
import { valuesOf } from './values.ts'

test('months of a year-month interval come back, and sorted maps and large lists keep their type', () => {
  const int = arrowField('v', { kind: 'int', bits: 32 })
  const schema = arrowSchema([
    arrowField('months', { kind: 'yearMonthInterval' }),
    arrowField('map', { kind: 'map', key: arrowField('k', { kind: 'date' }, false), value: int, isSorted: true }),
    arrowField('list', { kind: 'list', element: int, isLarge: true }),
  ])
  const rows = [
    [-14, [[0, 1]], [1, 2, 3]],
    [null, null, null],
    [2 ** 31 - 1, [], []],
  ]
  const [batch] = [...readArrowStream(writeArrowStream(schema, [batchOf(schema, rows)]))]
  assert.deepEqual(batch?.schema, schema)
  const columns = batch.columns.map((column, index) => valuesOf(schema.fields[index]!.type, column))
  assert.deepEqual(
    rows.map((_, row) => columns.map((column) => column[row])),
    rows,
  )
})

test('values of another type are refused', () => {
  assert.throws(() => columnOf({ kind: 'int', bits: 32 }, [1n]), /type int takes no bigint/)
  assert.throws(() => columnOf({ kind: 'int', bits: 64 }, [1]), /type int takes no number/)
  assert.throws(() => columnOf({ kind: 'string', isLarge: false }, [1]), /type string takes no number/)
  assert.throws(() => columnOf({ kind: 'binary', isLarge: false }, ['a']), /type binary takes no string/)
})

test('a stream that does not begin with a message is an error', () => {
  assert.throws(() => [...readArrowStream(Buffer.from('not an Arrow stream at all'))], {
    code: 'ARROW_STREAM_INVALID',
  })
})
