import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type RDD, Seconds, SparkConf, SparkContext, StorageLevel } from '../../../src/index.ts'
import { StreamingHarness } from '../../../src/testing/index.ts'
import { SparkMonitor } from './spark-monitor.ts'
import { type SparkServer, startSparkCluster } from './spark-server.ts'

let server: SparkServer
let sc: SparkContext
let monitor: SparkMonitor
let directory: string

const newContext = (): SparkContext => {
  return new SparkContext(new SparkConf(false).setMaster(server.url).setAppName('persistence'))
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-persistence-'))
  server = await startSparkCluster({ 'spark.ui.enabled': 'true', 'spark.ui.port': '0' })
  monitor = await SparkMonitor.of(server)
  sc = newContext()
})
after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** The executors' process ids by the partition that each reads: a worker's grandparent. */
function executorsOf(rdd: RDD<unknown>): Promise<number[]> {
  return rdd
    .mapPartitions(() => {
      const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
      return [parentOf(process.ppid)]
    })
    .collect()
}

/** Ends an executor that holds a partition of a kept RDD; its worker starts another one. */
async function killExecutorOf(rdd: RDD<unknown>): Promise<void> {
  const [executor = 0] = await executorsOf(rdd)
  assert.match(readFileSync(`/proc/${executor}/cmdline`, 'utf8'), /CoarseGrainedExecutorBackend/)
  process.kill(executor, 'SIGKILL')
}

/** Four partitions, and how many of the records were computed so far. */
function counted() {
  const computed = sc.longAccumulator()
  const rdd = sc.parallelize([1, 2, 3, 4], 4).map((n) => {
    computed.add(1)
    return n * 10
  })
  return { rdd, computed }
}

test('a persisted RDD is computed again when an executor took partitions of it along', async () => {
  const { rdd, computed } = counted()
  rdd.persist()
  const above = rdd.map((n) => n + 1).persist()
  assert.deepEqual(await above.collect(), [11, 21, 31, 41])
  assert.equal(computed.value, 4)
  await killExecutorOf(above)
  assert.deepEqual(await above.collect(), [11, 21, 31, 41])
  assert.equal(computed.value, 8)
  assert.deepEqual(await rdd.union(above).collect(), [10, 20, 30, 40, 11, 21, 31, 41])
  assert.equal(computed.value, 8)
  await above.unpersist(true)
  await rdd.unpersist(true)
})

test('what is kept in two copies outlives an executor', async () => {
  await monitor.executors(2)
  const { rdd, computed } = counted()
  rdd.persist(StorageLevel.MEMORY_AND_DISK_2)
  assert.equal(await rdd.count(), 4)
  await killExecutorOf(rdd)
  assert.deepEqual(await rdd.collect(), [10, 20, 30, 40])
  assert.equal(computed.value, 4)
  await rdd.unpersist(true)
})

test('a local checkpoint that lost a partition fails its jobs, and says what to do', async () => {
  const { rdd, computed } = counted()
  rdd.localCheckpoint()
  assert.equal(await rdd.count(), 4)
  await rdd.unpersist(true)
  assert.deepEqual(await rdd.collect(), [10, 20, 30, 40])
  assert.equal(computed.value, 4)
  await killExecutorOf(rdd)
  await assert.rejects(rdd.count(), {
    code: 'CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND',
    message: /^The local checkpoint of .*RDD\[\d+\] \(.*\) is lost: an executor that held a part of it is gone/,
  })
})

test('a stream with a window and a state goes on when an executor is gone', async () => {
  const words = ['a b', 'b c', 'c d', 'a a', 'd b', 'b c'].map((text) => text.split(' '))
  const run = async (sparkContext: SparkContext, lose: (kept: RDD<unknown>) => Promise<void>) => {
    await using harness = new StreamingHarness({ sparkContext })
    harness.ssc.checkpoint(await mkdtemp(join(directory, 'checkpoints-')))
    const pairs = harness.input(words, 4).map((word): [string, number] => [word, 1])
    const totals = pairs.updateStateByKey<string, number, number>((ones, sum = 0) => ones.length + sum, 4)
    totals.checkpoint(Seconds(3))
    const window = pairs.window(Seconds(3), Seconds(1)).reduceByKey((a, b) => a + b, 2)
    let last: RDD<unknown> | null = null
    totals.foreachRDD(async (rdd) => {
      last = rdd
    })
    const outputs = [harness.collect(totals), harness.collect(window)]
    await harness.ssc.start()
    for (let batch = 1; batch <= words.length; batch++) {
      await harness.advance()
      if (last !== null && batch === 4) await lose(last)
    }
    await harness.ssc.awaitTerminationOrTimeout(0)
    return outputs.map(({ batches }) => batches.map((records) => records.map((pair) => pair.join(' ')).sort()))
  }
  const [totals, windows] = await run(sc, killExecutorOf)
  assert.deepEqual(totals?.at(-1), ['a 3', 'b 4', 'c 3', 'd 2'])
  assert.deepEqual(totals?.at(3), ['a 3', 'b 2', 'c 2', 'd 1'])
  assert.deepEqual(windows?.at(-1), ['a 2', 'b 2', 'c 1', 'd 1'])
  assert.equal(windows?.length, words.length)
})

test('nothing stays of what was unpersisted, let go of or used up, and nothing at all of a context that stopped', async () => {
  await sc.stop()
  assert.equal(await monitor.keptRdds(), 0)
  const before_ = monitor.artifactBytes()
  sc = new SparkContext(
    new SparkConf(false).setMaster(server.url).setAppName('freed').set('spark.millstream.maxInlineBytes', '100k'),
  )
  const persisted = sc
    .parallelize([1, 2], 2)
    .map((n) => n + 1)
    .persist()
  const keepAndLetGo = async (): Promise<void> => {
    const letGo = persisted.map((n) => n + 1).persist()
    const cut = letGo.map((n) => n + 1)
    cut.localCheckpoint()
    assert.equal(await cut.count(), 2)
    assert.equal(await letGo.count(), 2)
  }
  await keepAndLetGo()
  assert.equal(
    await sc
      .parallelize(['x'.repeat(200_000), 'y'.repeat(200_000)], 2)
      .map((text) => text.length)
      .sum(),
    400_000,
  )
  await persisted.count()
  // The driver's data of one job went with it; the three that are kept may have lost their RDDs to this process's collector meanwhile.
  assert((await monitor.keptRdds()) <= 3)
  assert(monitor.artifactBytes() > before_)
  await monitor.letGo(() => monitor.keptRdds(), 1)
  await persisted.unpersist(true)
  assert.equal(await monitor.keptRdds(), 0)
  assert.equal(await persisted.persist().count(), 2)
  assert.equal(await monitor.keptRdds(), 1)
  await sc.stop()
  assert.equal(await monitor.keptRdds(), 0)
  assert.equal(monitor.artifactBytes(), before_)
})
