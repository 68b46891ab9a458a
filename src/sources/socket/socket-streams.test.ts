import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { until } from '../../../test/model/until.ts'
import { RecordCodec } from '../../task/codec/index.ts'
import { ListenerLog } from '../../testing/listener-log.ts'
import { StreamingHarness } from '../../testing/streaming-harness.ts'
import type { LocalReceiverTracker } from '../receiver/local-receiver-tracker.ts'
import { Receiver } from '../receiver/receiver.ts'

/** A TCP server that hands each connection to the test. */
class LineServer implements AsyncDisposable {
  readonly #server = net.createServer((socket) => {
    socket.on('error', () => {})
    this.connections.push(socket)
  })
  readonly connections: net.Socket[] = []
  port = 0

  async listen(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as net.AddressInfo).port
    return this
  }
  async connection(index = 0): Promise<net.Socket> {
    await until(() => this.connections.length > index, 'a connection')
    return this.connections[index]!
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.connections) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Lets batches go by until so many records have come out. */
async function advanceUntil(harness: StreamingHarness, hasAll: () => boolean): Promise<void> {
  await until(async () => {
    await harness.advance()
    return hasAll()
  }, 'records')
}

test('lines from a socket become batches; every line end counts, and so does the end of the data', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness({ master: 'local[1]' })
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  const output = harness.collect(harness.ssc.socketTextStream('127.0.0.1', server.port))
  await harness.ssc.start()
  const socket = await server.connection()
  socket.write('grün\nb\r\nc\rhalf')
  await advanceUntil(harness, () => output.records.length === 3)
  socket.end(' a line')
  await advanceUntil(harness, () => output.records.length === 4)
  assert.deepEqual(output.records, ['grün', 'b', 'c', 'half a line'])
  const counted = () => log.of('onBatchCompleted').reduce((sum, { batchInfo }) => sum + batchInfo.numRecords, 0)
  await until(() => counted() === 4, 'the listeners to hear of all lines')
  assert.equal(
    log.of('onReceiverStopped')[0]?.receiverInfo.lastErrorMessage,
    'Restarting receiver with delay 2000 ms: Socket data stream had no more data',
  )
  // By now the clock has passed the restart's delay or does so soon: the stream goes on with the next connection.
  await advanceUntil(harness, () => server.connections.length === 2)
  server.connections[1]!.write('again\n')
  await advanceUntil(harness, () => output.records.length === 5)
  assert.equal(output.records[4], 'again')
})

test('a port that nobody listens on is tried again every two seconds, until somebody does', async () => {
  const { port } = await closedPort()
  await using harness = new StreamingHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  const output = harness.collect(harness.ssc.socketTextStream('127.0.0.1', port))
  await harness.ssc.start()
  for (let attempt = 1; attempt <= 3; attempt++) {
    await until(() => log.of('onReceiverStopped').length === attempt, 'a refused connection')
    await harness.advance(2)
  }
  const { lastErrorMessage, lastError } = log.of('onReceiverStopped')[0]!.receiverInfo
  assert.equal(lastErrorMessage, `Restarting receiver with delay 2000 ms: Error connecting to 127.0.0.1:${port}`)
  assert.match(lastError, /ECONNREFUSED/)
  await using server = await new LineServer().listen(port)
  await advanceUntil(harness, () => server.connections.length > 0)
  server.connections[0]!.write('at last\n')
  await advanceUntil(harness, () => output.records.length > 0)
  assert.deepEqual(output.records, ['at last'])
})

async function closedPort(): Promise<{ port: number }> {
  await using server = await new LineServer().listen()
  return { port: server.port }
}

test('a graceful stop processes what was received before', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness()
  const output = harness.collect(harness.ssc.socketTextStream('127.0.0.1', server.port))
  await harness.ssc.start()
  const socket = await server.connection()
  socket.write('first\n')
  await advanceUntil(harness, () => output.records.length === 1)
  socket.write('last\n')
  const tracker = harness.ssc.scheduler.receiverTracker as LocalReceiverTracker
  await until(() => {
    if (!tracker.hasUnallocatedBlocks()) harness.clock.advance(harness.clock.now() % 1000 < 800 ? 200 : 0)
    return tracker.hasUnallocatedBlocks() || harness.clock.now() % 1000 === 800
  })
  const stopped = harness.ssc.stop(true, true)
  await until(async () => {
    harness.clock.advance(200)
    return harness.ssc.getState() === 'STOPPED'
  })
  await stopped
  assert.deepEqual(output.records, ['first', 'last'])
  assert.equal(tracker.bytesInMemory, 0)
})

test('a limited socket gives so many lines a batch, and is not read ahead without bound', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness({
    conf: { 'spark.streaming.receiver.maxRate': 50, 'millstream.streaming.receiver.maxBlockSize': '64k' },
  })
  const output = harness.collect(harness.ssc.socketTextStream('127.0.0.1', server.port))
  await harness.ssc.start()
  const socket = await server.connection()
  const line = `${'x'.repeat(99)}\n`
  const flow = () => {
    while (socket.write(line.repeat(1000)));
  }
  socket.on('drain', flow)
  flow()
  await advanceUntil(harness, () => output.records.length > 200)
  const tracker = harness.ssc.scheduler.receiverTracker as LocalReceiverTracker
  for (const batch of output.batches.slice(2)) assert.ok(batch.length <= 55, String(batch.length))
  assert.ok(tracker.bytesInMemory < 1e6, String(tracker.bytesInMemory))
})

