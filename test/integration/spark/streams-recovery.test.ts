import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Receiver, SparkConf, SparkContext, StreamingContext, Time } from '../../../src/index.ts'
import { Collector, ManualClock } from '../../../src/testing/index.ts'
import { assertOutcome } from '../../fixtures/crash/outcome.ts'
import { CRASH_POINTS } from '../../fixtures/crash/points.ts'
import { runJob, withJob } from '../../fixtures/crash/run-job.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

/** Where the driver dies; the executors write the parts of the states, and live on. */
const POINTS = ['within an output operation', 'between the old checkpoint and the new'] as const
const BATCHES = 12

let server: SparkServer

before(async () => {
  server = await startSparkServer()
})
after(() => server?.[Symbol.asyncDispose]())

test('a driver that is killed goes on from its checkpoints: states, windows and sources are as if it had not been', async () => {
  await withJob(BATCHES, async (directory) => {
    for (const name of POINTS) {
      const { signal, stderr } = await runJob(directory, BATCHES, { point: CRASH_POINTS[name]!, master: server.url })
      assert.equal(signal, 'SIGKILL', `not killed ${name}: ${stderr}`)
    }
    const last = await runJob(directory, BATCHES, { missed: 1, master: server.url })
    assert.equal(last.code, 0, last.stderr)
    assertOutcome(directory, BATCHES)
  })
})

/** Stores what it is told, when it is told. */
class Scripted extends Receiver<string> {
  override onStart(): void {}
  override onStop(): void {}
  put(...texts: string[]): Promise<void> {
    return this.store(texts)
  }
}

/** A run over the checkpoints in a directory, of a receiver whose blocks stand in a log, and not in memory. */
async function openRun(directory: string, startMs: number) {
  const clock = new ManualClock(startMs)
  const receiver = new Scripted()
  let totals!: Collector<[string, number]>
  const ssc = await StreamingContext.getOrCreate(directory, () => {
    const conf = new SparkConf(false).setMaster(server.url).setAppName('logged').setAll({
      'spark.streaming.receiver.writeAheadLog.enable': 'true',
      'millstream.streaming.receiver.maxMemory': '64k',
    })
    const made = new StreamingContext(new SparkContext(conf), 1, { clock })
    totals = new Collector(
      made
        .receiverStream(receiver)
        .map((text) => [text[0] ?? '', text.length])
        .updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 2),
    )
    return made
  })
  await ssc.start()
  await ssc.batchProcessed(new Time(startMs))
  const advance = async () => {
    clock.advance(1000)
    await ssc.batchProcessed(new Time(clock.now()))
  }
  return { ssc, receiver, advance, last: () => new Map(totals.batches.at(-1)) }
}

test('what a receiver has stored in its log is counted once by the run after a crash', async () => {
  const root = mkdtempSync(join(tmpdir(), 'millstream-logged-'))
  try {
    const [directory, image] = [join(root, 'run'), join(root, 'image')]
    const run = await openRun(directory, 0)
    await run.receiver.put('a'.repeat(50_000), 'b'.repeat(40_000))
    await run.receiver.put('a'.repeat(60_000))
    await run.advance()
    const first = new Map([['a', 110_000], ['b', 40_000]]) // biome-ignore format: a map
    assert.deepEqual(run.last(), first)
    await run.receiver.put('b'.repeat(30_000))
    // What a run after a crash finds: a batch that is over, and data that no batch was given.
    cpSync(directory, image, { recursive: true })
    await run.ssc.stop()
    const again = await openRun(image, 1000)
    await again.receiver.put('c')
    await again.advance()
    await again.ssc.awaitTerminationOrTimeout(0)
    assert.deepEqual(again.last(), new Map([['a', 110_000], ['b', 70_000], ['c', 1]])) // biome-ignore format: a map
    await again.ssc.stop()
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
