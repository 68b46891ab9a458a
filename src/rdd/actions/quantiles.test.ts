import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalQuantile, poissonQuantile, studentQuantile } from './quantiles.ts'

const close = (actual: number, expected: number, tolerance = 1e-6) =>
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

test('quantiles of the normal distribution are those of the tables', () => {
  close(normalQuantile(0.5), 0)
  close(normalQuantile(0.975), 1.959964)
  close(normalQuantile(0.025), -1.959964)
  close(normalQuantile(0.9999), 3.719016)
  assert.equal(normalQuantile(1), Number.POSITIVE_INFINITY)
})

test('quantiles of Student’s distribution are those of the tables', () => {
  close(studentQuantile(0.975, 1), 12.706205, 1e-5)
  close(studentQuantile(0.975, 9), 2.262157)
  close(studentQuantile(0.95, 30), 1.697261)
  close(studentQuantile(0.05, 30), -1.697261)
})

test('quantiles of the Poisson distribution are those of the tables', () => {
  assert.equal(poissonQuantile(0.025, 10), 4)
  assert.equal(poissonQuantile(0.975, 10), 17)
  assert.equal(poissonQuantile(0.5, 1), 1)
  assert.equal(poissonQuantile(0.975, 0), 0)
  // On both sides of the switch to an approximation.
  const [below, above] = [poissonQuantile(0.975, 10_000), poissonQuantile(0.975, 10_001)]
  assert.equal(below, 10_196)
  assert(Math.abs(above - below) <= 2)
})
