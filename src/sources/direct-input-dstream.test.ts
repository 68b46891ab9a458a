import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../test/model/until.ts'
import { ManualClock } from '../batches/manual-clock.ts'
import { Time } from '../batches/time.ts'
import { SparkContext } from '../context/spark-context.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import { StreamingContext } from '../streaming/streaming-context.ts'
import type { BatchPlan, BatchSource, RateLimit } from './batch-source.ts'

type Range = readonly [from: number, to: number]

/** Reads the numbers of a range. It runs on a worker. */
function* readRange([from, to]: Range): Generator<number> {
  for (let n = from; n < to; n++) yield n
}

/** The numbers from 0 on, three for each batch. */
class Numbers implements BatchSource<number, Range> {
  readonly calls: string[] = []
  readonly limits: RateLimit[] = []
  /** Thrown by the next plans. */
  readonly failures: Error[] = []
  #next = 0
  readonly beginning?: () => Range

  /** @param beginning where it begins, if it says so. */
  constructor(beginning?: Range) {
    if (beginning === undefined) return
    this.beginning = () => {
      this.#next = beginning[1]
      return beginning
    }
  }

  open(restored: Range | null): void {
    this.calls.push(`open ${restored}`)
    this.#next = restored?.[1] ?? 0
  }
  async plan(time: Time, limit: RateLimit): Promise<BatchPlan<number, Range>> {
    this.limits.push(limit)
    const failure = this.failures.shift()
    if (failure !== undefined) throw failure
    this.calls.push(`plan ${time.milliseconds}`)
    const positions = [this.#next, this.#next + 3] as const
    this.#next = positions[1]
    return { positions, partitions: this.#partitions(positions), records: 3, info: { Description: positions.join() } }
  }
  replan(time: Time, positions: Range) {
    this.calls.push(`replan ${time.milliseconds}`)
    return this.#partitions(positions)
  }
  completed(time: Time, positions: Range): void {
    this.calls.push(`completed ${time.milliseconds} ${positions}`)
  }
  close(): void {
    this.calls.push('close')
  }
  #partitions([from, to]: Range) {
    const middle = from + 1
    return [
      { kind: 'read', data: [from, middle], read: readRange } as const,
      { kind: 'read', data: [middle, to], read: readRange } as const,
    ]
  }
}

interface Run {
  readonly source: Numbers
  readonly clock: ManualClock
  readonly ssc: StreamingContext
  /** What each batch had, every time that it ran. */
  readonly ran: [time: number, records: number[]][]
  tick(batches?: number): Promise<void>
}

interface RunOptions {
  readonly directory?: string
  readonly from?: number
  readonly conf?: Readonly<Record<string, string>>
  /** Called when a batch's output operation has read its records. */
  readonly onBatch?: (time: number) => void
  readonly isStateful?: boolean
  /** Thrown when the source is opened. */
  readonly openFailure?: Error
  /** The length and slide, in seconds, of a window that is put out instead of each batch. */
  readonly window?: readonly [length: number, slide: number]
  /** Where the source begins, if it says so. */
  readonly beginning?: Range
  /** Runs when a batch is generated. */
  readonly generation?: () => Promise<void>
}

async function start(t: TestContext, options: RunOptions = {}): Promise<Run> {
  const {
    directory,
    from = 0,
    conf = {},
    onBatch,
    isStateful = false,
    window = [1, 1],
    beginning,
    generation,
  } = options
  const clock = new ManualClock(from)
  const source = new Numbers(beginning)
  if (options.openFailure !== undefined) source.open = () => Promise.reject(options.openFailure)
  const ran: Run['ran'] = []
  const setup = () => {
    const sc = new SparkContext(new SparkConf(false).setMaster('local[1]').setAppName('test').setAll(conf))
    sc.setLogLevel('OFF')
    const made = new StreamingContext(sc, 1, { clock })
    const numbers = made.directStream(source).transform(async (rdd) => {
      await generation?.()
      return rdd
    })
    numbers.window(...window).foreachRDD(async (rdd, time) => {
      ran.push([time.milliseconds, await rdd.collect()])
      onBatch?.(time.milliseconds)
    })
    if (isStateful) {
      numbers
        .map((n) => ['sum', n] as [string, number])
        .updateStateByKey((values: number[], sum: number | undefined) => values.reduce((a, b) => a + b, sum ?? 0))
        .foreachRDD(async (rdd, time) => {
          ran.push([-time.milliseconds, (await rdd.collect()).map(([, sum]) => sum)])
        })
    }
    return made
  }
  const ssc = directory === undefined ? setup() : await StreamingContext.getOrCreate(directory, setup)
  t.after(() => ssc.stop())
  await ssc.start().catch(async (error) => {
    await ssc.stop()
    throw error
  })
  const tick = async (batches = 1) => {
    for (let i = 0; i < batches; i++) {
      clock.advance(1000)
      await ssc.batchProcessed(new Time(clock.now()))
    }
  }
  return { source, clock, ssc, ran, tick }
}

async function newDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-direct-'))
  t.after(async () => {
    await StreamingContext.getActive()?.stop()
    await rm(directory, { recursive: true })
  })
  return directory
}

