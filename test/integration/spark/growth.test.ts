import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type RDD, Seconds, SparkConf, SparkContext } from '../../../src/index.ts'
import { StreamingHarness } from '../../../src/testing/index.ts'
import { IS_LONG } from '../long.ts'
import { SparkMonitor } from './spark-monitor.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

/** In both forms the batches after the warm-up send tables of three times the size that the assertions allow to stay behind. */
const BATCHES = IS_LONG ? 500 : 180
const WARM_UP = IS_LONG ? 100 : 60
const KIB = 1024
const MIB = 1024 * KIB
/** Of every plan; a batch of many records has more. */
const MAX_INLINE = 512 * KIB
/** Large values that lie idle on the server before a new session takes the old one's place. */
const MAX_IDLE = (IS_LONG ? 24 : 8) * MIB
/** A value for one batch that travels with its commands. */
const TABLE_BYTES = 300 * KIB
/** One that is too large for that, and becomes a file of the session. */
const LARGE_TABLE_BYTES = 700 * KIB
/** What code that is compiled and caches that fill may add to the server's heap. */
const ALLOWED_HEAP = 24 * MIB
/** Of the batches that are in the window when it is measured. */
const ALLOWED_BLOCKS = MIB
/** What V8 may put off to collect, in a worker. */
const ALLOWED_RSS = 128 * MIB
/** Two that work and two that wait for each session, and those of the session before, which end after a while. */
const MAX_WORKERS = 8

let server: SparkServer
let sc: SparkContext
let monitor: SparkMonitor
let directory: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-growth-'))
  server = await startSparkServer({ 'spark.ui.enabled': 'true', 'spark.ui.port': '0', 'spark.driver.memory': '1g' })
  monitor = await SparkMonitor.of(server)
  const conf = new SparkConf(false).setMaster(server.url).setAppName('growth')
  conf.set('spark.millstream.maxInlineBytes', MAX_INLINE).set('spark.millstream.maxIdleFileBytes', MAX_IDLE)
  sc = new SparkContext(conf)
})
after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** What may grow. */
interface Sizes {
  readonly heapBytes: number
  readonly keptRdds: number
  readonly artifactBytes: number
  readonly blockBytes: number
  readonly workers: number
  readonly largestWorkerBytes: number
}

async function sizes(): Promise<Sizes> {
  const workerBytes = monitor.workerBytes()
  return {
    keptRdds: await monitor.keptRdds(),
    heapBytes: await monitor.liveBytes(),
    artifactBytes: monitor.artifactBytes(),
    blockBytes: monitor.blockBytes(),
    workers: workerBytes.length,
    largestWorkerBytes: Math.max(...workerBytes),
  }
}

/** The records of a batch: every tenth time more than a plan may hold. */
function recordsOf(batch: number): [string, number][] {
  const padding = batch % 10 === 0 ? 'x'.repeat(10 * KIB) : ''
  return Array.from({ length: 100 }, (_, n) => [`key ${n % 50}|${padding}`, 1])
}

test(`${BATCHES} batches of a window, a state, a persisted RDD and broadcast tables leave the server as it was`, async () => {
  await using harness = new StreamingHarness({ sparkContext: sc })
  harness.ssc.checkpoint(directory)
  let batch = 0
  const records = harness.ssc.queueStream<[string, number]>([]).transform(() => sc.parallelize(recordsOf(batch), 2))
  const pairs = records.map(([key, one]): [string, number] => [key.split('|')[0] as string, one])
  const totals = pairs.updateStateByKey<string, number, number>((ones, sum = 0) => ones.length + sum, 2)
  totals.checkpoint(Seconds(10))
  const window = pairs.reduceByKeyAndWindow((a, b) => a + b, Seconds(3), Seconds(1), 2)
  let persisted: RDD<string> | null = null
  let seen = ''
  totals.join(window, 2).foreachRDD(async (rdd) => {
    const isFifth = batch % 5 === 0
    const table = sc.broadcast(`${batch}`.padEnd(isFifth ? LARGE_TABLE_BYTES : TABLE_BYTES, 'x'))
    const rows = rdd.map(([key, [total, recent]]) => `${key} ${total} ${recent} ${table.value.length}`)
    if (isFifth) {
      await persisted?.unpersist()
      persisted = rows.persist()
    }
    seen = (await rows.collect()).sort()[0] ?? ''
    table.destroy()
  })
  await harness.ssc.start()
  let warm: Sizes | null = null
  while (batch < BATCHES) {
    batch += 1
    await harness.advance()
    if (batch === WARM_UP) warm = await sizes()
  }
  await harness.ssc.awaitTerminationOrTimeout(0)
  const end = await sizes()
  assert.equal(seen, `key 0 ${2 * BATCHES} 6 ${LARGE_TABLE_BYTES}`)
  assert(warm !== null)
  assert(end.keptRdds <= warm.keptRdds + 2, `RDDs on the executors: ${warm.keptRdds}, then ${end.keptRdds}`)
  assert(end.heapBytes < warm.heapBytes + ALLOWED_HEAP, `the server's heap: ${warm.heapBytes}, then ${end.heapBytes}`)
  assert(
    end.artifactBytes < warm.artifactBytes + 2 * MAX_IDLE,
    `artifacts on disk: ${warm.artifactBytes}, then ${end.artifactBytes}`,
  )
  assert(
    end.blockBytes < warm.blockBytes + ALLOWED_BLOCKS,
    `blocks and shuffles on disk: ${warm.blockBytes}, then ${end.blockBytes}`,
  )
  assert(
    end.largestWorkerBytes < warm.largestWorkerBytes + ALLOWED_RSS,
    `the largest worker: ${warm.largestWorkerBytes}, then ${end.largestWorkerBytes}`,
  )
  assert(end.workers <= MAX_WORKERS, `workers: ${warm.workers}, then ${end.workers}`)
})
