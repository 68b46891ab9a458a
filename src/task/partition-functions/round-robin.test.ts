import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dealRoundRobin, roundRobinStart } from './round-robin.ts'

test('dealing starts where Spark 4.3 was seen to start', () => {
  const firstTargets = (bound: number) => [0, 1, 2, 3, 4, 5].map((i) => (roundRobinStart(i, bound) + 1) % bound)
  assert.deepEqual(firstTargets(3), [0, 1, 2, 0, 2, 2])
  assert.deepEqual(firstTargets(7), [3, 6, 2, 0, 2, 2])
  assert.deepEqual(firstTargets(8), [2, 2, 0, 6, 5, 0])
  assert.deepEqual(firstTargets(100), [29, 4, 29, 48, 54, 26])
})

test('records are dealt out one partition after another', () => {
  assert.deepEqual(
    [...dealRoundRobin(['a', 'b', 'c', 'd'], 0, 3)],
    [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
      [0, 'd'],
    ],
  )
})
