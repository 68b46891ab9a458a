import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { until } from '../../../test/model/until.ts'
import { ManualClock } from '../../batches/manual-clock.ts'
import { StreamingEvents } from '../../batches/streaming-events.ts'
import type { StreamingListenerEvents } from '../../batches/streaming-listener.ts'
import { Time } from '../../batches/time.ts'
import { EventBus } from '../../events/event-bus.ts'
import { RecordCodec } from '../../task/codec/index.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import { LocalReceiverTracker } from './local-receiver-tracker.ts'
import { Receiver } from './receiver.ts'

/** A receiver that does what a test tells it to, and notes how it was called. */
class ScriptedReceiver<T> extends Receiver<T> {
  readonly calls: string[] = []
  failures = 0
  onStart(): void {
    this.calls.push('start')
    if (this.failures-- > 0) throw new Error('no luck')
  }
  onStop(): void {
    this.calls.push('stop')
  }
}

function setUp<T>(conf: Record<string, string> = {}, receiver = new ScriptedReceiver<T>()) {
  const clock = new ManualClock(10_000)
  const streamingEvents = new StreamingEvents(new EventBus(), clock)
  const tracker = new LocalReceiverTracker({ clock, events: streamingEvents, getSetting: (key) => conf[key] })
  const events: string[] = []
  const infos: StreamingListenerEvents['onReceiverError'][] = []
  const note = (name: string) => (event: StreamingListenerEvents['onReceiverError']) => {
    events.push(name)
    infos.push(event)
  }
  streamingEvents.addListener({
    onReceiverStarted: note('started'),
    onReceiverStopped: note('stopped'),
    onReceiverError: note('error'),
  })
  tracker.register(0, receiver as Receiver<unknown>)
  const allocated = new Set<number>()
  /** What the batch at a time holds, block by block. */
  const batch = (time: number) => {
    if (clock.now() < time) clock.setTime(time)
    if (!allocated.has(time)) void tracker.allocateBlocks(0, new Time(time))
    allocated.add(time)
    return tracker.getBlocksOfBatch(new Time(time), 0)
  }
  const records = (time: number) =>
    batch(time).map(({ data }) => new RecordCodec().decode(data.bytes as Uint8Array) as unknown[])
  const done = (time: number) => {
    tracker.blocksOf(0).attemptBegan(time)
    tracker.blocksOf(0).attemptEnded(time)
  }
  const close = async () => {
    await tracker.stop(false)
    tracker.close()
    assert.equal(tracker.bytesInMemory, 0)
  }
  return { clock, tracker, receiver, events, infos, batch, records, done, close }
}

test('a receiver is told to start and to stop, and listeners hear of both', async () => {
  const { tracker, receiver, events, infos, close } = setUp()
  assert.throws(() => new ScriptedReceiver().isStarted(), { code: 'RECEIVER_NOT_STARTED' })
  await tracker.start()
  assert.equal(receiver.isStarted(), true)
  assert.equal(receiver.streamId, 0)
  await close()
  await setImmediate()
  assert.equal(receiver.isStopped(), true)
  assert.deepEqual(receiver.calls, ['start', 'stop'])
  assert.deepEqual(events, ['started', 'stopped'])
  assert.deepEqual(infos[1]?.receiverInfo, {
    streamId: 0,
    name: 'ScriptedReceiver-0',
    active: false,
    location: 'localhost',
    executorId: 'driver',
    lastErrorMessage: 'Stopped by driver',
    lastError: '',
    lastErrorTime: -1,
  })
})

test('a restart stops the receiver, waits for the delay by the clock, and starts it; a second one meanwhile does nothing', async () => {
  const { clock, tracker, receiver, events, infos, close } = setUp()
  await tracker.start()
  receiver.restart('lost it', new Error('cable'))
  receiver.restart('lost it again')
  assert.deepEqual(receiver.calls, ['start'])
  await until(() => clock.waiterCount === 2)
  assert.deepEqual(receiver.calls, ['start', 'stop'])
  assert.equal(receiver.isStopped(), true)
  clock.advance(1999)
  await setImmediate()
  assert.deepEqual(receiver.calls, ['start', 'stop'])
  clock.advance(1)
  await until(() => receiver.isStarted())
  await setImmediate()
  assert.deepEqual(events, ['started', 'stopped', 'started'])
  const { lastErrorMessage, lastError, lastErrorTime } = infos[1]!.receiverInfo
  assert.equal(lastErrorMessage, 'Restarting receiver with delay 2000 ms: lost it')
  assert.match(lastError, /^Error: cable\n/)
  assert.equal(lastErrorTime, 10_000)
  await close()
})

