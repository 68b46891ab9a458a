import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Receiver, SparkConf, SparkContext } from '../../../src/index.ts'
import { RecordCodec } from '../../../src/task/codec/index.ts'
import { StreamingHarness } from '../../../src/testing/streaming-harness.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

let server: SparkServer
let sc: SparkContext

before(async () => {
  server = await startSparkServer()
  sc = new SparkContext(new SparkConf(false).setMaster(server.url).setAppName('guards'))
})
after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
})

class Grant {
  readonly role = 'guest'
}

class BlockReceiver extends Receiver<unknown> {
  override onStart(): void {}
  override onStop(): void {}
}

test("the application's id is the server's", async () => {
  const before = sc.applicationId
  await sc.parallelize([1], 1).count()
  assert.notEqual(sc.applicationId, before)
  assert.match(sc.applicationId, /^(?:local|app)-\d+/)
  assert.equal(sc.getConf().get('spark.app.id'), sc.applicationId)
})

test('records that are no pairs, or no numbers, are refused on executors', async () => {
  const rows = sc.parallelize([['a', 1, 2]] as unknown as [string, number][], 1)
  for (const [run, code] of [
    [() => rows.reduceByKey((a, b) => a + b).collect(), 'NOT_A_PAIR'],
    [() => rows.mapValues((n) => n).collect(), 'NOT_A_PAIR'],
    [() => sc.parallelize(['1', '2'] as unknown as number[], 1).sum(), 'NOT_A_NUMBER'],
  ] as const) {
    await assert.rejects(run(), ({ cause }: Error) => (cause as { code?: string }).code === code)
  }
})

test('blocks that were encoded elsewhere make no instances of classes on executors', async () => {
  const harness = new StreamingHarness({ sparkContext: sc })
  try {
    const receiver = new BlockReceiver()
    const output = harness.collect(harness.ssc.receiverStream(receiver).map((one) => (one as object).constructor.name))
    await harness.ssc.start()
    await receiver.store(new RecordCodec(sc.recordClasses).encode([new Grant()]))
    await receiver.store([new Grant()])
    await harness.advance()
    assert.deepEqual(output.records, ['Object', 'Grant'])
  } finally {
    await harness[Symbol.asyncDispose]()
  }
})

test('the right side of a product may be larger than memory allows', async () => {
  const small = sc.parallelize([1, 2], 1).cartesian(sc.range(0, 50_000, 1, 1).map((n) => `${n}`.padStart(500)))
  assert.equal(await small.count(), 100_000)
})
