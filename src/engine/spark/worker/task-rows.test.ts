import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { shortWrites } from '../../../../test/short-writes.ts'
import type { StoredBytes } from '../../../task/input.ts'
import type { RowBatch } from '../rows/row-batch.ts'
import { TaskRows } from './task-rows.ts'

function textAt(stored: StoredBytes): string {
  if (stored instanceof Uint8Array) return Buffer.from(stored).toString()
  return readFileSync(stored.path)
    .subarray(stored.offset, stored.offset + stored.length)
    .toString()
}

/** Rows for target 0, leaf 0. */
function batchOf(rows: readonly { readonly source: number; readonly text: string }[]): RowBatch {
  const data = Buffer.from(rows.map(({ text }) => text).join(''))
  const ends = rows.map((_, index) => rows.slice(0, index + 1).reduce((sum, { text }) => sum + text.length, 0))
  const zeros = new Int32Array(rows.length)
  return {
    length: rows.length,
    target: zeros,
    leaf: zeros,
    source: Int32Array.from(rows, ({ source }) => source),
    part: zeros,
    offsets: BigInt64Array.from([0, ...ends], BigInt),
    data,
  }
}

test('rows that there is no memory for are whole in their files although the system writes them in parts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'task-rows-'))
  const rows = new TaskRows(0, () => directory)
  try {
    using short = shortWrites()
    rows.add(
      batchOf([
        { source: 1, text: 'the last' },
        { source: 0, text: 'first, ' },
      ]),
    )
    rows.add(batchOf([{ source: 0, text: 'second, ' }]))
    assert.equal(textAt(rows.joined(0, 0)), 'first, second, the last')
    assert(short.count > 4)
  } finally {
    rows.close()
    rmSync(directory, { recursive: true, force: true })
  }
})
