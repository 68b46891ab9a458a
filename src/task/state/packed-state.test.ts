import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { feedOfIterator } from './feed.ts'
import { PackedState, packState } from './packed-state.ts'
import type { State } from './state.ts'
import { firstOf } from './state-contents.ts'
import { plainStateRuntime } from './state-memory.ts'
import { restoreState, stateChanges, stateEntries, stateZips } from './state-operations.ts'

type Packed = readonly unknown[]

const KEYS = Array.from({ length: 20_000 }, (_, i) => `key ${i}`)

/** Sets a key's state to the value, and removes it for null. */
const assigning = () => (_key: string, value: number | null, state: State<number>) => {
  if (state.isTimingOut()) return
  if (value !== null) state.update(value)
  else if (state.exists()) state.remove()
}

/** The version after a batch, as it goes to an engine and comes back. */
function after(state: Iterable<unknown>, timeMs: number, data: readonly unknown[], timeoutBeforeMs?: number): Packed {
  const times = [[timeMs, timeoutBeforeMs ?? null]]
  return structuredClone([...packState(stateZips.mapWithState([state, data, times], 0, assigning, false))])
}

const initial = (pairs: readonly unknown[]) => restoreState(pairs, 0, 1000, false, false)
const entriesOf = (state: Packed) => new Map([...stateEntries(state, 0, 'timed')] as [string, [number, number]][])
const bytesOf = ([, ...buckets]: Packed) =>
  buckets.map((bucket) => Buffer.from((bucket as unknown[])[4] as Uint8Array).toString('base64'))

function changesOrNull(state: Packed, sinceMs: number): [string, [number, number][]][] | null {
  try {
    return [...stateChanges(state, 0, sinceMs)] as [string, [number, number][]][]
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'STATE_CHANGES_UNKNOWN')
    return null
  }
}

test('a batch of few keys opens their buckets and passes the others on as they are', () => {
  const state = after(initial(KEYS.map((key) => [key, 1])), 1000, [])
  const next = after(state, 2000, [
    ['key 7', 70],
    ['new', 5],
    ['key 8', null],
  ])
  const before = new Set(bytesOf(state))
  assert(before.size > 32, `${before.size} buckets`)
  const made = bytesOf(next).filter((bytes) => !before.has(bytes))
  // At most the others of a bucket, and what the batch has put into it.
  assert(made.length >= 3 && made.length <= 5, `${made.length} buckets`)
  const expected = entriesOf(state)
  expected.set('key 7', [70, 2000])
  expected.set('new', [5, 2000])
  expected.delete('key 8')
  assert.deepEqual(entriesOf(next), expected)
})

test('buckets become more and fewer with the keys, and keys that time out are found in closed ones', () => {
  let state = after(initial([]), 1000, [])
  for (let batch = 0; batch < 4; batch++) {
    const keys = KEYS.slice(batch * 5000, (batch + 1) * 5000)
    state = after(state, 2000 + batch * 1000, keys.map((key) => [key, batch])) // biome-ignore format: one batch
  }
  assert.equal(entriesOf(state).size, KEYS.length)
  const most = bytesOf(state).length
  state = after(state, 6000, [['key 1', 9]], 5000)
  assert.deepEqual(new Set([...entriesOf(state).values()].map(([value]) => value)), new Set([9, 3]))
  assert.equal(entriesOf(state).size, 5001)
  state = after(state, 9000, [], 6000)
  assert.deepEqual([...entriesOf(state)], [['key 1', [9, 6000]]])
  assert(bytesOf(after(state, 9000, [['x', 1]])).length < most / 10)
})

test('a bucket that is touched again and again stays in two records at most', () => {
  let state = after(initial(KEYS.map((key) => [key, 1])), 1000, [])
  for (let batch = 2; batch < 12; batch++) {
    state = after(state, batch * 1000, KEYS.filter((_, i) => i % 10 === batch % 10).map((key) => [key, batch])) // biome-ignore format: one batch
    const records = new Map<unknown, number>()
    for (const [index] of state.slice(1) as unknown[][]) records.set(index, (records.get(index) ?? 0) + 1)
    assert(Math.max(...records.values()) <= 2)
  }
  assert.equal(entriesOf(state).size, KEYS.length)
})

test('a bucket of which one record holds a key that times out keeps the others of that record', () => {
  let state = after(initial([['z', 1]]), 1000, [])
  state = after(state, 2000, [['b', 2]])
  state = after(state, 4000, [['d', 4]])
  state = after(state, 5000, [], 2000)
  assert.deepEqual(entriesOf(state), new Map([['b', [2, 2000]], ['d', [4, 4000]]])) // biome-ignore format: a map
})

