import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type RDD, SparkContext } from '../../src/index.ts'

/** Jobs of each half, as many batches as an hour has that come every two seconds. */
const JOBS = 1000
/** What the heaps may differ by between the halves: caches that are bounded fill up in the first. */
const MAX_GROWTH_BYTES = 6 * 1024 * 1024
/** How much dearer, in processor time, a job of the second half may be. It would be several times as dear if it were looked up among all before. */
const MAX_SLOWDOWN = 1.8

let collectGarbage: () => void
before(() => {
  setFlagsFromString('--expose-gc')
  collectGarbage = runInNewContext('gc') as () => void
})
after(() => setFlagsFromString('--no-expose-gc'))

interface Usage {
  readonly driverBytes: number
  readonly workerBytes: number
  readonly msPerJob: number
}

/** What a program does that makes everything anew in each batch: variables that closures assign, on first use and freely, classes, symbols. */
async function job(sc: SparkContext, one: RDD<number>, batch: number): Promise<void> {
  let pool: { readonly batch: number } | undefined
  let seen = batch
  const mark = Symbol('mark')
  class Reading {
    static readonly batch = batch
    readonly n: number
    constructor(n: number) {
      this.n = n
    }
    scaled(): number {
      return this.n * Reading.batch
    }
  }
  const found = await sc
    .parallelize([new Reading(1)], 1)
    .map((reading) => {
      pool ??= { batch }
      seen += reading.scaled() + pool.batch - batch
      return { [mark]: seen }[mark] as number
    })
    .collect()
  assert.deepEqual(found, [batch * 2])
  await one.foreach(() => {
    seen++
  })
}

test('memory and time of jobs that make their closures and classes anew level off', async (t) => {
  await using sc = new SparkContext('local[1]', 'growth')
  sc.setLogLevel('OFF')
  const one = sc.parallelize([1], 1)
  let lasting: object | undefined
  const made = sc.longAccumulator('made')
  const run = async (from: number): Promise<Usage> => {
    const started = process.cpuUsage()
    for (let batch = from; batch < from + JOBS; batch++) {
      await job(sc, one, batch)
      // One for all batches: the loop makes a function for each.
      await one.foreach(() => {
        if (lasting === undefined) made.add(1)
        lasting ??= {}
      })
    }
    const { user, system } = process.cpuUsage(started)
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    const [workerBytes = 0] = await one.map(heapOfWorker).collect()
    return { driverBytes: process.memoryUsage().heapUsed, workerBytes, msPerJob: (user + system) / 1000 / JOBS }
  }
  await run(1)
  const first = await run(1 + JOBS)
  const second = await run(1 + 2 * JOBS)
  t.diagnostic(JSON.stringify({ first, second }))
  assert.equal(made.value, 1)
  assert.ok(second.driverBytes - first.driverBytes < MAX_GROWTH_BYTES, 'the driver’s heap grows')
  assert.ok(second.workerBytes - first.workerBytes < MAX_GROWTH_BYTES, 'the worker’s heap grows')
  assert.ok(second.msPerJob < first.msPerJob * MAX_SLOWDOWN, 'jobs cost more and more')
})

function heapOfWorker(): number {
  const gc = runInNewContext('globalThis.gc') as (() => void) | undefined
  gc?.()
  return process.memoryUsage().heapUsed
}
