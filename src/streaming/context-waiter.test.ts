import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContextWaiter } from './context-waiter.ts'

test('waiting ends with the stop, for those who came before and after', async () => {
  const waiter = new ContextWaiter()
  const before = waiter.waitForStopOrError()
  waiter.notifyStop()
  assert.equal(await before, true)
  assert.equal(await waiter.waitForStopOrError(1), true)
})

test('the first error is thrown at every wait, even after a stop', async () => {
  const waiter = new ContextWaiter()
  const before = assert.rejects(waiter.waitForStopOrError(), /first/)
  waiter.notifyError(new Error('first'))
  waiter.notifyError(new Error('second'))
  await before
  waiter.notifyStop()
  await assert.rejects(waiter.waitForStopOrError(), /first/)
  await assert.rejects(waiter.waitForStopOrError(1), /first/)
})

test('an error may be anything, undefined included', async () => {
  const waiter = new ContextWaiter()
  waiter.notifyError(undefined)
  assert.equal(
    await waiter
      .waitForStopOrError()
      .catch((error) => ({ error }))
      .then(String),
    '[object Object]',
  )
})

test('a wait that runs out says so, and an aborted one throws the reason', async () => {
  const waiter = new ContextWaiter()
  assert.equal(await waiter.waitForStopOrError(1), false)
  const controller = new AbortController()
  const wait = assert.rejects(waiter.waitForStopOrError(undefined, controller.signal), /enough/)
  controller.abort(new Error('enough'))
  await wait
  await assert.rejects(waiter.waitForStopOrError(undefined, controller.signal), /enough/)
})
