import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { Milliseconds } from '../batches/duration.ts'
import { Time } from '../batches/time.ts'
import { StorageLevel } from '../task/storage-level.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'
import type { DStream } from './dstream.ts'

after(useReferenceEngine())

const seconds = (stream: DStream<unknown>) => [...stream.generatedRDDs.keys()].map((time) => time / 1000)

test('a batch’s RDDs are forgotten once the next batch is done, in all streams', async () => {
  await using harness = new StreamingHarness()
  const input = harness.input([[1], [2], [3]])
  const mapped = input.map((n) => n)
  const united = mapped.union(input)
  united.foreachRDD((rdd) => rdd.count())
  await harness.ssc.start()
  await harness.advance(3)
  for (const stream of [input, mapped, united]) assert.deepEqual(seconds(stream), [3])
})

test('what a failed batch leaves is forgotten too', async () => {
  await using harness = new StreamingHarness()
  const input = harness.input<number>([])
  input.foreachRDD(() => {
    throw new Error('expected: every batch fails')
  })
  await harness.ssc.start()
  await harness.advance(5)
  assert.deepEqual(seconds(input), [5])
})

test('a persisted stream persists each RDD and unpersists it when it is forgotten', async () => {
  await using harness = new StreamingHarness()
  const cached = harness.input([[1], [2]]).map((n) => n)
  cached.cache()
  const levels: StorageLevel[] = []
  cached.foreachRDD((rdd) => void levels.push(rdd.getStorageLevel()))
  await harness.ssc.start()
  await harness.advance()
  const first = cached.generatedRDDs.get(1000)
  assert(first !== undefined && first !== null && !(first instanceof Promise))
  await harness.advance()
  assert.deepEqual(levels, [StorageLevel.MEMORY_ONLY_SER, StorageLevel.MEMORY_ONLY_SER])
  assert.equal(first.getStorageLevel(), StorageLevel.NONE)
  assert.deepEqual([...harness.sc.getPersistentRDDs().values()], [await cached.generatedRDDs.get(2000)])
})

test('with spark.streaming.unpersist off, forgotten RDDs stay persisted', async () => {
  await using harness = new StreamingHarness({ conf: { 'spark.streaming.unpersist': false } })
  const cached = harness.input([[1], [2]]).persist(StorageLevel.MEMORY_ONLY)
  cached.foreachRDD(() => {})
  await harness.ssc.start()
  await harness.advance()
  const first = await cached.generatedRDDs.get(1000)
  await harness.advance()
  assert.equal(first?.getStorageLevel(), StorageLevel.MEMORY_ONLY)
})

test('storage and checkpoint interval cannot be changed after the start', async () => {
  await using harness = new StreamingHarness()
  const stream = harness.input([[1]])
  stream.foreachRDD(() => {})
  await harness.ssc.start()
  const refused = (message: string) => ({ name: 'UnsupportedOperationException', message })
  const storage = 'Cannot change storage level of a DStream after streaming context has started'
  assert.throws(() => stream.persist(), refused(storage))
  assert.throws(() => stream.cache(), refused(storage))
  const interval = 'Cannot change checkpoint interval of a DStream after streaming context has started'
  assert.throws(() => stream.checkpoint(1), refused(interval))
})

test('checkpoint settings that do not fit are refused at the start', async () => {
  const cases: [(stream: DStream<number>) => unknown, RegExp][] = [
    [(stream) => stream.checkpoint(0.5), /has been set to 500 ms which is lower than its slide time \(1000 ms\)/],
    [
      (stream) => stream.checkpoint(1.5),
      /has been set to {2}1500 ms which not a multiple of its slide time \(1000 ms\)/,
    ],
    [
      (stream) => stream.checkpoint(2).persist(StorageLevel.NONE),
      /MappedDStream has been marked for checkpointing but the storage level has not been set/,
    ],
  ]
  for (const [configure, message] of cases) {
    await using harness = new StreamingHarness()
    harness.ssc.checkpoint(join(tmpdir(), 'millstream-dstream-node-test'))
    const stream = harness.input([[1]]).map((n) => n)
    configure(stream)
    stream.foreachRDD(() => {})
    await assert.rejects(harness.ssc.start(), { name: 'IllegalArgumentException', message })
  }
  await using harness = new StreamingHarness()
  harness.sc.setCheckpointDir(null)
  harness
    .input([[1]])
    .checkpoint(1)
    .foreachRDD(() => {})
  await assert.rejects(
    harness.ssc.start(),
    /^IllegalArgumentException: requirement failed: The checkpoint directory has not been set\. Please set it by StreamingContext\.checkpoint\(\)\. queueStream at dstream-node\.test\.ts:\d+:\d+ needs one: /,
  )
  await rm(join(tmpdir(), 'millstream-dstream-node-test'), { recursive: true, force: true })
})

