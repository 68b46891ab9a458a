import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { describe, test } from 'node:test'
import { JobCancelledException, SparkContext, type SparkListener } from '../../src/index.ts'

/** Tells when a job's stage has begun. */
function stageStarts(sc: SparkContext): EventEmitter {
  const starts = new EventEmitter()
  const listener: SparkListener = { onStageSubmitted: () => void starts.emit('stage') }
  sc.addSparkListener(listener)
  return starts
}

/** What became of a promise, as words. */
function outcome(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'done',
    (error: unknown) => (error instanceof JobCancelledException ? error.message : String(error)),
  )
}

describe('a cancelled job', () => {
  test('ends an endless loop of user code, and the worker is there for the next job', async () => {
    await using sc = new SparkContext('local[1]', 'cancel')
    const started = once(stageStarts(sc), 'stage')
    sc.setJobGroup('endless', 'never ends')
    const endless = outcome(
      sc.range(0, 1, 1, 1).foreach(() => {
        for (;;);
      }),
    )
    await started
    sc.cancelJobGroup('endless')
    // Behind the endless one on the only worker: it can run only once that was replaced.
    const next = sc.range(0, 10, 1, 2).count()
    assert.equal(await endless, 'Job 0 cancelled part of cancelled job group endless')
    assert.equal(await next, 10)
  })

  test('leaves the jobs of other groups alone', async () => {
    await using sc = new SparkContext('local[2]', 'cancel')
    const started = once(stageStarts(sc), 'stage')
    const endless = sc.withLocalProperties({ 'spark.jobGroup.id': 'endless' }, () =>
      outcome(
        sc.range(0, 1, 1, 1).foreach(() => {
          for (;;);
        }),
      ),
    )
    await started
    const other = outcome(sc.range(0, 1000, 1, 4).sum())
    sc.cancelJobGroup('endless')
    assert.deepEqual(await Promise.all([endless, other]), [
      'Job 0 cancelled part of cancelled job group endless',
      'done',
    ])
  })

  test('does not wait for a stage that another job computes, nor for keys that another one samples', async () => {
    await using sc = new SparkContext('local[1]', 'cancel')
    const endless = () =>
      sc.range(0, 1, 1, 1).map((n): [number, number] => {
        for (;;) if (n < 0) return [n, n]
      })
    for (const shared of [endless().reduceByKey((a, b) => a + b), endless().sortByKey(true, 2)]) {
      const started = once(stageStarts(sc), 'stage')
      const first = outcome(sc.withLocalProperties({ 'spark.jobGroup.id': 'first' }, () => shared.collect()))
      await started
      const waiting = shared.countAsync()
      const grouped = outcome(sc.withLocalProperties({ 'spark.jobGroup.id': 'second' }, () => shared.count()))
      // Both are waiting once the turn is over.
      await new Promise((resolve) => setImmediate(resolve))
      waiting.cancel()
      sc.cancelJobGroup('second')
      // The first job's task never ends: these can settle only where they do not wait for it.
      await assert.rejects(Promise.resolve(waiting), { code: 'SPARK_JOB_CANCELLED' })
      assert.match(await grouped, /cancelled part of cancelled job group second/)
      sc.cancelJobGroup('first')
      assert.match(await first, /cancelled part of cancelled job group first/)
    }
  })

  test('keeps what other jobs have cached', async () => {
    await using sc = new SparkContext('local[2]', 'cancel')
    const cached = sc.range(0, 100, 1, 4).cache()
    assert.equal(await cached.sum(), 4950)
    const started = once(stageStarts(sc), 'stage')
    const endless = outcome(
      cached.foreach(() => {
        for (;;);
      }),
    )
    await started
    sc.cancelAllJobs()
    assert.match(await endless, /cancelled as part of cancellation of all jobs/)
    assert.equal(await cached.sum(), 4950)
  })

  test('ends when the context stops', async () => {
    const sc = new SparkContext('local[1]', 'cancel')
    const started = once(stageStarts(sc), 'stage')
    const endless = outcome(
      sc.range(0, 1, 1, 1).foreach(() => {
        for (;;);
      }),
    )
    await started
    await sc.stop()
    assert.equal(await endless, 'Job 0 cancelled because SparkContext was shut down')
  })
})
