import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { JobAbort } from './job-abort.ts'

test('aborts with the first of its signals, and with its reason', () => {
  const [first, second] = [new AbortController(), new AbortController()]
  using abort = new JobAbort([first.signal, second.signal])
  assert.equal(abort.signal.aborted, false)
  second.abort('enough')
  first.abort('late')
  assert.deepEqual([abort.signal.aborted, abort.signal.reason], [true, 'enough'])
})

test('is aborted from the start when one of its signals is', () => {
  using abort = new JobAbort([new AbortController().signal, AbortSignal.abort('before')])
  assert.equal(abort.signal.reason, 'before')
})

test('leaves nothing behind in a signal that outlives it', () => {
  const engine = new AbortController()
  for (let job = 0; job < 3; job++) {
    using abort = new JobAbort([engine.signal])
    assert.equal(getEventListeners(engine.signal, 'abort').length, 1)
    assert.equal(abort.signal.aborted, false)
  }
  assert.equal(getEventListeners(engine.signal, 'abort').length, 0)
  const held = Object.getOwnPropertySymbols(engine.signal).flatMap((key) => {
    const value = (engine.signal as unknown as Record<symbol, unknown>)[key]
    return value instanceof Set ? [...value] : []
  })
  assert.deepEqual(held, [])
})
