import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import {
  Milliseconds,
  Receiver,
  Seconds,
  SparkConf,
  SparkContext,
  type State,
  StateSpec,
  StreamingContext,
} from '../../../src/index.ts'
import { ListenerLog, runBatches, StreamingHarness, type StreamingHarnessOptions } from '../../../src/testing/index.ts'
import { until } from '../../model/until.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

const MIB = 1024 * 1024
/** Kept low: more of a batch goes up as artifacts. */
const MAX_INLINE = '4m'

let directory: string
let server: SparkServer
let sc: SparkContext
/** What the word count prints on a local master: there is one SparkContext at a time. */
let localFrame: string

before(async () => {
  localFrame = await printedFrame({ master: 'local[2]' })
  server = await startSparkServer()
  const conf = new SparkConf(false).setMaster(server.url).setAppName('streams')
  conf.set('spark.millstream.maxInlineBytes', MAX_INLINE)
  conf.set('spark.streaming.concurrentJobs', 2)
  conf.set('spark.streaming.backpressure.enabled', true)
  conf.set('spark.streaming.backpressure.initialRate', 500)
  sc = new SparkContext(conf)
  // The first job opens the session and takes its time.
  await sc.parallelize([1], 1).count()
})
after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
})
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-streams-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** Stores what it is told, when it is told. */
class Scripted extends Receiver<string> {
  override onStart(): void {}
  override onStop(): void {}
  put(...texts: string[]): Promise<void> {
    return this.store(texts)
  }
}

