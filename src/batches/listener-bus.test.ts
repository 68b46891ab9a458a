import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ListenerBus } from './listener-bus.ts'

test('events reach every listener in order, after the code that posts them', async () => {
  const bus = new ListenerBus()
  const log: string[] = []
  for (const name of ['a', 'b']) bus.addListener({ onStreamingStarted: ({ time }) => log.push(`${name}${time}`) })
  bus.post('onStreamingStarted', { time: 1 })
  bus.post('onStreamingStarted', { time: 2 })
  assert.deepEqual(log, [])
  await setImmediate()
  assert.deepEqual(log, ['a1', 'b1', 'a2', 'b2'])
})

test('a listener that throws, or whose promise rejects, harms nobody', async () => {
  const bus = new ListenerBus()
  const times: number[] = []
  bus.addListener({
    onStreamingStarted: () => {
      throw new Error('expected: thrown by a listener')
    },
  })
  bus.addListener({ onStreamingStarted: async () => Promise.reject(new Error('expected: rejected by a listener')) })
  bus.addListener({ onStreamingStarted: ({ time }) => times.push(time) })
  bus.post('onStreamingStarted', { time: 1 })
  bus.post('onStreamingStarted', { time: 2 })
  await setImmediate()
  assert.deepEqual(times, [1, 2])
})

test('a removed listener hears nothing more', async () => {
  const bus = new ListenerBus()
  const times: number[] = []
  const listener = { onStreamingStarted: ({ time }: { time: number }) => times.push(time) }
  bus.addListener(listener)
  bus.post('onStreamingStarted', { time: 1 })
  await setImmediate()
  bus.removeListener(listener)
  bus.post('onStreamingStarted', { time: 2 })
  await setImmediate()
  assert.deepEqual(times, [1])
})

test('stop delivers what was posted and nothing after', async () => {
  const bus = new ListenerBus()
  const times: number[] = []
  bus.addListener({ onStreamingStarted: ({ time }) => times.push(time) })
  bus.post('onStreamingStarted', { time: 1 })
  bus.stop()
  assert.deepEqual(times, [1])
  bus.post('onStreamingStarted', { time: 2 })
  await setImmediate()
  assert.deepEqual(times, [1])
})

test('a full queue is delivered at once, and loses nothing', () => {
  const bus = new ListenerBus()
  let count = 0
  bus.addListener({ onStreamingStarted: () => count++ })
  for (let time = 0; time < 25_000; time++) bus.post('onStreamingStarted', { time })
  assert.equal(count, 20_000)
  bus.stop()
  assert.equal(count, 25_000)
})