test('stopping in the middle of a restart does not start the receiver again', async () => {
  const { clock, tracker, receiver, close } = setUp()
  await tracker.start()
  receiver.restart('lost it', undefined, 60_000)
  await until(() => clock.waiterCount === 2)
  await close()
  assert.deepEqual(receiver.calls, ['start', 'stop'])
  assert.equal(clock.waiterCount, 0)
})

test('a receiver that fails to start is stopped with the error and started again', async () => {
  const { clock, tracker, receiver, infos, close } = setUp()
  receiver.failures = 2
  await tracker.start()
  await until(() => receiver.calls.length === 4)
  // The first time at once, then after the delay.
  await until(() => clock.waiterCount === 2)
  clock.advance(2000)
  await until(() => receiver.calls.length === 5)
  await setImmediate()
  assert.deepEqual(receiver.calls, ['start', 'stop', 'start', 'stop', 'start'])
  assert.equal(infos[1]?.receiverInfo.lastErrorMessage, 'Error starting receiver 0')
  assert.equal(infos.at(-1)?.receiverInfo.active, true)
  await close()
})

test('an error that is reported reaches the listeners and stops nothing', async () => {
  const { tracker, receiver, events, infos, close } = setUp()
  await tracker.start()
  receiver.reportError('odd', new Error('very'))
  await setImmediate()
  assert.deepEqual(events, ['started', 'error'])
  assert.equal(infos[1]?.receiverInfo.lastErrorMessage, 'odd')
  assert.equal(infos[1]?.receiverInfo.active, true)
  assert.deepEqual(receiver.calls, ['start'])
  await close()
})

test('single records become a block at each multiple of the block interval; no records, no block', async () => {
  const { clock, tracker, receiver, batch, close } = setUp<number>()
  await tracker.start()
  receiver.store(1)
  receiver.store(2)
  clock.advance(200)
  await setImmediate()
  clock.advance(200)
  await setImmediate()
  receiver.store(3)
  const blocks = batch(11_000)
  assert.deepEqual(
    blocks.map(({ id, recordCount }) => [id, recordCount]),
    [
      ['input-0-10000', 2],
      ['input-0-10800', 1],
    ],
  )
  assert.equal(tracker.hasUnallocatedBlocks(), false)
  await close()
})

test('a block interval of nothing is refused', () => {
  assert.throws(() => setUp({ 'spark.streaming.blockInterval': '0ms' }), {
    name: 'IllegalArgumentException',
    message:
      "The setting spark.streaming.blockInterval is '0ms'. It must be a time, at least 1ms; a bare number is milliseconds. " +
      'For instance: spark.streaming.blockInterval=200ms',
  })
})

test('several records are stored as a block of their own, from arrays, iterators and async iterables', async () => {
  const { tracker, receiver, records, batch, close } = setUp<string>()
  await tracker.start()
  await receiver.store(['a', 'b'], { offset: 7 })
  await receiver.store(new Set(['c']).values())
  await receiver.store(
    (async function* () {
      yield 'd'
    })(),
  )
  await receiver.store([])
  receiver.store('single, not four records')
  assert.deepEqual(records(11_000), [['a', 'b'], ['c'], ['d'], ['single, not four records']])
  assert.deepEqual(batch(11_000)[0]?.metadata, { offset: 7 })
  await close()
})

test('bytes are a block as they are, pairs and byte records go one by one', async () => {
  const { tracker, receiver, records, batch, close } = setUp<[string, number]>()
  await tracker.start()
  await receiver.store(new RecordCodec().encode([['x', 1]]))
  await receiver.store([['y', 2]])
  receiver.storeItem(['z', 3])
  assert.deepEqual(records(11_000), [[['x', 1]], [['y', 2]], [['z', 3]]])
  assert.equal(batch(11_000)[0]?.recordCount, -1)
  await close()
})

test('a record that cannot be encoded is reported and takes no other with it', async () => {
  const { tracker, receiver, records, infos, close } = setUp<unknown>()
  await tracker.start()
  receiver.store({ good: 1 })
  receiver.store({ bad: () => 1 })
  receiver.store({ good: 2 })
  assert.deepEqual(records(11_000), [[{ good: 1 }, { good: 2 }]])
  await setImmediate()
  assert.match(infos.at(-1)?.receiverInfo.lastError ?? '', /RecordNotSerializableError/)
  await close()
})