/** A server of lines that hands its one connection to the test. */
async function lineServer(): Promise<{ port: number; connection: Promise<Socket>; [Symbol.dispose](): void }> {
  const open: Socket[] = []
  const lines = createServer((socket) => open.push(socket.on('error', () => {})))
  const connection = once(lines, 'connection').then(([socket]) => socket as Socket)
  await once(lines.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (lines.address() as AddressInfo).port,
    connection,
    [Symbol.dispose]() {
      lines.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** What NetworkWordCount prints for the batch of one text, below its time. */
async function printedFrame(options: StreamingHarnessOptions): Promise<string> {
  using lines = await lineServer()
  await using harness = new StreamingHarness(options)
  const counts = harness.ssc
    .socketTextStream('127.0.0.1', lines.port)
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
  counts.pprint()
  const output = harness.collect(counts)
  await harness.ssc.start()
  const socket = await lines.connection
  socket.write('to be or not to be\n\nthat is the question\nto be\n')
  await until(async () => {
    await harness.advance()
    return output.records.length > 0
  }, 'the words')
  // Which batch it was is chance.
  return harness.output.text.split(/^Time: .*$/m).at(-1) ?? ''
}

const letterOf = (text: string): [string, number] => [text[0] ?? '', text.length]

describe('received data', () => {
  test('goes up in pieces when a block exceeds a row and a batch exceeds a plan', async () => {
    const receiver = new Scripted()
    await using harness = new StreamingHarness({ sparkContext: sc })
    const output = harness.collect(harness.ssc.receiverStream(receiver).map(letterOf))
    await harness.ssc.start()
    // A row holds 16 MiB at most, and all of this is more than a plan may hold.
    await receiver.put(...['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(4 * MIB + 1)))
    await receiver.put('z')
    await harness.advance()
    await receiver.put('y'.repeat(3), 'x')
    await harness.advance()
    await harness.ssc.awaitTerminationOrTimeout(0)
    const long = ['a', 'b', 'c', 'd', 'e'].map((letter) => [letter, 4 * MIB + 1])
    assert.deepEqual(output.batches, [
      [...long, ['z', 1]],
      [
        ['y', 3],
        ['x', 1],
      ],
    ])
  })

  test('is counted and printed as on a local master', async () => {
    assert.match(localFrame, /^\n-+\n(\('\w*', \d\)\n){9}\n$/)
    assert.equal(await printedFrame({ sparkContext: sc }), localFrame)
  })

  test('comes no faster than the batches can take it, by the rates that they have set', async () => {
    using lines = await lineServer()
    await using ssc = new StreamingContext(sc, Milliseconds(200))
    const counts = ssc.socketTextStream('127.0.0.1', lines.port).count()
    let seen = 0
    counts.foreachRDD(async (rdd) => {
      for (const count of await rdd.collect()) seen += count
    })
    const rates: number[] = []
    await ssc.start()
    const tracker = ssc.scheduler.receiverTracker as unknown as { sendRateUpdate(id: number, rate: number): void }
    const { sendRateUpdate } = tracker
    const isSet = new Promise<void>((resolve) => {
      tracker.sendRateUpdate = (id, rate) => {
        rates.push(rate)
        sendRateUpdate.call(tracker, id, rate)
        if (rates.length === 2) resolve()
      }
    })
    const socket = await lines.connection
    let sent = 0
    let isSending = true
    const send = () => {
      if (!isSending) return
      socket.write('a line\n'.repeat(100), send)
      sent += 100
    }
    send()
    await isSet
    isSending = false
    assert(
      rates.every((rate) => rate >= 100),
      `${rates}`,
    )
    await ssc.stop({ stopSparkContext: false, stopGracefully: true })
    assert(seen > 0 && seen <= sent, `${seen} of ${sent}`)
  })
})

test('lines that are appended to log files are read by the executors, over a rotation', async () => {
  const path = join(directory, 'app.log')
  await writeFile(path, 'before the start\n')
  await using harness = new StreamingHarness({ sparkContext: sc, startTime: Date.now() })
  harness.ssc.checkpoint(join(directory, 'checkpoints'))
  const output = harness.collect(harness.ssc.tailStream(path))
  await harness.ssc.start()
  await appendFile(path, 'one\ntw')
  await harness.advance()
  await appendFile(path, 'o\n')
  await rename(path, `${path}.1`)
  await writeFile(path, 'three\n')
  await harness.advance(2)
  await harness.ssc.awaitTerminationOrTimeout(0)
  assert.deepEqual(output.batches, [['one'], ['two', 'three'], []])
})

test('files that appear are read by the executors, each in its batch', async () => {
  const [incoming, staging] = [join(directory, 'in'), join(directory, 'staging')]
  await mkdir(incoming)
  await mkdir(staging)
  const appear = async (name: string, text: string, seconds: number) => {
    await writeFile(join(staging, name), text)
    await utimes(join(staging, name), seconds, seconds)
    await rename(join(staging, name), join(incoming, name))
  }
  await using harness = new StreamingHarness({ sparkContext: sc, startTime: 1_700_000_000_000 })
  // Within the batch that the clock is in.
  const now = () => harness.clock.now() / 1000 + 0.5
  const lines = harness.collect(harness.ssc.textFileStream(`file://${incoming}`))
  const windows = harness.collect(harness.ssc.textFileStream(incoming).countByValueAndWindow(Seconds(2), Seconds(1)))
  harness.ssc.checkpoint(join(directory, 'checkpoints'))
  await harness.ssc.start()
  await appear('one', 'a\nb\n', now())
  await harness.advance()
  await harness.advance()
  await appear('two', 'b\n', now())
  await appear('three', 'c', now())
  await harness.advance()
  await harness.ssc.awaitTerminationOrTimeout(0)
  assert.deepEqual(
    lines.batches.map((batch) => batch.sort()),
    [['a', 'b'], [], ['b', 'c']],
  )
  assert.deepEqual(new Map(windows.batches[1]), new Map([['a', 1], ['b', 1]])) // biome-ignore format: a map
  assert.deepEqual(new Map(windows.batches[2]), new Map([['b', 1], ['c', 1]])) // biome-ignore format: a map
})

test('a checkpoint of a state holds the keys that changed since the one before', async () => {
  await using harness = new StreamingHarness({ sparkContext: sc })
  const { ssc } = harness
  ssc.checkpoint(directory)
  const many = Array.from({ length: 400 }, (_, i): [string, number] => [`key ${i}`, i])
  const input = harness.input<string, number>([many, [['key 1', 5]], [['key 2', -1], ['new', 1]]]) // biome-ignore format: batches
  const sums = input.mapWithState(
    StateSpec.function((_: string, value: number | undefined, state: State<number>) => {
      if (value === -1) state.remove()
      else state.update((state.getOption() ?? 0) + (value ?? 0))
    }).numPartitions(2),
  )
  sums.name('sums').checkpoint(1)
  const states = harness.collect(sums.stateSnapshots())
  sums.foreachRDD(async (rdd) => {
    await rdd.count()
  })
  await ssc.start()
  await harness.advance(3)
  await ssc.awaitTerminationOrTimeout(0)
  const expected = new Map([...many, ['key 1', 6], ['new', 1]] as [string, number][])
  expected.delete('key 2')
  assert.deepEqual(new Map(states.batches[2]), expected)
  const written = readdirSync(join(directory, 'operators', 'sums')).map((name) => name.replace(/-\w+$/, ''))
  assert.deepEqual(written.sort(), ['1000-snapshot', '2000-changes', '3000-changes'])
})

describe('jobs of a stream', () => {
  test('run side by side as spark.streaming.concurrentJobs says', async () => {
    await using harness = new StreamingHarness({ sparkContext: sc })
    const words = harness.input([['a']])
    let begun = 0
    for (let i = 0; i < 2; i++) {
      words.foreachRDD(async (rdd) => {
        begun += 1
        await until(() => begun === 2, 'the other job')
        assert.deepEqual(await rdd.collect(), ['a'])
      })
    }
    await harness.ssc.start()
    await harness.advance()
    await harness.ssc.awaitTerminationOrTimeout(0)
  })

  test('are cancelled on the executors by a stop that does not wait', async () => {
    const harness = new StreamingHarness({ sparkContext: sc })
    const log = new ListenerLog()
    harness.ssc.addStreamingListener(log)
    harness
      .input([[1, 2]])
      .map((x) => {
        for (;;) if (x > 10) return x
      })
      .foreachRDD(async (rdd) => {
        await rdd.count()
      })
    await harness.ssc.start()
    const from = server.process.log.length
    harness.clock.advance(1000)
    await until(() => server.process.log.slice(from).some((line) => line.includes('Running task')), 'a task')
    await harness.ssc.stop({ stopSparkContext: false })
    assert.match(log.of('onOutputOperationCompleted')[0]?.outputOperationInfo.failureReason ?? '', /cancelled/)
    // The cores are free again.
    assert.deepEqual(await sc.parallelize([1, 2], 2).collect(), [1, 2])
  })

  test('finish what was received before a graceful stop', async () => {
    const receiver = new Scripted()
    const ssc = new StreamingContext(sc, Milliseconds(100))
    const seen: string[] = []
    ssc.receiverStream(receiver).foreachRDD(async (rdd) => {
      seen.push(...(await rdd.map((text) => text.toUpperCase()).collect()))
    })
    await ssc.start()
    await receiver.put('a', 'b')
    await receiver.put('c')
    await ssc.stop({ stopSparkContext: false, stopGracefully: true })
    assert.deepEqual(seen, ['A', 'B', 'C'])
  })
})

test('the test kit runs batches on Spark', async () => {
  const lengths = await runBatches([['a', 'bb'], [], ['ccc']], (words) => words.map((word) => word.length), {
    sparkContext: sc,
  })
  assert.deepEqual(lengths, [[1, 2], [], [3]])
  await sc.stop()
  const sums = await runBatches([[1, 2, 3], [4]], (numbers) => numbers.reduce((a, b) => a + b), { master: server.url })
  assert.deepEqual(sums, [[6], [4]])
})
