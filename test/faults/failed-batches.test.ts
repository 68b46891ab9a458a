import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { type DStream, Receiver, SparkConf, SparkContext, StreamingContext, Time } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/index.ts'

const INTERVAL_MS = 1000
/** So recent that files of then are new to the program. */
const START_MS = 1_700_000_000_000

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millstream-failed-batches-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

class Scripted extends Receiver<number> {
  override onStart(): void {}
  override onStop(): void {}
}

/** The batches of a run that put out something, counted from 1, with their records. */
type Batches = Map<number, readonly unknown[]>

interface Run {
  /** The number of the batch that is due next. */
  readonly nextBatch: () => number
  readonly receiver: Scripted
  /** Lets the next batch become due. */
  due(): void
  /** Lets batches become due, one after another once the one before is done. */
  tick(batches?: number): Promise<void>
}

interface Program<T> {
  readonly stream: (ssc: StreamingContext, receiver: Scripted) => DStream<T>
  /** Called with each batch before its records are read. */
  readonly onBatch?: (batch: number) => void | Promise<void>
  readonly conf?: Readonly<Record<string, string>>
}

/** One run of a program, from its checkpoint on. @param firstBatch the first one that is due. @returns what was put out. */
async function run<T>(firstBatch: number, program: Program<T>, drive: (run: Run) => Promise<void>): Promise<Batches> {
  const clock = new ManualClock(START_MS + (firstBatch - 1) * INTERVAL_MS)
  const receiver = new Scripted()
  const batches: Batches = new Map()
  const ssc = await StreamingContext.getOrCreate(join(root, 'checkpoints'), () => {
    const conf = new SparkConf(false)
      .setMaster('local[1]')
      .setAppName('failed batches')
      .setAll(program.conf ?? {})
    const sc = new SparkContext(conf)
    sc.setLogLevel('OFF')
    const made = new StreamingContext(sc, INTERVAL_MS / 1000, { clock })
    program.stream(made, receiver).foreachRDD(async (rdd, time) => {
      const batch = (time.milliseconds - START_MS) / INTERVAL_MS
      await program.onBatch?.(batch)
      batches.set(batch, await rdd.collect())
    })
    return made
  })
  await ssc.start()
  await ssc.batchProcessed(new Time(clock.now()))
  await drive({
    nextBatch: () => (clock.now() - START_MS) / INTERVAL_MS + 1,
    receiver,
    due: () => clock.advance(INTERVAL_MS),
    async tick(count = 1) {
      for (let i = 0; i < count; i++) {
        clock.advance(INTERVAL_MS)
        await ssc.batchProcessed(new Time(clock.now()))
      }
    },
  })
  await ssc.stop()
  return batches
}

const LOGGED = { 'spark.streaming.receiver.writeAheadLog.enable': 'true' }

/** A record for each batch, its number. */
async function storeAndTick({ receiver, nextBatch, tick }: Run, batches: number): Promise<void> {
  for (let i = 0; i < batches; i++) {
    await receiver.store([nextBatch()])
    await tick()
  }
}

