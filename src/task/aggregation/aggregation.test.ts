import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { testRuntime } from '../../../test/model/task-runtime.ts'
import type { Aggregator } from '../aggregator.ts'
import { type Chunk, chunksReader, type Reader } from '../reader.ts'
import { cogroupReader } from './cogroup-reader.ts'
import { combiningReader } from './combining-reader.ts'
import { mergeOfValues } from './merge.ts'
import { sortingReader } from './sorting-reader.ts'

function readAll(reader: Reader): unknown[] {
  const records: unknown[] = []
  for (let chunk = reader.next() as Chunk | null; chunk !== null; chunk = reader.next() as Chunk | null) {
    records.push(...chunk)
  }
  void reader.close()
  return records
}

const sum: Aggregator = { kind: 'reduce', merge: ((a: number, b: number) => a + b) as never }

function combine(pairs: readonly unknown[], aggregator: Aggregator, maxEntries: number): unknown[] {
  const runtime = testRuntime(maxEntries)
  try {
    const reader = combiningReader(
      mergeOfValues(aggregator),
      (table) => {
        for (const pair of pairs) table.add(pair)
      },
      false,
      runtime,
    )
    const combined = readAll(reader)
    assert.deepEqual(fs.readdirSync(runtime.directory), [], 'spill files are removed')
    return combined
  } finally {
    runtime.remove()
  }
}

const key = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(null, true, Number.NaN),
)

test('combining gives each key once with all its values, in memory and from spilled buckets', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, fc.integer({ min: 0, max: 9 })), { maxLength: 300 }),
      fc.constantFrom(1, 3, 50, 1e9),
      (pairs, maxEntries) => {
        const expected = new Map<unknown, number>()
        for (const [k, v] of pairs) expected.set(k, (expected.get(k) ?? 0) + v)
        const combined = combine(pairs, sum, maxEntries) as [unknown, number][]
        assert.equal(combined.length, expected.size)
        for (const [k, v] of combined) assert.equal(v, expected.get(k))
      },
    ),
    { numRuns: 150 },
  )
})

test('one key with more values than the limit of entries is still grouped whole', () => {
  const pairs = Array.from({ length: 5000 }, (_, i) => ['only', i])
  const [group] = combine(pairs, { kind: 'group' }, 10) as [[string, number[]]]
  assert.deepEqual(
    [...group[1]].sort((a, b) => a - b),
    pairs.map(([, v]) => v),
  )
})

test('keys are compared by value: arrays, dates and bytes meet their equals', () => {
  const pairs = [
    [['a', 1], 1],
    [['a', 1], 2],
    [new Date(5), 4],
    [new Date(5), 8],
    [Uint8Array.of(1, 2), 16],
    [Uint8Array.of(1, 2), 32],
  ]
  assert.deepEqual(combine(pairs, sum, 1e9), [
    [['a', 1], 3],
    [new Date(5), 12],
    [Uint8Array.of(1, 2), 48],
  ])
})

test('a record that is no pair is named in the error', () => {
  assert.throws(() => combine([7], sum, 1e9), { code: 'NOT_A_PAIR' })
})

test('sorting gives all records in order and keeps equal ones in theirs, in memory and from runs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat()), { maxLength: 400 }),
      fc.constantFrom(1, 7, 60, 1e9),
      (records, maxEntries) => {
        const runtime = testRuntime(maxEntries)
        try {
          const chunks = [records.slice(0, 100), records.slice(100)]
          const compare = (a: unknown, b: unknown): number => (a as [number])[0] - (b as [number])[0]
          assert.deepEqual(readAll(sortingReader(chunksReader(chunks), compare, runtime)), [...records].sort(compare))
          assert.deepEqual(fs.readdirSync(runtime.directory), [])
        } finally {
          runtime.remove()
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('cogroup gives a list per input for each key, in memory and from spilled buckets', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(fc.string({ maxLength: 1 }), fc.nat(9)), { maxLength: 60 }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.constantFrom(2, 20, 1e9),
      (inputs, maxEntries) => {
        const runtime = testRuntime(maxEntries)
        try {
          const readers = inputs.map((pairs) => chunksReader(pairs.length === 0 ? [] : [pairs]))
          const groups = new Map(readAll(cogroupReader(readers, runtime)) as [string, number[][]][])
          const keys = new Set(inputs.flat().map(([k]) => k))
          assert.deepEqual(new Set(groups.keys()), keys)
          for (const [k, lists] of groups) {
            const expected = inputs.map((pairs) => pairs.filter(([other]) => other === k).map(([, v]) => v))
            assert.deepEqual(
              lists.map((list) => [...list].sort()),
              expected.map((list) => list.sort()),
            )
          }
        } finally {
          runtime.remove()
        }
      },
    ),
    { numRuns: 100 },
  )
})