test('each batch reads what was planned for it, where its tasks run', async (t) => {
  const { source, ran, ssc, tick } = await start(t)
  await tick(2)
  await ssc.stop()
  assert.deepEqual(ran, [
    [1000, [0, 1, 2]],
    [2000, [3, 4, 5]],
  ])
  assert.deepEqual(
    source.calls,
    ['open ', 'plan 1000', 'completed 1000 0,3', 'plan 2000', 'completed 2000 3,6', 'close'].map((call) =>
      call === 'open ' ? 'open null' : call,
    ),
  )
})

test('a batch that no window reads is not planned: what comes in it is for the next one that is read', async (t) => {
  const { source, ran, ssc, tick } = await start(t, {
    window: [2, 4],
  })
  await tick(8)
  await ssc.stop()
  assert.deepEqual(
    source.calls.filter((call) => call.startsWith('plan')),
    ['plan 3000', 'plan 4000', 'plan 7000', 'plan 8000'],
  )
  assert.deepEqual(ran, [
    [4000, [0, 1, 2, 3, 4, 5]],
    [8000, [6, 7, 8, 9, 10, 11]],
  ])
})

test('a run after one that ended between two windows goes on behind what was read', async (t) => {
  const directory = await newDirectory(t)
  const first = await start(t, { directory, window: [1, 3] })
  await first.tick(5)
  await first.ssc.stop()
  const second = await start(t, { directory, from: 5000, window: [1, 3] })
  await second.tick()
  assert.deepEqual(
    [...first.ran, ...second.ran],
    [
      [3000, [0, 1, 2]],
      [6000, [3, 4, 5]],
    ],
  )
})

test('a listener hears how many records a batch has, and where from', async (t) => {
  const { ssc, tick } = await start(t)
  const heard: unknown[] = []
  ssc.addStreamingListener({
    onBatchSubmitted: ({ batchInfo }) => {
      for (const { numRecords, metadata } of batchInfo.streamIdToInputInfo.values()) {
        heard.push([numRecords, metadata.get('Description')])
      }
    },
  })
  await tick()
  await ssc.stop()
  assert.deepEqual(heard, [[3, '0,3']])
})

test('a batch whose plan failed is planned before the next one; nothing is left out or read twice', async (t) => {
  const directory = await newDirectory(t)
  const first = await start(t, { directory })
  await first.tick()
  first.source.failures.push(new Error('the broker is away'))
  await first.tick(2)
  await assert.rejects(first.ssc.awaitTermination(), /the broker is away/)
  assert.deepEqual(first.ran, [
    [1000, [0, 1, 2]],
    [3000, [6, 7, 8]],
  ])
  await first.ssc.stop()
  const second = await start(t, { directory, from: 3000 })
  await second.tick()
  assert.deepEqual(second.ran, [
    [2000, [3, 4, 5]],
    [4000, [9, 10, 11]],
  ])
  assert.deepEqual(second.source.calls.slice(0, 3), ['open 6,9', 'replan 2000', 'plan 4000'])
})

test('a run that ends before its first batch has told the next one where to begin', async (t) => {
  const directory = await newDirectory(t)
  const beginning: Range = [100, 100]
  const first = await start(t, { directory, beginning })
  await first.ssc.stop()
  const second = await start(t, { directory, from: 2000, beginning: [500, 500] })
  await second.ssc.batchProcessed(new Time(2000))
  assert.deepEqual(second.ran[0], [1000, [100, 101, 102]])
})

test('a start that fails before its first checkpoint leaves the last one as it is', async (t) => {
  const directory = await newDirectory(t)
  const first = await start(t, { directory, isStateful: true, from: 100_000 })
  await first.tick(2)
  await first.ssc.stop()
  const failing = { directory, isStateful: true, from: 102_000, openFailure: new Error('the broker is away') }
  await assert.rejects(start(t, failing), /the broker is away/)
  const second = await start(t, { directory, isStateful: true, from: 102_000 })
  assert.equal(second.ssc.graph.zeroTime?.milliseconds, 100_000)
  await second.tick()
  assert.deepEqual(second.ran, [
    [103_000, [6, 7, 8]],
    [-103_000, [36]],
  ])
})

