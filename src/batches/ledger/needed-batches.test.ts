import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NeededBatches } from './needed-batches.ts'

const included = (needed: NeededBatches, reachMs: number, times: readonly number[]) =>
  times.filter((time) => needed.includes(time, reachMs))

test('before any batch has ended everything is needed', () => {
  assert.equal(new NeededBatches([], Number.NEGATIVE_INFINITY, []).includes(-1e15, 1), true)
})

test('what comes after the newest batch that ended needs as much as its streams reach back', () => {
  const needed = new NeededBatches([], 5000, [])
  assert.deepEqual(included(needed, 2000, [2000, 3000, 3001, 5000, 9000]), [3001, 5000, 9000])
  assert.deepEqual(needed.gaps(2000), [{ from: Number.NEGATIVE_INFINITY, to: 3001 }])
})

test('each batch that may run needs its own stretch, and nothing in between is kept for it', () => {
  const needed = new NeededBatches([2000, 3000, 7000], 20_000, [])
  const times = [500, 1000, 1001, 2000, 3000, 3001, 5999, 6001, 7000, 8000, 18_999, 19_001]
  assert.deepEqual(included(needed, 1000, times), [1001, 2000, 3000, 6001, 7000, 19_001])
  assert.deepEqual(needed.gaps(1000), [
    { from: Number.NEGATIVE_INFINITY, to: 1001 },
    { from: 2000, to: 2001 },
    { from: 3000, to: 6001 },
    { from: 7000, to: 19_001 },
  ])
})

test('a state is computed again from the newest one that is written, however long ago that was', () => {
  const state = { rememberMs: 4000, newestWritten: (time: number) => (time >= 10_000 ? 10_000 : 1000) }
  const needed = new NeededBatches([9000], 30_000, [state])
  // For the state: the one written at 1000 is needed by the batch at 9000, and the one at 10,000 by those to come.
  assert.deepEqual(
    included(needed, 4000, [999, 1000, 5000, 9000, 9999, 10_000, 31_000]),
    [1000, 5000, 9000, 10_000, 31_000],
  )
  // A stream that reaches 2000 further back for the state's sake.
  assert.deepEqual(included(needed, 6000, [-1001, -1000, 9000, 9500]), [-1000, 9000, 9500])
})

test('a stream that a state is not made of keeps nothing for it', () => {
  const state = { rememberMs: 4000, newestWritten: () => Number.NEGATIVE_INFINITY }
  const needed = new NeededBatches([9000], 30_000, [state])
  assert.deepEqual(
    [9000, 20_000, 29_001].map((time) => needed.includes(time, 1000, [])),
    [true, false, true],
  )
})

test('without a written state everything is needed', () => {
  const state = { rememberMs: 4000, newestWritten: () => Number.NEGATIVE_INFINITY }
  assert.equal(new NeededBatches([], 30_000, [state]).includes(-1e15, 4000), true)
})