describe('a batch that failed runs again after a restart with the input that it was planned with', () => {
  const received = (ssc: StreamingContext, receiver: Scripted) => ssc.receiverStream(receiver)

  test('also when later batches were completed and its blocks left their memory', async () => {
    const onBatch = (batch: number) => {
      if (batch === 2) throw new Error('the database is away')
    }
    const first = await run(1, { stream: received, conf: LOGGED, onBatch }, (job) => storeAndTick(job, 8))
    assert.deepEqual([...first.keys()], [1, 3, 4, 5, 6, 7, 8])
    const again = await run(9, { stream: received, conf: LOGGED }, ({ tick }) => tick())
    assert.deepEqual(
      [...again],
      [
        [2, [2]],
        [9, []],
      ],
    )
  })

  test('also when it could not be generated', async () => {
    const failing = (ssc: StreamingContext, receiver: Scripted) =>
      ssc.receiverStream(receiver).transform((rdd, time) => {
        if (time.milliseconds === START_MS + 2 * INTERVAL_MS) throw new Error('the table of rates is away')
        return rdd
      })
    const first = await run(1, { stream: failing, conf: LOGGED }, (job) => storeAndTick(job, 3))
    assert.deepEqual([...first.keys()], [1, 3])
    const again = await run(4, { stream: received, conf: LOGGED }, ({ tick }) => tick())
    assert.deepEqual(
      [...again],
      [
        [2, [2]],
        [4, []],
      ],
    )
  })

  test('also when its checkpoint could not be written, with the same files, long after others forgot theirs', async () => {
    const input = join(root, 'in')
    mkdirSync(input)
    const files = (ssc: StreamingContext) => ssc.textFileStream(input)
    const checkpoints = join(root, 'checkpoints')
    const conf = { 'spark.streaming.fileStream.minRememberDuration': '5s' }
    const first = await run(1, { stream: files, conf }, async ({ nextBatch, tick }) => {
      for (let batch = nextBatch(); batch <= 3; batch++) {
        const file = join(input, `${batch}.txt`)
        writeFileSync(file, `line of ${batch}\n`)
        const seconds = (START_MS + batch * INTERVAL_MS) / 1000
        utimesSync(file, seconds, seconds)
        if (batch === 2) {
          // The disk is away for one batch: a file stands in the directory's place.
          renameSync(checkpoints, `${checkpoints}.away`)
          writeFileSync(checkpoints, '')
        }
        await tick()
        if (batch === 2) {
          rmSync(checkpoints)
          renameSync(`${checkpoints}.away`, checkpoints)
        }
      }
      await tick(12)
    })
    assert.deepEqual(first.get(1), ['line of 1'])
    assert.deepEqual(first.get(3), ['line of 3'])
    assert(!first.has(2), 'the batch ran although its checkpoint failed')
    const again = await run(16, { stream: files, conf }, ({ tick }) => tick())
    assert.deepEqual(
      [...again],
      [
        [2, ['line of 2']],
        [16, []],
      ],
    )
  })
})

test('a batch that is still running keeps its input while later batches are completed', async () => {
  const { promise: overtaken, resolve: letGo } = withResolvers()
  const onBatch = async (batch: number) => {
    if (batch === 6) letGo()
    if (batch === 1) await overtaken
  }
  const stream = (ssc: StreamingContext, receiver: Scripted) => ssc.receiverStream(receiver)
  const conf = { ...LOGGED, 'spark.streaming.concurrentJobs': '2' }
  const batches = await run(1, { stream, conf, onBatch }, async ({ nextBatch, receiver, due, tick }) => {
    while (nextBatch() < 6) {
      await receiver.store([nextBatch()])
      due()
    }
    await tick()
  })
  assert.equal(batches.get(1)?.at(0), 1)
  assert.deepEqual([...batches.keys()].sort(), [1, 2, 3, 4, 5, 6])
  assert.deepEqual([...batches.values()].flat().sort(), [1, 2, 3, 4, 5])
})

function withResolvers() {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

describe('a block that was acknowledged comes back after a restart', () => {
  const received = (ssc: StreamingContext, receiver: Scripted) => ssc.receiverStream(receiver)

  test('also when the block before it was refused for its metadata', async () => {
    const first = await run(1, { stream: received, conf: LOGGED }, async ({ receiver, tick }) => {
      await assert.rejects(receiver.store([6], { ack: () => {} }), { code: 'WRITE_AHEAD_LOG_FAILED' })
      await tick(4)
      await receiver.store([7])
    })
    assert.deepEqual([...first.values()].flat(), [])
    const again = await run(5, { stream: received, conf: LOGGED }, ({ tick }) => tick())
    assert.deepEqual([...again], [[5, [7]]])
  })
})