test('every RDD on the checkpoint interval is checkpointed, and remembered for two intervals', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millstream-'))
  {
    await using harness = new StreamingHarness()
    harness.ssc.checkpoint(directory)
    const stream = harness.input([[1], [2], [3], [4]]).map((n) => n)
    stream.checkpoint(Milliseconds(2000))
    const checkpointed: boolean[] = []
    stream.foreachRDD(async (rdd) => {
      await rdd.count()
      checkpointed.push(rdd.isCheckpointed())
    })
    await harness.ssc.start()
    await harness.advance(6)
    assert.deepEqual(checkpointed, [false, true, false, true, false, true])
    assert.deepEqual(seconds(stream), [3, 4, 5, 6])
  }
  await rm(directory, { recursive: true })
})

test('slice gives the RDDs between two times, both included, moved back onto the slide', async () => {
  await using harness = new StreamingHarness()
  harness.ssc.remember(10)
  const stream = harness.input([[1], [2], [3], [4]])
  stream.foreachRDD(() => {})
  await assert.rejects(stream.slice(new Time(0), new Time(1000)), {
    name: 'SparkException',
    message: /^QueueInputDStream \(queueStream at .*\) has not been initialized$/,
  })
  await harness.ssc.start()
  await harness.advance(4)
  const slice = async (from: number, to: number) =>
    Promise.all((await stream.slice(new Time(from), new Time(to))).map((rdd) => rdd.collect()))
  assert.deepEqual(await slice(2000, 4000), [[2], [3], [4]])
  assert.deepEqual(await slice(2500, 3999), [[2], [3]])
  assert.deepEqual(await slice(-3000, 1000), [[1]])
})

test('an RDD that was forgotten is computed again by slice', async () => {
  await using harness = new StreamingHarness()
  const stream = harness.input([[1], [2]]).transform((rdd, time) => rdd.map((n) => [time.milliseconds, n]))
  stream.foreachRDD(() => {})
  await harness.ssc.start()
  await harness.advance(2)
  const [rdd] = await stream.slice(new Time(1000), new Time(1000))
  // The queue has moved on, as any input has: what is computed again is the batch of that time, of what the input still knows.
  assert.deepEqual(await rdd?.collect(), [])
})

test('a stream that no output operation needs is never computed', async () => {
  await using harness = new StreamingHarness()
  let computed = 0
  const unused = harness.input([[1]]).transform((rdd) => {
    computed++
    return rdd
  })
  harness.input([[1]]).foreachRDD(() => {})
  await harness.ssc.start()
  await harness.advance()
  assert.equal(computed, 0)
  assert(!unused.isInitialized)
})

test('ids survive a change elsewhere, and names are ids', async () => {
  const idsOf = async (change: boolean) => {
    await using harness = new StreamingHarness()
    const { graph } = harness.ssc
    const input = harness.input<number>([])
    if (change) input.filter((n) => n > 0).map((n) => n)
    const doubled = input.map((n) => n * 2)
    const tripled = input.map((n) => n * 3)
    const both = doubled.union(tripled).name('both')
    const counted = both.count()
    return [input, doubled, tripled, both, counted].map((stream) => graph.operatorId(stream))
  }
  const ids = await idsOf(false)
  assert.equal(new Set(ids).size, 5)
  assert.match(ids[0]!, /^queueStream-[0-9a-f]{12}$/)
  assert.match(ids[1]!, /^map-[0-9a-f]{12}$/)
  assert.equal(ids[3], 'both')
  assert.deepEqual(await idsOf(true), ids)
})

test('a name belongs to one stream', async () => {
  await using harness = new StreamingHarness()
  const stream = harness
    .input([[1]])
    .name('in')
    .name('in')
  assert.throws(() => stream.map((n) => n).name('in'), {
    name: 'IllegalArgumentException',
    message: /^the name 'in' of MappedDStream \(map at .*\) belongs to QueueInputDStream/,
  })
})

test('RDDs are named after the user’s line that made the stream', async () => {
  await using harness = new StreamingHarness()
  const sites: string[] = []
  harness
    .input([[1]])
    .map((n) => n)
    .foreachRDD((rdd) => void sites.push(rdd.lineage.callSite))
  await harness.ssc.start()
  await harness.advance()
  assert.match(sites[0]!, /^map at dstream-node.test.ts:\d+:\d+$/)
})
