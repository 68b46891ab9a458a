import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type DStream, Receiver, Seconds, SparkConf, SparkContext, type State, StateSpec } from '../../../src/index.ts'
import { ListenerLog, StreamingHarness } from '../../../src/testing/index.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

let directory: string
let server: SparkServer
let sc: SparkContext
/** What comes out on a local master, where nothing is lost. */
let expected: Awaited<ReturnType<typeof run>>

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millstream-restart-'))
  const local = new SparkContext(new SparkConf(false).setMaster('local[2]').setAppName('expected'))
  expected = await run(local, async () => {})
  await local.stop()
  server = await startSparkServer()
  sc = new SparkContext(new SparkConf(false).setMaster(server.url).setAppName('restart'))
})
after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** Ends the server with all that its sessions keep, and starts another one on its port. */
async function restartServer(): Promise<void> {
  const port = Number(new URL(server.url.replace('sc:', 'http:')).port)
  await server[Symbol.asyncDispose]()
  server = await startSparkServer({}, { port })
}

class Scripted extends Receiver<string> {
  override onStart(): void {}
  override onStop(): void {}
  put(...texts: string[]): Promise<void> {
    return this.store(texts)
  }
}

const add = (a: number, b: number) => a + b

/** A stream of words with every kind of operation that keeps something from batch to batch. */
function keepers(words: DStream<string>): Record<string, DStream<[string, number]>> {
  const pairs = words.map((word) => [word, 1])
  const totals = pairs.updateStateByKey<string, number, number>((values, sum = 0) => values.reduce(add, sum), 2)
  totals.checkpoint(3)
  const visits = pairs.mapWithState(
    StateSpec.function((word: string, one: number | undefined, state: State<number>): [string, number] => {
      const sum = (one ?? 0) + (state.getOption() ?? 0)
      if (!state.isTimingOut()) state.update(sum)
      return [word, sum]
    })
      .numPartitions(2)
      .timeout(3),
  )
  return {
    totals,
    visits,
    snapshots: visits.stateSnapshots(),
    windows: pairs.window(Seconds(3), Seconds(1)).reduceByKey(add),
    stepwise: pairs.reduceByKeyAndWindow(
      add,
      (a, b) => a - b,
      Seconds(3),
      Seconds(1),
      2,
      ([, count]) => count > 0,
    ),
  }
}

/** The words of a batch, counted from 1. */
const wordsOf = (batch: number) => ['a', `b${batch % 2}`, `c${batch}`, ...(batch % 3 === 0 ? ['a', 'd'] : [])]

const BATCHES = 7
/** Before these run, the server is lost: behind a checkpoint of the totals, before any of the other states. */
const LOST = [5]

/** Runs the stream, and gives what came out by name and batch. @param lose called before each batch of {@link LOST}. */
async function run(sparkContext: SparkContext, lose: () => Promise<void>) {
  const receiver = new Scripted()
  await using harness = new StreamingHarness({ sparkContext })
  const { ssc } = harness
  ssc.checkpoint(await mkdtemp(join(directory, 'checkpoints-')))
  const batches: Record<string, string[]> = {}
  for (const [name, stream] of Object.entries(keepers(ssc.receiverStream(receiver)))) {
    stream.foreachRDD(async (rdd, time) => {
      const rows = (await rdd.collect()).map((row) => row.join(' ')).sort()
      batches[`${name} ${time.milliseconds / 1000}`] = rows
    })
  }
  const log = new ListenerLog()
  ssc.addStreamingListener(log)
  await ssc.start()
  for (let batch = 1; batch <= BATCHES; batch++) {
    await receiver.put(...wordsOf(batch))
    if (LOST.includes(batch)) await lose()
    await harness.advance()
  }
  return { batches, log, pending: [...ssc.ledger.unfinished] }
}

test('a stream outlives its server: a batch fails, and what the lost session kept is computed again', async () => {
  const { batches, log, pending } = await run(sc, restartServer)
  assert.deepEqual(
    pending,
    LOST.map((batch) => batch * 1000),
    'failed batches stay pending',
  )
  const failures = log.of('onOutputOperationCompleted').flatMap(({ outputOperationInfo }) => {
    const { failureReason, batchTime } = outputOperationInfo
    return failureReason === undefined ? [] : [[batchTime.milliseconds / 1000, failureReason] as const]
  })
  assert.deepEqual([...new Set(failures.map(([batch]) => batch))], LOST)
  for (const [, reason] of failures) assert.match(reason, /session/i)
  assert(Object.keys(batches).length >= Object.keys(expected.batches).length - failures.length)
  for (const [name, rows] of Object.entries(batches)) assert.deepEqual(rows, expected.batches[name], name)
  // A batch behind a failed one must be there in full: these are what would be empty if a state had been lost.
  assert(batches[`totals ${BATCHES}`] && batches[`stepwise ${BATCHES}`])
})
