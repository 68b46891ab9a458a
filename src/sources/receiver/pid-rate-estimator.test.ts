import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRateEstimator } from './create-rate-estimator.ts'
import { PIDRateEstimator } from './pid-rate-estimator.ts'

const STEADY = { batchIntervalMs: 20, proportional: 1, integral: 0, derivative: 0, minRate: 10 }

test('the first batch gives no rate, and neither does one without records, without delay, or before the last', () => {
  const estimator = new PIDRateEstimator(STEADY)
  assert.equal(estimator.compute(0, 0, 0, 0), undefined)
  assert.equal(estimator.compute(20, 10, 10, 0), undefined)
  assert.equal(estimator.compute(40, 0, 10, 0), undefined)
  assert.equal(estimator.compute(40, 10, 0, 0), undefined)
  assert.equal(estimator.compute(20, 10, 10, 0), undefined)
  assert.equal(estimator.compute(40, 10, 10, 0), 1000)
})

test('with a proportional term of one the rate is what the last batch managed', () => {
  const estimator = new PIDRateEstimator(STEADY)
  const rates = [1, 2, 3, 4, 5].map((i) => estimator.compute(i * 20, i * 10, 20, 0))
  assert.deepEqual(rates, [undefined, 1000, 1500, 2000, 2500])
})

test('the rate is never below the minimum', () => {
  const estimator = new PIDRateEstimator(STEADY)
  assert.equal(estimator.compute(20, 1, 20, 0), undefined)
  assert.equal(estimator.compute(40, 1, 1000, 0), 10)
})

test('work that waits lowers the rate by the integral term', () => {
  const estimator = new PIDRateEstimator({ ...STEADY, integral: 0.2 })
  estimator.compute(20, 100, 20, 0)
  // Processed at 5000 a second, with 10 ms of work waiting in an interval of 20 ms: 5000 - 0.2 · 2500.
  assert.equal(estimator.compute(40, 100, 20, 10), 4500)
})

test('an error that changes quickly lowers the rate by the derivative term', () => {
  const estimator = new PIDRateEstimator({ ...STEADY, derivative: 0.01 })
  estimator.compute(1000, 100, 100, 0)
  // Error 1000 - 500, within one second: 1000 - 500 - 0.01 · 500.
  assert.equal(estimator.compute(2000, 50, 100, 0), 495)
  // Error 495 - 500, by 505 lower within half a second: 495 + 5 + 0.01 · 1010.
  assert.ok(Math.abs((estimator.compute(2500, 50, 100, 0) as number) - 510.1) < 1e-9)
})

test('settings out of range are refused', () => {
  const wrong = [{ batchIntervalMs: 0 }, { proportional: -1 }, { integral: -1 }, { derivative: -1 }, { minRate: 0 }]
  for (const setting of wrong) {
    assert.throws(() => new PIDRateEstimator({ ...STEADY, ...setting }), { name: 'IllegalArgumentException' })
  }
})

test('the estimator is chosen by name', () => {
  const settings = new Map([['spark.streaming.backpressure.pid.minRate', '7']])
  const estimator = createRateEstimator((key) => settings.get(key), 1000)
  estimator.compute(1000, 1, 1000, 0)
  assert.equal(estimator.compute(2000, 1, 1000, 0), 7)
  assert.throws(() => createRateEstimator(() => 'oracle', 1000), { message: 'Unknown rate estimator: oracle' })
})
