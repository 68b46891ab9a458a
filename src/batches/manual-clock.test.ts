import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from './manual-clock.ts'

test('the manual clock wakes those whose time has come, in the order of their times', async () => {
  const clock = new ManualClock(100)
  const woken: string[] = []
  const waits = [
    clock.waitTill(300).then((now) => woken.push(`c at ${now}`)),
    clock.waitTill(200).then((now) => woken.push(`a at ${now}`)),
    clock.waitTill(200).then((now) => woken.push(`b at ${now}`)),
    clock.waitTill(500).then((now) => woken.push(`d at ${now}`)),
  ]
  assert.equal(clock.waiterCount, 4)
  clock.advance(250)
  await Promise.all(waits.slice(0, 3))
  assert.deepEqual(woken, ['a at 350', 'b at 350', 'c at 350'])
  assert.equal(clock.waiterCount, 1)
  clock.setTime(500)
  await waits[3]
  assert.equal(woken.at(-1), 'd at 500')
})

test('a time that has come needs no waiting, and an aborted wait ends', async () => {
  const clock = new ManualClock(100)
  assert.equal(await clock.waitTill(100), 100)
  const controller = new AbortController()
  const wait = clock.waitTill(200, controller.signal)
  controller.abort()
  assert.equal(await wait, 100)
  assert.equal(clock.waiterCount, 0)
})

test('the manual clock does not go back', () => {
  const clock = new ManualClock(100)
  assert.throws(() => clock.setTime(99), { name: 'IllegalArgumentException', code: 'CLOCK_WENT_BACK' })
  assert.throws(() => clock.advance(Number.NaN), { code: 'CLOCK_WENT_BACK' })
  assert.equal(clock.now(), 100)
})
