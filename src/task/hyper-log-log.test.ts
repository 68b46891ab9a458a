import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HyperLogLog } from './hyper-log-log.ts'

test('estimates stay within four standard errors, for every kind of value', () => {
  const kinds: readonly ((i: number) => unknown)[] = [
    (i) => i,
    (i) => i * 4096,
    (i) => `user-${i}`,
    (i) => [i, 'x'],
    (i) => i / 7,
  ]
  for (const [index, make] of kinds.entries()) {
    for (const count of [0, 1, 50, 5000, 200_000]) {
      const sketch = new HyperLogLog(12)
      for (let i = 0; i < count; i++) sketch.add(make(i))
      const error = Math.abs(sketch.count() - count)
      assert(error <= Math.ceil(4 * (1.04 / Math.sqrt(4096)) * count), `kind ${index}: ${sketch.count()} of ${count}`)
    }
  }
})

test('equal values count once, and merging counts what either saw', () => {
  const [a, b] = [new HyperLogLog(10), new HyperLogLog(10)]
  for (let i = 0; i < 1000; i++) {
    a.add(['key', i % 10])
    b.add(['key', i % 20])
  }
  a.add(-0)
  b.add(0)
  assert.equal(a.count(), 11)
  a.merge(b.registers)
  assert.equal(a.count(), 21)
})
