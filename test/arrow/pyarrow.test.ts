import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ArrowBatch } from '../../src/arrow/column.ts'
import { ArrowStreamError } from '../../src/arrow/errors.ts'
import { readArrowSchema, readArrowStream } from '../../src/arrow/stream.ts'
import { type ArrowValue, valuesOf } from '../../src/arrow/values.ts'
import { ALL_TYPES, ALL_TYPES_ROWS } from './all-types.ts'
import { allTypesStream } from './all-types-stream.ts'

function recorded(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/arrow/${name}.arrow`, import.meta.url))
}

function rowsOf({ schema, length, columns }: ArrowBatch): ArrowValue[][] {
  const values = columns.map((column, index) => valuesOf(schema.fields[index]!.type, column))
  return Array.from({ length }, (_, row) => values.map((column) => plain(column[row] ?? null)))
}

/** Bytes as a plain Uint8Array: a Buffer is deeply equal to none. */
function plain(value: ArrowValue): ArrowValue {
  return value instanceof Uint8Array ? Uint8Array.from(value) : value
}

test('a stream that pyarrow wrote is read as it is: every type, nulls, two batches', () => {
  const batches = [...readArrowStream(recorded('from-pyarrow'))]
  assert.deepEqual(
    batches.map(({ length }) => length),
    [6, 5],
  )
  assert.deepEqual(batches[0]!.schema, ALL_TYPES)
  assert.deepEqual(batches.flatMap(rowsOf), ALL_TYPES_ROWS)
})

test('a stream may begin at any byte of a buffer', () => {
  const moved = Buffer.concat([Buffer.alloc(3), recorded('from-pyarrow')]).subarray(3)
  assert.deepEqual([...readArrowStream(moved)].flatMap(rowsOf), ALL_TYPES_ROWS)
})

test('the stream that pyarrow was seen to read is what is written today', () => {
  // pyarrow_streams.py has checked the recorded bytes: when they change on purpose, record them and run it again.
  assert.equal(Buffer.compare(allTypesStream(), recorded('from-millstream')), 0)
  assert.deepEqual([...readArrowStream(allTypesStream())].flatMap(rowsOf), ALL_TYPES_ROWS)
})

test('a batch without rows has its columns', () => {
  const batches = [...readArrowStream(recorded('no-rows'))]
  assert.deepEqual(batches.flatMap(rowsOf), [])
  assert.equal(batches[0]?.columns.length, ALL_TYPES.fields.length)
  assert.deepEqual(readArrowSchema(recorded('no-rows')), ALL_TYPES)
})

for (const codec of ['lz4', 'zstd']) {
  test(`batches compressed with ${codec} are refused by name`, () => {
    assert.throws(() => [...readArrowStream(recorded(codec))], {
      name: 'ArrowStreamError',
      code: 'ARROW_COMPRESSED',
      message: new RegExp(`compressed with ${codec}.*spark\\.sql\\.execution\\.arrow\\.compression\\.codec`),
    })
  })
}

for (const [name, message] of [
  ['unsigned', /column 'x' is an unsigned integer of 32 bits/],
  ['dictionary', /column 'x' is dictionary-encoded/],
  ['milliseconds', /column 'x' is a timestamp in another unit/],
] as const) {
  test(`a type that Spark never sends is refused by name: ${name}`, () => {
    assert.throws(() => [...readArrowStream(recorded(name))], { code: 'ARROW_TYPE_UNSUPPORTED', message })
  })
}

test('every stream that is cut off within a message is an error', () => {
  const stream = recorded('from-pyarrow')
  for (let end = 16; end < stream.length - 8; end += 97) {
    let read = 0
    try {
      for (const { length } of readArrowStream(stream.subarray(0, end))) read += length
    } catch (error) {
      assert(error instanceof ArrowStreamError, `cut off at ${end}: ${error}`)
    }
    assert(read < ALL_TYPES_ROWS.length, `cut off at ${end}`)
  }
})
