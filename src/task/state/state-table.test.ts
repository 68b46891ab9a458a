import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { testRuntime } from '../../../test/model/task-runtime.ts'
import { stateRuntimeOf } from './state-memory.ts'
import { StateTable } from './state-table.ts'
import type { StateVersion } from './state-version.ts'

const removals: (() => void)[] = []
after(() => {
  for (const remove of removals) remove()
})

/** @param maxEntries entries in the heap after which some go to the file. */
function emptyState(maxEntries?: number): StateVersion {
  const runtime = testRuntime(maxEntries)
  removals.push(runtime.remove)
  return StateTable.empty(stateRuntimeOf(runtime))
}

type Change = { readonly key: unknown; readonly value: number | null }

function apply(table: StateTable, changes: readonly Change[]): void {
  for (const { key, value } of changes) {
    const slot = table.find(key)
    if (value === null) {
      if (slot >= 0) table.remove(slot)
    } else if (slot < 0) table.insert(key, value)
    else table.put(slot, value)
  }
}

function step(base: StateVersion, timeMs: number, changes: readonly Change[]): StateVersion {
  base.table.begin(base, timeMs)
  apply(base.table, changes)
  return base.table.commit([])
}

function contents(version: StateVersion): string {
  const entries = [...version.table.entries(version)].map((entry) => JSON.stringify(entry))
  return entries.sort().join()
}

test('a batch that is taken back leaves no trace', () => {
  const first = step(emptyState(), 1, [
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ])
  const before = contents(first)
  first.table.begin(first, 2)
  apply(first.table, [
    { key: 'a', value: 9 },
    { key: 'b', value: null },
    { key: 'c', value: 3 },
  ])
  first.table.rollback()
  assert.equal(contents(first), before)
  assert.equal(contents(step(first, 2, [{ key: 'c', value: 4 }])), '["a",1,1],["b",2,1],["c",4,2]')
})

test('the versions of the last batches stay readable, in any order, and older ones are retired', () => {
  let version = emptyState()
  const versions: StateVersion[] = []
  for (let timeMs = 1; timeMs <= 6; timeMs++) {
    version = step(version, timeMs, [{ key: 'n', value: timeMs }])
    versions.push(version)
  }
  assert.deepEqual(
    versions.map((one) => one.isRetired),
    [true, true, false, false, false, false],
  )
  for (const timeMs of [3, 6, 4, 5, 3, 6]) {
    assert.equal(contents(versions[timeMs - 1] as StateVersion), `["n",${timeMs},${timeMs}]`)
  }
})

test('keys are equal by value, also those that went to the file', () => {
  let version = emptyState(40)
  // The last ones have one hash, two by two.
  const keys = [['a', 1], null, undefined, Number.NaN, -0, 12n, true, '\u0000x', new Date(5), 'text', 'Aa', 'BB', 5n, 5]
  for (let round = 1; round <= 3; round++) {
    const others = Array.from({ length: 100 }, (_, i) => ({ key: `other ${i}`, value: i }))
    version = step(version, round, [
      ...structuredClone(keys).map((key, i) => ({ key, value: round * 100 + i })),
      ...others,
    ])
  }
  assert.equal(version.table.size, keys.length + 100)
  assert.ok(version.table.fileBytes > 0)
  for (const [i, key] of [...structuredClone(keys).entries()].reverse()) {
    const slot = version.table.find(key)
    assert.equal(version.table.valueAt(slot), 300 + i, `the value of ${String(key)}`)
  }
})

test('the file is written anew once most of it is of no use', () => {
  let version = emptyState(64)
  let written = 0
  const value = 'x'.repeat(1000)
  for (let round = 1; round <= 40; round++) {
    const changes = Array.from({ length: 300 }, (_, i) => ({ key: i, value: `${round} ${value}` as never }))
    version = step(version, round, changes)
    written += 300 * 1000
    assert.ok(version.table.fileBytes < 4_000_000, `${version.table.fileBytes} bytes after ${written}`)
  }
  for (let i = 0; i < 300; i++) assert.equal(version.table.valueAt(version.table.find(i)), `40 ${value}`)
})

