import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { testRuntime } from '../../../test/model/task-runtime.ts'
import { type Chunk, chunksReader, type Reader } from '../reader.ts'
import { cartesianReader } from './cartesian-reader.ts'

/** A reader that gives a promise for each chunk. */
function later(chunks: readonly Chunk[]): Reader {
  const reader = chunksReader(chunks)
  return { isAsync: true, next: async () => reader.next(), close: async () => {} }
}

async function productOf(left: Reader, right: Reader, maxEntries: number): Promise<unknown[]> {
  const runtime = testRuntime(maxEntries)
  try {
    const reader = cartesianReader(left, right, runtime)
    const records: unknown[] = []
    for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
      for (const record of chunk) records.push(record)
    }
    await reader.close()
    assert.deepEqual(fs.readdirSync(runtime.directory), [], 'the file of the right side is removed')
    return records
  } finally {
    runtime.remove()
  }
}

const chunks = fc.array(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 6 }), { maxLength: 5 })

test("every pair in the left side's order, whether the right side is in memory or in a file", async () => {
  await fc.assert(
    fc.asyncProperty(
      chunks,
      chunks,
      fc.constantFrom(1, 4, 10, 1e9),
      fc.boolean(),
      fc.boolean(),
      async (left, right, maxEntries, isLeftLater, isRightLater) => {
        const open = (isLater: boolean, side: Chunk[]) => (isLater ? later(side) : chunksReader(side))
        const found = await productOf(open(isLeftLater, left), open(isRightLater, right), maxEntries)
        assert.deepEqual(
          found,
          left.flat().flatMap((l) => right.flat().map((r) => [l, r])),
        )
      },
    ),
    { numRuns: 200 },
  )
})

test('the file is read again for each record of the left side, chunks of any length', async () => {
  const right = [Array.from({ length: 5000 }, (_, n) => `right ${n}`), ['last']]
  const found = (await productOf(chunksReader([['a'], ['b', 'c']]), chunksReader(right), 1000)) as [string, string][]
  assert.equal(found.length, 3 * 5001)
  assert.deepEqual(found[5001 + 4999], ['b', 'right 4999'])
  assert.deepEqual(found.at(-1), ['c', 'last'])
})