test('batches that chance decides, with keys that are removed and time out, are those of a map', () => {
  const seed = randomInt(2 ** 31)
  let random = seed
  const next = (below: number) => {
    random = (Math.imul(random, 1664525) + 1013904223) | 0
    return (random >>> 8) % below
  }
  const expected = new Map<string, [number, number]>()
  let state = after(initial([]), 1000, [])
  /** As a checkpoint would have it. */
  let before = { timeMs: 1000, entries: new Map(expected) }
  let known = 0
  for (let batch = 1; batch <= 50; batch++) {
    const timeMs = (batch + 1) * 1000
    const timeoutBeforeMs = next(3) === 0 ? timeMs - 1000 * (2 + next(8)) : null
    const size = [0, 3, 40, 900][next(4)] as number
    const data = Array.from({ length: size }, () => [`key ${next(3000)}`, next(6) === 0 ? null : batch] as const)
    for (const [key, value] of data) {
      if (value === null) expected.delete(key)
      else expected.set(key, [value, timeMs])
    }
    for (const [key, [, updatedMs]] of expected) if (updatedMs < (timeoutBeforeMs ?? 0)) expected.delete(key)
    state = after(state, timeMs, data, timeoutBeforeMs ?? undefined)
    assert.deepEqual(entriesOf(state), expected, `batch ${batch} of seed ${seed}`)
    const { timeMs: sinceMs, entries } = before
    const changes = changesOrNull(state, sinceMs)
    for (const [key, [now]] of changes ?? []) {
      if (now === undefined) entries.delete(key)
      else entries.set(key, now)
    }
    if (changes !== null) {
      known += 1
      assert.deepEqual(entries, expected, `changes from ${sinceMs} to ${timeMs} of seed ${seed}`)
    }
    if (changes === null || next(4) === 0) before = { timeMs, entries: new Map(expected) }
  }
  assert(known > 25, `${known} times`)
})

test('keys of every kind are found again', () => {
  const keys = ['a', 1, -0, Number.NaN, null, true, 5n, [1, 'x'], new Date(3), '\u0000']
  const filler = KEYS.map((key) => [key, 0])
  const state = after(initial([...filler, ...keys.map((key) => [key, 1])]), 1000, [])
  const changed = after(state, 2000, keys.map((key) => [key, 2])) // biome-ignore format: one batch
  const values = [...stateEntries(changed, 0, 'pairs')].map((entry) => (entry as [unknown, number])[1])
  assert.equal(values.length, KEYS.length + keys.length)
  assert.equal(values.filter((value) => value === 2).length, keys.length)
})

test('what changed since a time is known, removed keys included', () => {
  let state = after(initial(KEYS.map((key) => [key, 1])), 1000, [])
  state = after(state, 2000, [['key 1', 2], ['key 2', null], ['key 3', null]]) // biome-ignore format: one batch
  state = after(state, 3000, [['key 3', 3], ['key 4', 4]]) // biome-ignore format: one batch
  const since = (timeMs: number) => new Map([...stateChanges(state, 0, timeMs)] as [string, unknown[]][])
  assert.deepEqual(
    since(1000),
    new Map<string, unknown[]>([
      ['key 1', [[2, 2000]]],
      ['key 2', []],
      ['key 3', [[3, 3000]]],
      ['key 4', [[4, 3000]]],
    ]),
  )
  assert.deepEqual(since(2000), new Map([['key 3', [[3, 3000]]], ['key 4', [[4, 3000]]]])) // biome-ignore format: a map
  assert.deepEqual(since(3000), new Map())
  assert.throws(() => since(999), { code: 'STATE_CHANGES_UNKNOWN' })
})

test('more removed keys than a state has are not remembered', () => {
  let state = after(initial(KEYS.map((key) => [key, 1])), 1000, [])
  state = after(state, 2000, KEYS.slice(0, 15_000).map((key) => [key, null])) // biome-ignore format: one batch
  assert.throws(() => [...stateChanges(state, 0, 1000)], { code: 'STATE_CHANGES_UNKNOWN' })
  state = after(state, 3000, [['key 19999', null]])
  assert.deepEqual([...stateChanges(state, 0, 2000)], [['key 19999', []]])
})

test('a version that is opened for some keys has these alone', () => {
  const state = after(initial(KEYS.map((key, i) => [key, i])), 1000, [])
  const { first, rest } = firstOf(feedOfIterator(state))
  const { table } = new PackedState(first, rest).open({ keys: ['key 5'], olderThanMs: null }, plainStateRuntime())
  assert.equal(table.valueAt(table.find('key 5')), 5)
  assert.equal(table.size, 1)
})
