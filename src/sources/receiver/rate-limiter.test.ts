import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../batches/manual-clock.ts'
import { RateLimiter } from './rate-limiter.ts'

test('the first rate is the initial one as far as the maximum allows', () => {
  const clock = new ManualClock()
  const rate = (maxRate: number, initialRate: number) => new RateLimiter(clock, { maxRate, initialRate }).currentRate
  assert.equal(rate(0, 0), Number.POSITIVE_INFINITY)
  assert.equal(rate(100, 1000), 100)
  assert.equal(rate(100, 10), 10)
  assert.equal(rate(-1, 10), 10)
})

test('a new rate is taken up below the maximum; nothing and less is ignored', () => {
  const limiter = new RateLimiter(new ManualClock(), { maxRate: 100, initialRate: 100 })
  limiter.updateRate(50)
  assert.equal(limiter.currentRate, 50)
  limiter.updateRate(105)
  assert.equal(limiter.currentRate, 100)
  limiter.updateRate(0)
  limiter.updateRate(-1)
  assert.equal(limiter.currentRate, 100)
})

test('records are let in evenly', () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(clock, { maxRate: 100, initialRate: 100 })
  assert.deepEqual(
    [1, 2, 3].map(() => limiter.acquire()),
    [0, 10, 20],
  )
  clock.advance(30)
  assert.equal(limiter.acquire(), 0)
})

test('permits come with time, whole ones, and for at most one second in advance', () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(clock, { maxRate: 15, initialRate: 15 })
  assert.equal(limiter.take(100), 0)
  const taken = Array.from({ length: 5 }, () => {
    clock.advance(200)
    return limiter.take(100)
  })
  assert.deepEqual(taken, [3, 3, 3, 3, 3])
  clock.advance(60_000)
  assert.equal(limiter.take(100), 15)
  assert.equal(limiter.take(100), 0)
})

test('a limit that comes later does not pay for what was unlimited', () => {
  const clock = new ManualClock()
  const limiter = new RateLimiter(clock, { maxRate: 0, initialRate: 0 })
  assert.equal(limiter.take(1e9), 1e9)
  clock.advance(1000)
  limiter.updateRate(10)
  clock.advance(100)
  assert.equal(limiter.take(100), 1)
})
