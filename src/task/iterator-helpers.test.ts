import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartitionIterator } from './iterator.ts'
import { helpersForAnyNode } from './iterator-helpers.ts'
import { ChunkIterator, chunksReader } from './reader.ts'

/** The iterators that a user's function may get: of this Node, and as on a Node that has no helpers. */
const kinds: Readonly<Record<string, (records: readonly number[]) => PartitionIterator<number>>> = {
  'as this Node has them': (records) =>
    new ChunkIterator(chunksReader([records.slice(0, 2), records.slice(2)])) as unknown as PartitionIterator<number>,
  'as a Node before 22 has them': (records) => {
    const iterator = records.values()
    return Object.setPrototypeOf(iterator, helpersForAnyNode(iterator)) as PartitionIterator<number>
  },
}

for (const [kind, of] of Object.entries(kinds)) {
  test(`an iterator over a partition has the helpers ${kind}`, () => {
    const records = [1, 2, 3, 4, 5]
    const isEven = (n: number) => n % 2 === 0
    assert.deepEqual(
      of(records)
        .map((n, i) => n * 10 + i)
        .toArray(),
      [10, 21, 32, 43, 54],
    )
    assert.deepEqual([...of(records).filter(isEven)], [2, 4])
    assert.deepEqual(
      of(records)
        .flatMap((n) => [n, n])
        .take(3)
        .toArray(),
      [1, 1, 2],
    )
    assert.deepEqual(
      of(records)
        .drop(2)
        .map((n) => n + 1)
        .filter(isEven)
        .toArray(),
      [4, 6],
    )
    assert.deepEqual(of(records).take(0).toArray(), [])
    assert.equal(
      of(records).reduce((a, b) => a + b),
      15,
    )
    assert.equal(
      of(records).reduce((text, n) => text + n, ''),
      '12345',
    )
    assert.throws(() => of([]).reduce((a, b) => a + b), TypeError)
    assert.throws(() => of(records).take(-1), RangeError)
    assert.equal(of(records).some(isEven), true)
    assert.equal(of(records).every(isEven), false)
    assert.equal(of(records).find(isEven), 2)
    assert.equal(of([1]).find(isEven), undefined)
    const seen: number[] = []
    of(records).forEach((n) => {
      seen.push(n)
    })
    assert.deepEqual(seen, records)
  })

  test(`helpers are lazy ${kind}`, () => {
    const seen: number[] = []
    const mapped = of([1, 2, 3, 4]).map((n) => {
      seen.push(n)
      return n
    })
    assert.deepEqual(mapped.take(2).toArray(), [1, 2])
    assert.deepEqual(seen, [1, 2])
  })
}
