import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { SparkConf, SparkContext, SparkListener } from '../../src/index.ts'
import { StreamingHarness } from '../../src/testing/index.ts'
import { until } from '../model/until.ts'

/** Listeners that fail, each in its way. */
const FAILING: Readonly<Record<string, () => SparkListener>> = {
  'an async listener that rejects': () => ({
    async onJobEnd() {
      throw new Error('expected: the metrics server is away')
    },
  }),
  'a listener that throws': () => ({
    onJobEnd() {
      throw new Error('expected: thrown')
    },
  }),
  'a listener that throws what is no error': () => ({
    onJobEnd() {
      throw Object.create(null)
    },
  }),
  'a listener whose getter throws': () => ({
    get onJobEnd(): never {
      throw new Error('expected: no such method')
    },
  }),
  'a listener whose method is no function': () => ({ onJobEnd: 5 }) as unknown as SparkListener,
  'a listener without a prototype that throws': () =>
    Object.assign(Object.create(null) as SparkListener, {
      onJobEnd() {
        throw new Error('expected: thrown')
      },
    }),
  'a listener of a class that rejects later': () =>
    new (class Late extends SparkListener {
      override async onJobEnd() {
        await setImmediate()
        throw new Error('expected: rejected late')
      }
    })(),
}

describe('listeners that fail', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  before(() => process.on('unhandledRejection', note))
  after(() => process.off('unhandledRejection', note))

  for (const [name, make] of Object.entries(FAILING)) {
    test(`${name} ends neither the job nor the process, and others hear`, async () => {
      await using sc = new SparkContext('local[1]', 'listeners')
      sc.setLogLevel('OFF')
      let heard = 0
      sc.addSparkListener(make())
      sc.addSparkListener({ onJobEnd: () => void heard++ })
      assert.equal(await sc.parallelize([1], 1).count(), 1)
      assert.equal(await sc.parallelize([1], 1).count(), 1)
      await sc.stop()
      assert.equal(heard, 2)
      await setImmediate()
      assert.deepEqual(unhandled, [])
      sc.setLogLevel('WARN')
    })
  }

  test('a listener that hangs keeps neither jobs nor other listeners waiting', async () => {
    await using sc = new SparkContext('local[1]', 'listeners')
    sc.setLogLevel('OFF')
    let heard = 0
    sc.addSparkListener({ onJobEnd: () => new Promise(() => {}) as never })
    sc.addSparkListener({ onJobEnd: () => void heard++ })
    for (let i = 0; i < 3; i++) await sc.parallelize([i], 1).count()
    await until(() => heard === 3)
    const startedAt = performance.now()
    await sc.stop()
    assert(performance.now() - startedAt < 10_000)
    sc.setLogLevel('WARN')
  })

  test('a listener that stops the SparkContext, and waits for it, does', async () => {
    await using sc = new SparkContext('local[1]', 'listeners')
    let isStopped = false
    sc.addSparkListener({
      async onJobEnd() {
        await sc.stop()
        isStopped = true
      },
    })
    await sc.parallelize([1], 1).count()
    await until(() => isStopped)
  })

  test('a stop delivers what slow listeners have not heard yet', async () => {
    const heard: string[] = []
    await using sc = new SparkContext('local[1]', 'listeners')
    sc.addSparkListener({
      async onJobStart({ jobId }) {
        await setImmediate()
        heard.push(`start ${jobId}`)
      },
      async onJobEnd({ jobId }) {
        await setImmediate()
        heard.push(`end ${jobId}`)
      },
      onApplicationEnd: () => void heard.push('over'),
    })
    await sc.parallelize([1], 1).count()
    await sc.stop()
    assert.deepEqual(heard, ['start 0', 'end 0', 'over'])
  })

  test('a slow listener is told how many events it missed', async () => {
    const conf = new SparkConf(false).set('spark.scheduler.listenerbus.eventqueue.capacity', 2)
    await using sc = new SparkContext('local[1]', 'listeners', conf)
    sc.setLogLevel('OFF')
    let release = () => {}
    const missed: number[] = []
    const heard: number[] = []
    sc.addSparkListener({
      onJobStart({ jobId }) {
        heard.push(jobId)
        if (jobId > 0) return
        return new Promise<void>((resolve) => {
          release = resolve
        }) as never
      },
      onEventsDropped: ({ count }) => void missed.push(count),
    })
    for (let i = 0; i < 6; i++) await sc.parallelize([i], 1).count()
    release()
    await until(() => missed.length > 0)
    assert.deepEqual([heard, missed], [[0, 1, 2], [3]])
    sc.setLogLevel('WARN')
  })

  test('what a listener runs is not of the job that it hears of', async () => {
    await using sc = new SparkContext('local[1]', 'listeners')
    const groups: (string | null)[] = []
    sc.addSparkListener({
      onJobStart: () => void groups.push(sc.getLocalProperty('spark.jobGroup.id')),
    })
    sc.setJobGroup('of the job', '')
    await sc.parallelize([1], 1).count()
    await until(() => groups.length === 1)
    assert.deepEqual(groups, [null])
  })
})

describe('streaming listeners that fail', () => {
  test('an async one may not stop the context that it listens to, also behind an await', async () => {
    await using harness = new StreamingHarness()
    const { ssc } = harness
    let code: unknown
    ssc.addStreamingListener({
      onBatchCompleted: async () => {
        await setImmediate()
        await ssc.stop().catch((error) => {
          code = error.code
        })
      },
    })
    harness.input([[1]]).foreachRDD(() => {})
    await ssc.start()
    await harness.advance()
    await until(() => code !== undefined)
    assert.equal(code, 'STOP_WITHIN_LISTENER')
    assert.equal(ssc.getState(), 'ACTIVE')
  })

  test('one may stop it once its method has returned, as the error says', async () => {
    await using harness = new StreamingHarness()
    const { ssc } = harness
    ssc.addStreamingListener({
      onBatchCompleted: () => {
        globalThis.setImmediate(() => void ssc.stop(false))
      },
    })
    harness.input([[1]]).foreachRDD(() => {})
    await ssc.start()
    await harness.advance()
    await ssc.awaitTermination()
    assert.equal(ssc.getState(), 'STOPPED')
  })

  test('one that hangs delays neither batches nor other listeners', async () => {
    await using harness = new StreamingHarness()
    harness.sc.setLogLevel('OFF')
    const { ssc } = harness
    let completed = 0
    ssc.addStreamingListener({ onBatchSubmitted: () => new Promise(() => {}) as never })
    ssc.addStreamingListener({ onBatchCompleted: () => void completed++ })
    harness.input([[1], [2], [3]]).foreachRDD(() => {})
    await ssc.start()
    await harness.advance(3)
    await until(() => completed === 3)
    await ssc.stop()
    harness.sc.setLogLevel('WARN')
  })
})
