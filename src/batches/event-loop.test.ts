import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { EventLoop } from './event-loop.ts'

const failTest = (error: unknown): void => assert.fail(error as Error)

test('an event is handled within the call that posts it', () => {
  const handled: number[] = []
  const loop = new EventLoop<number>((event) => void handled.push(event), failTest)
  loop.post(1)
  assert.deepEqual(handled, [1])
})

test('events wait for the one before, whether it is posted by it or awaited by it', async () => {
  const log: string[] = []
  const loop = new EventLoop<number>((event) => {
    log.push(`begin ${event}`)
    if (event === 1) loop.post(2)
    if (event !== 2) return void log.push(`end ${event}`)
    return setImmediate().then(() => void log.push(`end ${event}`))
  }, failTest)
  loop.post(1)
  loop.post(3)
  assert.deepEqual(log, ['begin 1', 'end 1', 'begin 2'])
  await setImmediate()
  await setImmediate()
  assert.deepEqual(log, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
})

test('an error is reported, thrown or rejected, and the loop goes on', async () => {
  const errors: unknown[] = []
  const handled: number[] = []
  const loop = new EventLoop<number>(
    (event): void | Promise<void> => {
      if (event === 1) throw new Error('thrown')
      if (event === 2) return Promise.reject(new Error('rejected'))
      handled.push(event)
      return undefined
    },
    (error) => errors.push((error as Error).message),
  )
  for (const event of [1, 2, 3]) loop.post(event)
  await setImmediate()
  assert.deepEqual(errors, ['thrown', 'rejected'])
  assert.deepEqual(handled, [3])
})

test('a stopped loop drops what it has not begun', async () => {
  const handled: number[] = []
  const loop = new EventLoop<number>((event) => {
    handled.push(event)
    return setImmediate().then(() => {})
  }, failTest)
  loop.post(1)
  loop.post(2)
  loop.stop()
  loop.post(3)
  await setImmediate()
  await setImmediate()
  assert.deepEqual(handled, [1])
})
