import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { SparkConf } from '../../../src/context/spark-conf.ts'
import { SparkContext } from '../../../src/context/spark-context.ts'
import { type SparkServer, startSparkServer } from './spark-server.ts'

const BATCHES = 500
const WARM_UP = 100
/** What code that is compiled and caches that fill may add. */
const ALLOWED_BYTES = 24 * 1024 * 1024

const run = promisify(execFile)
let server: SparkServer
let sc: SparkContext

before(async () => {
  server = await startSparkServer()
  sc = new SparkContext(new SparkConf(false).setMaster(server.url).setAppName('growth'))
})

after(async () => {
  await sc?.stop()
  await server?.[Symbol.asyncDispose]()
})

/** Bytes of the server's live objects, by a collection and a histogram of what it left. */
async function liveBytes(): Promise<number> {
  const { stdout } = await run('jcmd', [String(server.process.pid), 'GC.class_histogram'], { maxBuffer: 1 << 26 })
  const total = /^Total\s+\d+\s+(\d+)/m.exec(stdout)?.[1]
  assert(total !== undefined, stdout.slice(0, 500))
  return Number(total)
}

test(`${BATCHES} batches that each keep a state and let go of the last one do not make the server grow`, async () => {
  const pair = (n: number): [string, number] => [`key ${n % 50}`, 1]
  let state = sc.parallelize([pair(0)], 2).persist()
  let afterWarmUp = 0
  for (let batch = 1; batch <= BATCHES; batch++) {
    const arrived = sc.parallelize([...Array(100).keys()].map(pair), 2)
    const next = state
      .union(arrived)
      .reduceByKey((a, b) => a + b, 2)
      .persist()
    assert.equal(await next.count(), 50)
    await state.unpersist()
    state = next
    if (batch === WARM_UP) afterWarmUp = await liveBytes()
  }
  const counts = new Map(await state.collect())
  assert.equal(counts.get('key 0'), BATCHES * 2 + 1)
  const grown = (await liveBytes()) - afterWarmUp
  assert(grown < ALLOWED_BYTES, `the server grew by ${grown} bytes`)
})