test('a converter makes records of the bytes', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness()
  const stream = harness.ssc.socketStream('127.0.0.1', server.port, async function* (bytes) {
    for await (const chunk of bytes) for (const byte of chunk as Buffer) yield byte
  })
  const output = harness.collect(stream)
  await harness.ssc.start()
  ;(await server.connection()).write(Buffer.from([1, 2, 3]))
  await advanceUntil(harness, () => output.records.length === 3)
  assert.deepEqual(output.records, [1, 2, 3])
})

test('a converter that fails has the receiver restarted', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  // biome-ignore lint/correctness/useYield: it fails before it could
  const stream = harness.ssc.socketStream<number>('127.0.0.1', server.port, async function* () {
    throw new Error('not my protocol')
  })
  harness.collect(stream)
  await harness.ssc.start()
  await until(() => log.of('onReceiverStopped').length > 0)
  const { lastErrorMessage, lastError } = log.of('onReceiverStopped')[0]!.receiverInfo
  assert.equal(lastErrorMessage, 'Restarting receiver with delay 2000 ms: Error receiving data')
  assert.match(lastError, /not my protocol/)
})

test('a raw socket takes encoded blocks as they are, however they arrive', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness()
  const output = harness.collect(harness.ssc.rawSocketStream<[string, number]>('127.0.0.1', server.port))
  await harness.ssc.start()
  const socket = await server.connection()
  const frames = [
    [['a', 1]],
    [
      ['b', 2],
      ['c', 3],
    ],
    [],
  ].map((records) => {
    const block = new RecordCodec().encode(records)
    const header = Buffer.alloc(4)
    header.writeInt32BE(block.length)
    return Buffer.concat([header, block])
  })
  const bytes = Buffer.concat([...frames, Buffer.alloc(4)])
  socket.setNoDelay(true)
  for (const byte of bytes) {
    await new Promise((resolve) => socket.write(Buffer.of(byte), resolve))
  }
  await advanceUntil(harness, () => output.records.length === 3)
  assert.deepEqual(output.records, [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ])
})

test('a frame that is too long is refused by name', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  harness.collect(harness.ssc.rawSocketStream('127.0.0.1', server.port))
  await harness.ssc.start()
  ;(await server.connection()).write(Buffer.from([0x7f, 0, 0, 0]))
  await until(() => log.of('onReceiverStopped').length > 0)
  assert.match(log.of('onReceiverStopped')[0]!.receiverInfo.lastError, /a frame claims 2130706432 bytes/)
})

test('a receiver of the user runs beside others and each block is a partition', async () => {
  class Numbers extends Receiver<number> {
    override onStart(): void {
      void this.store([1, 2])
      void this.store([3])
    }
    override onStop(): void {}
  }
  await using harness = new StreamingHarness({ master: 'local[1]' })
  const both = harness.ssc.union([
    harness.ssc.receiverStream(new Numbers()),
    harness.ssc.receiverStream(new Numbers()).map((n) => n * 10),
  ])
  const output = harness.collect(both.glom())
  await harness.ssc.start()
  await harness.advance(2)
  assert.deepEqual(output.batches, [[[1, 2], [3], [10, 20], [30]], []])
})

test('a port that cannot be is refused where the stream is defined', async () => {
  await using harness = new StreamingHarness()
  assert.throws(() => harness.ssc.socketTextStream('localhost', 70_000), { message: /port out of range: 70000/ })
})

test('back-pressure that is switched on lowers the rate of a stream whose batches take too long', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness({ conf: { 'spark.streaming.backpressure.enabled': true } })
  const stream = harness.ssc.socketTextStream('127.0.0.1', server.port)
  stream.foreachRDD(async (rdd) => {
    // Ten milliseconds of the manual clock for every line.
    harness.clock.advance(10 * (await rdd.count()))
  })
  await harness.ssc.start()
  const socket = await server.connection()
  const { rateController } = stream as unknown as { rateController: { latestRate: number } }
  await until(async () => {
    socket.write('x\n'.repeat(20))
    await harness.advance()
    return rateController.latestRate === 100
  })
})

test('while a batch takes its time, a fast server is kept waiting; then every line arrives', async () => {
  await using server = await new LineServer().listen()
  await using harness = new StreamingHarness({
    conf: { 'millstream.streaming.receiver.maxPendingSize': '4m', 'millstream.streaming.receiver.maxBlockSize': '1m' },
  })
  const tracker = () => harness.ssc.scheduler.receiverTracker as LocalReceiverTracker
  let release = () => {}
  const isReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  let counted = 0
  harness.ssc.socketTextStream('127.0.0.1', server.port).foreachRDD(async (rdd) => {
    counted += await rdd.count()
    if (counted > 0) await isReleased
  })
  await harness.ssc.start()
  const socket = await server.connection()
  const block = Buffer.from('some line or other\n'.repeat(10_000))
  const total = 300
  let sent = 0
  const flow = () => {
    while (sent < total) {
      sent++
      if (!socket.write(block)) return void socket.once('drain', flow)
    }
  }
  flow()
  // Four pending, four remembered of the batch before, and the buffers.
  let peak = 0
  // The first batch with lines is stuck; others queue behind it. The server's writes come to a halt.
  await until(() => {
    harness.clock.advance(200)
    peak = Math.max(peak, tracker().bytesInMemory)
    return harness.clock.now() > 60_000
  })
  assert.ok(sent < total, `${sent} of ${total} blocks were taken in`)
  assert.ok(peak <= 10 * 1024 * 1024, `${peak} bytes in memory`)
  release()
  await until(() => {
    harness.clock.advance(200)
    peak = Math.max(peak, tracker().bytesInMemory)
    return counted === total * 10_000
  }, 'all lines')
  assert.ok(peak <= 10 * 1024 * 1024, `${peak} bytes in memory`)
})
