import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StatCounter } from './stat-counter.ts'

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 50 })

test('merged parts give what one pass over all numbers gives', () => {
  fc.assert(
    fc.property(numbers, numbers, (left, right) => {
      const whole = new StatCounter([...left, ...right])
      const merged = StatCounter.fromParts(new StatCounter(left).toParts()).mergeStats(new StatCounter(right))
      assert.equal(merged.count(), whole.count())
      assert.equal(merged.max(), whole.max())
      assert.equal(merged.min(), whole.min())
      assert(Math.abs(merged.mean() - whole.mean()) < 1e-6)
      if (whole.count() > 0) assert(Math.abs(merged.stdev() - whole.stdev()) < 1e-4)
    }),
  )
})

test('no numbers have no variance, and one has no sample variance', () => {
  const none = new StatCounter()
  assert.deepEqual([none.count(), none.mean(), none.sum()], [0, 0, 0])
  assert.deepEqual(
    [none.variance(), none.max(), none.min()],
    [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  )
  const one = new StatCounter([3])
  assert.deepEqual([one.variance(), one.sampleVariance(), one.sampleStdev()], [0, Number.NaN, Number.NaN])
})