test('a receiver may not bring more records a second than allowed', async () => {
  const { clock, tracker, receiver, batch, close } = setUp<number>({ 'spark.streaming.receiver.maxRate': '100' })
  await tracker.start()
  let stored = 0
  let isOver = false
  const storing = (async () => {
    while (!isOver) {
      await receiver.store(stored++)
    }
  })()
  for (let i = 0; i < 50; i++) {
    clock.advance(20)
    await setImmediate()
  }
  const counts = batch(11_000).map(({ recordCount }) => recordCount)
  assert.equal(counts.length, 5)
  for (const count of counts) assert.ok(count >= 17 && count <= 22, `${counts}`)
  tracker.sendRateUpdate(0, 10)
  for (let i = 0; i < 50; i++) {
    clock.advance(20)
    await setImmediate()
  }
  const slower = batch(12_000).reduce((sum, { recordCount }) => sum + recordCount, 0)
  assert.ok(slower >= 8 && slower <= 14, String(slower))
  isOver = true
  await close()
  await storing
})

test('blocks go to the next batch, once, and are freed with it', async () => {
  const { tracker, receiver, batch, close } = setUp<string>()
  await tracker.start()
  await receiver.store(['a'])
  assert.equal(tracker.hasUnallocatedBlocks(), true)
  const [block] = batch(11_000)
  assert.deepEqual(batch(12_000), [])
  assert.equal(tracker.getBlocksOfBatch(new Time(11_000), 0)[0], block)
  tracker.forget(0, 12_000)
  assert.equal(block?.isInMemory, true)
  tracker.forget(0, 11_000)
  assert.equal(block?.isInMemory, false)
  assert.deepEqual(tracker.getBlocksOfBatch(new Time(11_000), 0), [])
  await close()
})

test('what a receiver brings while nothing is processed is bounded: storing waits, and goes on when a batch is done', async () => {
  const { tracker, receiver, batch, done, close } = setUp<string>({
    'millstream.streaming.receiver.maxPendingSize': '1000',
  })
  await tracker.start()
  const big = 'x'.repeat(600)
  void receiver.store([big])
  let isStored = false
  const second = receiver.store([big]).then(() => {
    isStored = true
  })
  batch(11_000)
  await setImmediate()
  assert.equal(isStored, false)
  done(11_000)
  await second
  await close()
})

test('half of the room is for the next batch, so that it is received while one is processed', async () => {
  const { tracker, receiver, batch, close } = setUp<string>({ 'millstream.streaming.receiver.maxPendingSize': '2000' })
  await tracker.start()
  let isStored = false
  const stored = receiver.store(['x'.repeat(1200)]).then(() => {
    isStored = true
  })
  await setImmediate()
  assert.equal(isStored, false)
  batch(11_000)
  await stored
  await close()
})

test('a batch that is over without a job holds nobody up', async () => {
  const { tracker, receiver, batch, close } = setUp<string>({ 'millstream.streaming.receiver.maxPendingSize': '100' })
  await tracker.start()
  const stored = receiver.store(['x'.repeat(600)])
  batch(11_000)
  tracker.blocksOf(0).attemptEnded(11_000)
  await stored
  await close()
})

test('a receiver that does not wait for room fills files, not memory', async () => {
  const { tracker, receiver, records, close } = setUp<string>({
    'millstream.streaming.receiver.maxPendingSize': '8k',
    'millstream.streaming.receiver.maxBlockSize': '4k',
  })
  await tracker.start()
  for (let i = 0; i < 1000; i++) void receiver.store([String(i).padEnd(1000)])
  assert.ok(tracker.bytesInMemory < 30_000, String(tracker.bytesInMemory))
  assert.throws(() => records(11_000), TypeError, 'most of the blocks are in files')
  await close()
})

test('a storage level without memory keeps blocks in files', async () => {
  const { tracker, receiver, batch, close } = setUp({}, new ScriptedReceiver<string>(StorageLevel.DISK_ONLY))
  await tracker.start()
  await receiver.store(['a'])
  assert.equal(batch(11_000)[0]?.isInMemory, false)
  await close()
})

test('what was stored before the stop is in blocks after it; nothing can be stored then', async () => {
  const { tracker, receiver, records, close } = setUp<string>()
  await tracker.start()
  receiver.store('last words')
  await tracker.stop(true)
  assert.equal(tracker.hasUnallocatedBlocks(), true)
  assert.deepEqual(records(11_000), [['last words']])
  assert.throws(() => receiver.store('more'), { code: 'RECEIVER_CLOSED' })
  await close()
})
