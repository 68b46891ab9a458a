import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ArrowStreamError } from '../../../arrow/errors.ts'
import type { StageRow } from './row-batch.ts'
import { rowsOf } from './row-batch.ts'
import { readRowStream } from './row-batch-reader.ts'
import { rowStream } from './row-batch-writer.ts'

function row(index: number, block: string): StageRow {
  return { target: index, leaf: index % 3, source: index - 500, part: 7, block: new Uint8Array(Buffer.from(block)) }
}

function read(bytes: Uint8Array): StageRow[] {
  return [...readRowStream(bytes)].flatMap((batch) => [...rowsOf(batch)])
}

function plain(rows: readonly StageRow[]): unknown[] {
  return rows.map(({ block, ...rest }) => ({ ...rest, block: Buffer.from(block).toString() }))
}

for (const nesting of ['flat', 'struct'] as const) {
  test(`rows come out of a ${nesting} stream as they went in`, () => {
    const rows = Array.from({ length: 1000 }, (_, index) => row(index, 'x'.repeat(index % 17)))
    assert.deepEqual(plain(read(rowStream(rows, nesting))), plain(rows))
    assert.deepEqual(read(rowStream([], nesting)), [])
  })

  test(`a ${nesting} stream may begin at any byte of a buffer`, () => {
    const stream = rowStream([row(1, 'one'), row(2, '')], nesting)
    const moved = Buffer.concat([Buffer.alloc(3), stream]).subarray(3)
    assert.deepEqual(plain(read(moved)), plain([row(1, 'one'), row(2, '')]))
  })
}

test('a stream that is cut off is an error', () => {
  const stream = rowStream([row(1, 'some text')], 'flat')
  assert.throws(() => read(stream.subarray(0, stream.length - 16)), ArrowStreamError)
})

test('a stream that does not begin with a message is an error', () => {
  assert.throws(() => read(Buffer.from('not an Arrow stream at all')), ArrowStreamError)
})