test('a batch whose generation failed right after it was planned keeps what was planned for it', async (t) => {
  const directory = await newDirectory(t)
  const first = await start(t, { directory, generation: () => Promise.reject(new Error('no such table')) })
  await first.tick()
  await first.ssc.stop()
  assert.deepEqual(first.ran, [])
  const second = await start(t, { directory, from: 1000 })
  await second.tick()
  assert.deepEqual(second.ran, [
    [1000, [0, 1, 2]],
    [2000, [3, 4, 5]],
  ])
})

test('completions are told in order: those behind a batch that failed once that one is completed, by a later run', async (t) => {
  const directory = await newDirectory(t)
  const fails = (time: number) => {
    if (time === 2000) throw new Error('the database is away')
  }
  const first = await start(t, { directory, onBatch: fails })
  await first.tick(4)
  await first.ssc.stop()
  const completed = ({ source }: Run) => source.calls.filter((call) => call.startsWith('completed'))
  assert.deepEqual(completed(first), ['completed 1000 0,3'])
  const second = await start(t, { directory, from: 4000 })
  await second.tick()
  await second.ssc.stop()
  assert.deepEqual(completed(second), ['completed 2000 3,6', 'completed 5000 12,15'])
})

test('a source that cannot take note of a completed batch holds up no batch', async (t) => {
  const { source, ran, ssc, tick } = await start(t)
  source.completed = () => {
    throw new Error('offsets cannot be committed')
  }
  await tick(2)
  await ssc.stop()
  assert.equal(ran.length, 2)
})

test('a batch that failed is tried again after a pause, with what it was planned with, and only where it failed', async (t) => {
  let failures = 2
  const conf = { 'millstream.streaming.batch.maxAttempts': '3', 'millstream.streaming.batch.retryDelay': '200ms' }
  const { ran, clock, ssc } = await start(t, {
    conf,
    onBatch: (time) => {
      if (time === 1000 && failures-- > 0) throw new Error('the database is away')
    },
  })
  clock.advance(1000)
  await until(() => ran.length === 1 && clock.waiterCount === 2)
  clock.advance(200)
  await until(() => ran.length === 2 && clock.waiterCount === 2)
  clock.advance(399)
  assert.equal(ran.length, 2)
  clock.advance(1)
  await until(() => ran.length === 3)
  await ssc.batchProcessed(new Time(1000))
  assert.deepEqual(
    ran,
    [1, 2, 3].map(() => [1000, [0, 1, 2]]),
  )
  assert.deepEqual(ssc.ledger.unfinished, [])
})

test('later batches of a stateful stream wait while one is tried again; of another stream they go on', async (t) => {
  for (const isStateful of [true, false]) {
    let isBroken = true
    const { ran, clock, ssc } = await start(t, {
      directory: await newDirectory(t),
      isStateful,
      conf: { 'millstream.streaming.batch.maxAttempts': '2', 'millstream.streaming.batch.retryDelay': '2500ms' },
      onBatch: (time) => {
        if (time === 1000 && isBroken) throw new Error('the database is away')
      },
    })
    clock.advance(1000)
    await until(() => ran.length === (isStateful ? 2 : 1) && ssc.ledger.stateOf(1000) === 'failed')
    clock.advance(1000)
    await until(() => ssc.ledger.stateOf(2000) === (isStateful ? 'running' : 'completed'))
    isBroken = false
    clock.advance(1500)
    await ssc.batchProcessed(new Time(3000))
    await until(() => ssc.ledger.unfinished.length === 0)
    const order = ran.map(([time]) => time)
    // Negative times are the state's output. Of the batch that failed only the operation that failed runs again.
    assert.deepEqual(order, isStateful ? [1000, -1000, 1000, 2000, -2000, 3000, -3000] : [1000, 2000, 3000, 1000])
    await ssc.stop()
  }
})

test('while too many batches wait to run again no further one is planned; the next run has them all', async (t) => {
  const directory = await newDirectory(t)
  let isBroken = true
  const onBatch = () => {
    if (isBroken) throw new Error('the database is away')
  }
  const conf = { 'millstream.streaming.batch.maxWaiting': '2' }
  const first = await start(t, { directory, conf, onBatch })
  await first.tick(3)
  for (let i = 0; i < 5; i++) first.clock.advance(1000)
  await first.ssc.stop({ stopGracefully: true })
  assert.deepEqual(
    first.source.calls.filter((call) => call.startsWith('plan')),
    ['plan 1000', 'plan 2000', 'plan 3000'],
  )
  isBroken = false
  const second = await start(t, { directory, from: 8000, conf, onBatch })
  await second.ssc.batchProcessed(new Time(8000))
  assert.deepEqual(
    second.ran.map(([time, [record]]) => [time, record]),
    [1, 2, 3, 4, 5, 6, 7, 8].map((n) => [n * 1000, (n - 1) * 3]),
  )
})
