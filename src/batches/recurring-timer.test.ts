import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { SystemClock } from './clock.ts'
import { ManualClock } from './manual-clock.ts'
import { RecurringTimer } from './recurring-timer.ts'

test('ticks are multiples of the period since the epoch', async () => {
  const clock = new ManualClock(1234)
  const ticks: number[] = []
  const timer = new RecurringTimer(clock, 100, (time) => ticks.push(time))
  assert.equal(timer.getStartTime(), 1300)
  timer.start(timer.getStartTime())
  for (const time of [1299, 1300, 1399, 1400]) {
    clock.setTime(time)
    await setImmediate()
  }
  assert.deepEqual(ticks, [1300, 1400])
  timer.stop()
})

test('a timer started at a multiple ticks first one period later', () => {
  assert.equal(new RecurringTimer(new ManualClock(1300), 100, () => {}).getStartTime(), 1400)
})

test('missed ticks are all made up for, each with its own time', async () => {
  const clock = new ManualClock(0)
  const ticks: number[] = []
  const timer = new RecurringTimer(clock, 100, (time) => ticks.push(time))
  timer.start(timer.getStartTime())
  clock.advance(550)
  while (ticks.length < 5) await setImmediate()
  assert.deepEqual(ticks, [100, 200, 300, 400, 500])
  timer.stop()
})

test('a timer that never catches up lets everything else go on', async () => {
  let now = 0
  // A clock by which every tick takes longer than the period.
  const clock = { now: () => now, waitTill: async (time: number) => (now = Math.max(now, time) + 1000) }
  const timer = new RecurringTimer(clock, 100, () => {})
  timer.start(100)
  for (let turn = 0; turn < 10; turn++) await setImmediate()
  timer.stop()
})

test('no tick comes after stop, and stop waits for nobody', async () => {
  const clock = new ManualClock(0)
  const ticks: number[] = []
  const timer = new RecurringTimer(clock, 100, (time) => ticks.push(time))
  timer.start(100)
  timer.stop()
  clock.advance(1000)
  await setImmediate()
  assert.deepEqual(ticks, [])
  assert.equal(clock.waiterCount, 0)
})

test('on the machine’s clock no tick is early', async () => {
  const clock = new SystemClock()
  const early: number[] = []
  let count = 0
  await new Promise<void>((resolve) => {
    const timer = new RecurringTimer(clock, 5, (time) => {
      if (clock.now() < time) early.push(time)
      if (++count === 10) resolve(timer.stop())
    })
    timer.start(timer.getStartTime())
  })
  assert.deepEqual(early, [])
})