test('keys are taken as old by the time of their update, the oldest first', () => {
  let version = emptyState()
  version = step(version, 10, [
    { key: 'a', value: 1 },
    { key: 'b', value: 1 },
  ])
  version = step(version, 20, [{ key: 'c', value: 1 }])
  version = step(version, 30, [{ key: 'a', value: 2 }])
  const { table } = version
  table.begin(version, 40)
  assert.deepEqual(
    [...table.takeOlderThan(30)].map((slot) => table.read(slot)[0]),
    ['b', 'c'],
  )
  table.rollback()
  table.begin(version, 41)
  assert.deepEqual(
    [...table.takeOlderThan(31)].map((slot) => table.read(slot)[0]),
    ['b', 'c', 'a'],
    'what a batch that failed has taken is given again',
  )
})

const change = fc.record({
  key: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom('a', 'b', 'c'), fc.tuple(fc.constantFrom('p', 'q'))),
  value: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 3 }),
})

for (const [name, maxEntries] of [
  ['in the heap', undefined],
  ['mostly on disk', 20],
] as const) {
  test(`random batches, some taken back, some done again from an earlier version, are those of a map: ${name}`, () => {
    const batch = fc.record({
      changes: fc.array(change, { maxLength: 60 }),
      back: fc.integer({ min: 0, max: 2 }),
      isTakenBack: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
        let timeMs = 0
        const history = [{ version: emptyState(maxEntries), model: new Map<string, string>(), timeMs }]
        for (const { changes, back, isTakenBack } of batches) {
          timeMs += 1
          const base = history.at(-1 - Math.min(back, history.length - 1))
          assert.ok(base)
          if (base.version.isRetired) continue
          const { table } = base.version
          table.begin(base.version, timeMs)
          apply(table, changes)
          if (isTakenBack) {
            table.rollback()
            assert.equal(contents(base.version), [...base.model.values()].sort().join())
            continue
          }
          const model = new Map(base.model)
          for (const { key, value } of changes) {
            if (value === null) model.delete(JSON.stringify(key))
            else model.set(JSON.stringify(key), JSON.stringify([key, value, timeMs]))
          }
          history.push({ version: table.commit([]), model, timeMs })
          for (const one of history) {
            if (one.version.isRetired) continue
            assert.equal(contents(one.version), [...one.model.values()].sort().join())
          }
          const changed = table.changesSince(table.current, base.timeMs)
          assert.ok(changed !== null || base.timeMs === 0, 'the changes of the last batch are known')
          if (changed === null) continue
          const replayed = new Map(base.model)
          for (const key of changed.removed) replayed.delete(JSON.stringify(key))
          for (const entry of changed.entries) replayed.set(JSON.stringify(entry[0]), JSON.stringify(entry))
          assert.deepEqual([...replayed].sort(), [...model].sort(), 'the changes make the new state of the old one')
        }
      }),
      { numRuns: 300 },
    )
  })
}

test('a disk that takes no states is an error that says where and what to do, and the version before stays as it was', () => {
  const runtime = testRuntime(50)
  removals.push(runtime.remove)
  let { directory } = runtime
  const local = { ...runtime, localDir: () => directory }
  const first = step(StateTable.empty(stateRuntimeOf(local)), 1, [{ key: 'a', value: 1 }])
  directory += '/gone'
  const many = Array.from({ length: 200 }, (_, key) => ({ key, value: key }))
  first.table.begin(first, 2)
  assert.throws(() => apply(first.table, many), {
    code: 'STATE_NOT_SPILLED',
    message: /gone.*ENOENT.*spark\.local\.dir/,
  })
  first.table.rollback()
  assert.equal(contents(first), '["a",1,1]')
})

test('any number of keys may leave the state between two checkpoints', () => {
  const count = 150_000
  const all = Array.from({ length: count }, (_, key): Change => ({ key, value: key }))
  const first = step(emptyState(), 1, all)
  const left = step(
    first,
    2,
    all.filter(({ key }) => (key as number) > 0).map(({ key }) => ({ key, value: null })),
  )
  const changes = left.table.changesSince(left, 1)
  assert.equal(changes?.removed.length, count - 1)
  assert.deepEqual([...(changes?.entries ?? [])], [])
})
