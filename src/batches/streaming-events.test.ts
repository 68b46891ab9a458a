import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { EventBus } from '../events/event-bus.ts'
import { ManualClock } from './manual-clock.ts'
import { StreamingEvents } from './streaming-events.ts'

function setUp() {
  const bus = new EventBus()
  const clock = new ManualClock(0)
  const events = new StreamingEvents(bus, clock)
  const start = (time: number) => {
    clock.setTime(time)
    events.streamStarted(1000, [])
  }
  return { bus, clock, events, start }
}

test('events reach every listener in order, after the code that posts them', async () => {
  const { events, start } = setUp()
  const log: string[] = []
  for (const name of ['a', 'b']) events.addListener({ onStreamingStarted: ({ time }) => log.push(`${name}${time}`) })
  start(1)
  start(2)
  assert.deepEqual(log, [])
  await setImmediate()
  assert.deepEqual(log, ['a1', 'b1', 'a2', 'b2'])
})

test('a removed listener hears nothing more, one that was added twice hears once less', async () => {
  const { events, start } = setUp()
  const times: number[] = []
  const listener = { onStreamingStarted: ({ time }: { time: number }) => times.push(time) }
  events.addListener(listener)
  events.addListener(listener)
  start(1)
  await setImmediate()
  events.removeListener(listener)
  start(2)
  await setImmediate()
  events.removeListener(listener)
  start(3)
  await setImmediate()
  assert.deepEqual(times, [1, 1, 2])
})

test('close delivers what was posted and nothing after', async () => {
  const { events, start } = setUp()
  const times: number[] = []
  events.addListener({ onStreamingStarted: ({ time }) => times.push(time) })
  start(1)
  await events.close()
  assert.deepEqual(times, [1])
  start(2)
  await setImmediate()
  assert.deepEqual(times, [1])
})

test('the listeners of one context hear nothing of another on the same bus', async () => {
  const { bus, clock, events, start } = setUp()
  const other = new StreamingEvents(bus, clock)
  const heard: string[] = []
  events.addListener({ onStreamingStarted: () => heard.push('one') })
  other.addListener({ onStreamingStarted: () => heard.push('other') })
  start(1)
  await setImmediate()
  assert.deepEqual(heard, ['one'])
  other.streamStarted(1000, [])
  await setImmediate()
  assert.deepEqual(heard, ['one', 'other'])
})
