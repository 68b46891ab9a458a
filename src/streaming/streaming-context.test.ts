import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { Milliseconds, Minutes, Seconds } from '../batches/duration.ts'
import { ManualClock } from '../batches/manual-clock.ts'
import { SparkContext } from '../context/spark-context.ts'
import type { DStream } from '../dstream/dstream.ts'
import { StateSpec } from '../dstream/state/state-spec.ts'
import { SparkException } from '../errors.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'
import { StreamingContext } from './streaming-context.ts'
import { StreamingContextState } from './streaming-context-state.ts'

after(useReferenceEngine())

/** A harness with one stream and one output operation, which counts the batches that ran. */
function countingHarness(options = {}) {
  const harness = new StreamingHarness(options)
  const ran: number[] = []
  harness.input<number>([[1], [2]]).foreachRDD((_, time) => void ran.push(time.milliseconds))
  return { harness, ran }
}

test('a context is made of a SparkContext, of settings, or of a master and a name', async () => {
  const sc = new SparkContext('local[2]', 'test')
  assert.equal(new StreamingContext(sc, Seconds(1)).sparkContext, sc)
  assert.equal(new StreamingContext(sc, 0.5).graph.batchDuration.milliseconds, 500)
  assert.equal(new StreamingContext(sc, '250ms').graph.batchDuration.milliseconds, 250)
  assert.equal(new StreamingContext(sc, Minutes(1)).getState(), 'INITIALIZED')
  await sc.stop()
  const fromConf = new StreamingContext(new SparkConf(false).setMaster('local[2]').setAppName('of conf'), 1)
  assert.equal(fromConf.sparkContext.appName, 'of conf')
  await fromConf.stop()
  const fromNames = new StreamingContext('local[3]', 'of names', Milliseconds(10))
  assert.equal(fromNames.sparkContext.master, 'local[3]')
  await fromNames.stop()
})

test('no SparkContext, or no proper interval, is refused', async () => {
  assert.throws(() => new StreamingContext(null as never, 1), {
    name: 'SparkException',
    message: 'Spark Streaming cannot be initialized with both SparkContext and checkpoint as null',
  })
  await using sc = new SparkContext('local[2]', 'test')
  assert.throws(() => new StreamingContext(sc, null as never), {
    name: 'IllegalArgumentException',
    message: 'requirement failed: Batch duration for StreamingContext cannot be null',
  })
  for (const interval of [0, -1, Number.NaN, 0.0001, Milliseconds(0), 'x' as never, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new StreamingContext(sc, interval), { name: 'IllegalArgumentException' }, String(interval))
  }
})

test('the manual clock can be asked for in the settings', async () => {
  const conf = new SparkConf(false).setMaster('local').setAppName('test')
  conf.set('spark.streaming.clock', 'org.apache.spark.util.ManualClock')
  await using sc = new SparkContext(conf)
  assert(new StreamingContext(sc, 1).clock instanceof ManualClock)
  await sc.stop()
  await using other = new SparkContext(conf.set('spark.streaming.clock', 'sundial'))
  assert.throws(
    () => new StreamingContext(other, 1),
    /spark\.streaming\.clock is 'sundial'\. It must be SystemClock or ManualClock/,
  )
})

test('a context goes from initialized to active to stopped', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  const { ssc } = harness
  assert.equal(ssc.getState(), StreamingContextState.INITIALIZED)
  await ssc.start()
  assert.equal(ssc.getState(), StreamingContextState.ACTIVE)
  await ssc.stop()
  assert.equal(ssc.getState(), StreamingContextState.STOPPED)
})

test('starting again while it runs does nothing, and after the stop is refused', async () => {
  const { harness, ran } = countingHarness()
  await using _ = harness
  const { ssc } = harness
  await Promise.all([ssc.start(), ssc.start()])
  await ssc.start()
  await harness.advance(2)
  assert.deepEqual(ran, [1000, 2000])
  await ssc.stop()
  await assert.rejects(ssc.start(), {
    name: 'IllegalStateException',
    message: 'StreamingContext has already been stopped',
  })
})

test('without an output operation there is nothing to start, and the context is stopped', async () => {
  await using harness = new StreamingHarness()
  harness.input([[1]]).map((n) => n)
  await assert.rejects(harness.ssc.start(), {
    name: 'IllegalArgumentException',
    message: 'requirement failed: No output operations registered, so nothing to execute',
  })
  assert.equal(harness.ssc.getState(), 'STOPPED')
})

test('a failure to start stops the context, ends what was begun and is thrown', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  harness.sc.setCheckpointDir(null)
  harness
    .input([[1]])
    .checkpoint(1)
    .print()
  await assert.rejects(harness.ssc.start(), /The checkpoint directory has not been set/)
  assert.equal(harness.ssc.getState(), 'STOPPED')
  assert.equal(StreamingContext.getActive(), null)
  assert.equal(harness.clock.waiterCount, 0)
})

test('nothing can be added to a context that was started or stopped', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  const { ssc } = harness
  const stream = ssc.queueStream<number>([])
  const operations = [
    () => stream.map((n) => n),
    () => ssc.queueStream([[1]], true, null),
    () => stream.foreachRDD(() => {}),
    () => stream.print(),
    () => ssc.union(stream, stream),
  ]
  await ssc.start()
  const add = 'Adding new inputs, transformations, and output operations'
  for (const operation of operations) {
    const message = new RegExp(`^${add} after starting a context is not supported .*streaming-context.test.ts:`)
    assert.throws(operation, { name: 'IllegalStateException', code: 'STREAMING_CONTEXT_STARTED', message })
  }
  await ssc.stop(false)
  for (const operation of operations) {
    const message = new RegExp(`^${add} after stopping a context is not supported`)
    assert.throws(operation, { name: 'IllegalStateException', code: 'STREAMING_CONTEXT_STOPPED', message })
  }
})

test('stopping before the start, and stopping twice, does no harm', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  const { ssc, sc } = harness
  await ssc.stop(false)
  assert.equal(ssc.getState(), 'STOPPED')
  assert(!sc.isStopped)
  await ssc.awaitTermination()
  await ssc.stop(true)
  assert(sc.isStopped)
})

test('stop takes the SparkContext along unless told or configured otherwise', async () => {
  for (const [conf, args, isStopped] of [
    [{}, [], true],
    [{}, [true], true],
    [{}, [false], false],
    [{ 'spark.streaming.stopSparkContextByDefault': false }, [], false],
    [{ 'spark.streaming.stopSparkContextByDefault': false }, [true], true],
  ] as const) {
    const { harness } = countingHarness({ conf })
    await using _ = harness
    await harness.ssc.start()
    await harness.ssc.stop(...args)
    assert.equal(harness.sc.isStopped, isStopped, JSON.stringify([conf, args]))
  }
})

test('a SparkContext serves one streaming context after another', async () => {
  const { harness, ran } = countingHarness()
  await using _ = harness
  await harness.ssc.start()
  await harness.ssc.stop(false)
  const clock = new ManualClock(5000)
  const next = new StreamingContext(harness.sc, 1, { clock })
  next.queueStream([[1]]).foreachRDD((_rdd, time) => void ran.push(time.milliseconds))
  await next.start()
  clock.advance(1000)
  await setImmediate()
  await next.stop()
  assert.deepEqual(ran, [6000])
})

test('only one context runs at a time, and the other may start once it is stopped', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  const other = new StreamingContext(harness.sc, 1, { clock: new ManualClock() })
  other.queueStream([[1]]).print()
  assert.equal(StreamingContext.getActive(), null)
  await harness.ssc.start()
  assert.equal(StreamingContext.getActive(), harness.ssc)
  await assert.rejects(other.start(), {
    name: 'IllegalStateException',
    message:
      /^Only one StreamingContext may be started in this process. Currently running StreamingContext was started at.*streaming-context.test.ts/s,
  })
  assert.equal(other.getState(), 'INITIALIZED')
  await harness.ssc.stop(false)
  assert.equal(StreamingContext.getActive(), null)
  await other.start()
  assert.equal(StreamingContext.getActive(), other)
  await other.stop()
})

test('getActiveOrCreate gives the running context, or makes one', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  const { ssc } = harness
  assert.equal(await StreamingContext.getActiveOrCreate(() => ssc), ssc)
  await ssc.start()
  assert.equal(await StreamingContext.getActiveOrCreate(() => assert.fail('there is one')), ssc)
  await assert.rejects(StreamingContext.getActiveOrCreate(null as never), { name: 'IllegalArgumentException' })
})

test('awaitTermination returns at the stop, and after a timeout', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  const { ssc } = harness
  await ssc.start()
  await ssc.awaitTermination(0.001)
  assert.equal(await ssc.awaitTerminationOrTimeout(0.001), false)
  const waiting = [ssc.awaitTermination(), ssc.awaitTerminationOrTimeout(Minutes(1))]
  await ssc.stop()
  assert.deepEqual(await Promise.all(waiting), [undefined, true])
})

test('a failed job stops nothing: later batches run, and every wait throws the first error', async () => {
  await using harness = new StreamingHarness()
  const { ssc } = harness
  const ran: number[] = []
  harness.input([[1], [2], [3], [4]]).foreachRDD(async (rdd, time) => {
    ran.push(time.milliseconds)
    if ((await rdd.collect())[0] === 2) throw new Error('expected: a bad second batch')
    if (ran.length === 3) throw new Error('expected: a bad third batch')
  })
  await ssc.start()
  await harness.advance(4)
  assert.deepEqual(ran, [1000, 2000, 3000, 4000])
  await assert.rejects(ssc.awaitTermination(), /bad second batch/)
  await assert.rejects(ssc.awaitTerminationOrTimeout(1), /bad second batch/)
  // Without a checkpoint directory no later run knows of them: they are over, as in Spark.
  assert.deepEqual(ssc.ledger.unfinished, [])
})

test('an error in a worker reaches awaitTermination', async () => {
  await using harness = new StreamingHarness()
  harness
    .input([[1]])
    .map((): number => {
      throw new Error('expected: thrown for a record')
    })
    .foreachRDD((rdd) => rdd.count())
  await harness.ssc.start()
  await harness.advance()
  await assert.rejects(harness.ssc.awaitTermination(), /expected: thrown for a record/)
})

test('an error while a batch is generated is reported, and the next batches are generated', async () => {
  await using harness = new StreamingHarness()
  const output = harness.collect(
    harness.input([[1], [2], [3]]).transform((rdd, time) => {
      if (time.milliseconds === 2000) throw new Error('expected: thrown while generating')
      return rdd
    }),
  )
  await harness.ssc.start()
  await harness.advance(3)
  assert.deepEqual(output.batches, [[1], [3]])
  await assert.rejects(harness.ssc.awaitTermination(), /expected: thrown while generating/)
})

test('a listener may not stop the context that it listens to', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  const { ssc } = harness
  let error: unknown
  ssc.addStreamingListener({
    onBatchCompleted: () => {
      ssc.stop().catch((reason) => {
        error = reason
      })
    },
  })
  await ssc.start()
  await harness.advance()
  await setImmediate()
  assert(error instanceof SparkException)
  assert.match(error.message, /^Cannot stop StreamingContext within listener bus thread\./)
  assert.equal(ssc.getState(), 'ACTIVE')
})

test('a stop waits for the job that runs, and drops the ones that wait', async () => {
  await using harness = new StreamingHarness()
  const log: string[] = []
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  harness.input([[1], [2]]).foreachRDD(async (_, time) => {
    log.push(`begin ${time}`)
    await released
    log.push(`end ${time}`)
  })
  await harness.ssc.start()
  harness.clock.advance(2000)
  await setImmediate()
  assert.deepEqual(log, ['begin 1000 ms'])
  const stopped = harness.ssc.stop().then(() => log.push('stopped'))
  await setImmediate()
  release()
  await stopped
  assert.deepEqual(log, ['begin 1000 ms', 'end 1000 ms', 'stopped'])
})

test('a graceful stop runs every batch that was generated, and one more', async () => {
  await using harness = new StreamingHarness()
  const output = harness.collect(harness.input([[1], [2], [3], [4]]))
  await harness.ssc.start()
  harness.clock.advance(2000)
  const stopped = harness.ssc.stop(true, true)
  await setImmediate()
  harness.clock.advance(1000)
  await stopped
  assert.deepEqual(output.batches, [[1], [2], [3]])
})

test('a graceful stop makes the batch of what came since the last tick at once where the clock stands still', async () => {
  await using harness = new StreamingHarness({ interval: 3600 })
  const queue: number[][] = [[1]]
  const output = harness.collect(harness.ssc.queueStream(queue))
  await harness.ssc.start()
  await harness.advance()
  queue.push([2])
  await harness.ssc.stop(false, true)
  assert.deepEqual(output.batches, [[1], [2]])
  harness.clock.advance(7_200_000)
  await setImmediate()
  assert.equal(output.batches.length, 2)
})

test('a graceful stop, or a wait without an end, within a function of a batch is refused, and fails the batch where it is not awaited', async () => {
  const calls: Readonly<Record<string, (ssc: StreamingContext) => unknown>> = {
    STOP_WITHIN_BATCH: (ssc) => ssc.stop(true, true),
    WAIT_WITHIN_BATCH: (ssc) => ssc.awaitTermination(),
  }
  for (const [code, call] of Object.entries(calls)) {
    for (const isAwaited of [true, false]) {
      await using harness = new StreamingHarness()
      const { ssc } = harness
      const input = harness.input([[1], [2], [3]])
      input.foreachRDD(async (_, time) => {
        if (time.milliseconds !== 1000) return
        const called = call(ssc)
        if (isAwaited) await called
      })
      input
        .transform(async (rdd, time) => {
          if (time.milliseconds === 2000) await call(ssc)
          return rdd
        })
        .foreachRDD(() => {})
      const errors: unknown[] = []
      ssc.addStreamingListener({
        onOutputOperationCompleted: ({ outputOperationInfo: { failureReason } }) => {
          if (failureReason !== undefined) errors.push(failureReason)
        },
      })
      await ssc.start()
      await harness.advance(3)
      await assert.rejects(ssc.awaitTermination(), { code })
      assert.equal(ssc.getState(), 'ACTIVE')
      await ssc.stop({ stopSparkContext: false })
      assert.equal(errors.length, 1)
    }
  }
})

test('the SparkContext is stopped under a running stream: the stream ends first, and without errors', async () => {
  for (const isWithinBatch of [false, true]) {
    await using harness = new StreamingHarness({ conf: { 'millstream.streaming.stopTimeout': '10ms' } })
    const { sc, ssc, clock } = harness
    const ran: number[] = []
    harness.input([[1], [2]]).foreachRDD(async (_, time) => {
      ran.push(time.milliseconds)
      if (isWithinBatch) await sc.stop()
    })
    await ssc.start()
    if (isWithinBatch) clock.advance(1000)
    else {
      await harness.advance()
      await sc.stop()
    }
    await ssc.awaitTermination()
    assert.equal(ssc.getState(), 'STOPPED')
    clock.advance(2000)
    await setImmediate()
    assert.deepEqual(ran, [1000])
    await sc.stop()
    assert.equal(clock.waiterCount, 0)
  }
})

test('a graceful stop gives up when its deadline has passed, or its signal aborts', async () => {
  const conf = { 'spark.streaming.gracefulStopTimeout': '1ms' }
  for (const options of [{ conf }, {}]) {
    await using harness = new StreamingHarness(options)
    harness.input([[1]]).foreachRDD(() => new Promise(() => {}))
    await harness.ssc.start()
    harness.clock.advance(1000)
    const signal = 'conf' in options ? undefined : AbortSignal.abort()
    await harness.ssc.stop({ stopGracefully: true, ...(signal ? { signal } : {}) })
    assert.equal(harness.ssc.getState(), 'STOPPED')
  }
})

test('await using stops the context and the SparkContext', async () => {
  const clock = new ManualClock()
  const sc = new SparkContext('local[2]', 'test')
  {
    await using ssc = new StreamingContext(sc, 1, { clock })
    ssc.queueStream([[1]]).print()
    await ssc.start()
  }
  assert(sc.isStopped)
  assert.equal(clock.waiterCount, 0)
})

test('a stopped context leaves no signal handler behind', async () => {
  const { harness } = countingHarness()
  await using _ = harness
  const count = () => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')
  const before = count()
  await harness.ssc.start()
  assert.equal(count(), before + 2)
  await harness.ssc.stop()
  assert.equal(count(), before)
})

test('SIGTERM stops gracefully: what came before it is processed, and everything is stopped', async () => {
  await using harness = new StreamingHarness()
  const output = harness.collect(harness.input([[1], [2]]))
  await harness.ssc.start()
  await harness.advance()
  process.emit('SIGTERM')
  await setImmediate()
  harness.clock.advance(1000)
  await harness.ssc.awaitTermination()
  assert.deepEqual(output.batches, [[1], [2]])
  await harness.ssc.stop()
  assert(harness.sc.isStopped)
})

test('remember is set once, and keeps RDDs that long', async () => {
  await using harness = new StreamingHarness()
  harness.ssc.remember(3)
  assert.throws(() => harness.ssc.remember(3), {
    name: 'IllegalArgumentException',
    message: 'requirement failed: Remember duration already set as 3000 ms. Cannot set it again.',
  })
  const input = harness.input([[1]])
  const mapped = input.map((n) => n)
  mapped.foreachRDD(() => {})
  await harness.ssc.start()
  await harness.advance(5)
  assert.deepEqual([...mapped.generatedRDDs.keys()], [3000, 4000, 5000])
  assert.deepEqual([...input.generatedRDDs.keys()], [3000, 4000, 5000])
})

test('batches run first come first served, and those of a batch in the order of definition', async () => {
  await using harness = new StreamingHarness()
  const log: string[] = []
  const input = harness.input([[1], [2]])
  for (const name of ['a', 'b', 'c']) {
    input.foreachRDD(async (_, time) => {
      log.push(`${name} ${time.milliseconds}`)
      await setImmediate()
      log.push('.')
    })
  }
  await harness.ssc.start()
  harness.clock.advance(2000)
  await harness.settled()
  assert.equal(log.join(' '), 'a 1000 . b 1000 . c 1000 . a 2000 . b 2000 . c 2000 .')
})

test('with concurrentJobs jobs overlap', async () => {
  const conf = { 'spark.streaming.concurrentJobs': 2 }
  await using harness = new StreamingHarness({ conf })
  let running = 0
  let most = 0
  const input = harness.input([[1], [2]])
  for (let i = 0; i < 4; i++) {
    input.foreachRDD(async () => {
      most = Math.max(most, ++running)
      await setImmediate()
      running--
    })
  }
  await harness.ssc.start()
  await harness.advance(2)
  assert.equal(most, 2)
})

test('batches have Spark’s description and the local properties of whoever called start(), but for its job group', async () => {
  await using harness = new StreamingHarness({ startTime: 0 })
  const { sc, ssc } = harness
  const seen: unknown[] = []
  const generated: unknown[] = []
  const keys = ['spark.job.description', 'spark.streaming.internal.batchTime', 'spark.streaming.internal.outputOpId']
  harness
    .input([[1], [2]])
    .transform((rdd) => {
      generated.push(sc.getLocalProperty('mine'), sc.getLocalProperty('spark.jobGroup.id'))
      return rdd
    })
    .foreachRDD(async () => {
      await setImmediate()
      seen.push(...[...keys, 'mine', 'later', 'spark.jobGroup.id'].map((key) => sc.getLocalProperty(key)))
      seen.push(sc.getJobTags().has('nightly'))
    })
  sc.setJobGroup('group of the starter', 'description of the starter')
  sc.addJobTag('nightly')
  sc.setLocalProperty('mine', 'x')
  await ssc.start()
  sc.setLocalProperty('mine', 'y')
  sc.setLocalProperty('later', 'z')
  await harness.advance()
  const time = new Date(1000).toTimeString().slice(0, 8)
  const description = `Streaming job from [output operation 0, batch time ${time}]`
  assert.deepEqual(seen, [description, '1000', '0', 'x', null, null, true])
  assert.deepEqual(generated, ['x', null])
  await harness.advance()
  assert.deepEqual(generated, ['x', null, 'x', null])
})

test('checkpoint(dir) sets the directory of the SparkContext, and the settings may do so', async () => {
  await using harness = new StreamingHarness()
  harness.ssc.checkpoint('/tmp/millstream-streaming-context-test')
  assert.match(harness.sc.getCheckpointDir() ?? '', /millstream-streaming-context-test\/[0-9a-f-]{36}$/)
  assert.equal(harness.ssc.checkpointDir, '/tmp/millstream-streaming-context-test')
  harness.ssc.checkpoint(null)
  assert.equal(harness.ssc.checkpointDir, null)
})

test('every operation of a stream is refused in the same words once the context was started or stopped', async () => {
  const add = (a: number, b: number) => a + b
  const operations: Readonly<Record<string, (stream: DStream<[string, number]>) => unknown>> = {
    map: (s) => s.map((pair) => pair),
    flatMap: (s) => s.flatMap((pair) => [pair]),
    filter: (s) => s.filter(() => true),
    glom: (s) => s.glom(),
    mapPartitions: (s) => s.mapPartitions((records) => records),
    repartition: (s) => s.repartition(2),
    union: (s) => s.union(s),
    count: (s) => s.count(),
    reduce: (s) => s.reduce((a) => a),
    countByValue: (s) => s.countByValue(),
    transform: (s) => s.transform((rdd) => rdd),
    transformWith: (s) => s.transformWith(s, (rdd) => rdd),
    mapValues: (s) => s.mapValues((n) => n),
    reduceByKey: (s) => s.reduceByKey(add),
    groupByKey: (s) => s.groupByKey(),
    join: (s) => s.join(s),
    cogroup: (s) => s.cogroup(s),
    window: (s) => s.window(2, 1),
    reduceByWindow: (s) => s.reduceByWindow((a) => a, 2, 1),
    countByWindow: (s) => s.countByWindow(2, 1),
    countByValueAndWindow: (s) => s.countByValueAndWindow(2, 1),
    groupByKeyAndWindow: (s) => s.groupByKeyAndWindow(2, 1),
    reduceByKeyAndWindow: (s) => s.reduceByKeyAndWindow(add, 2, 1),
    'reduceByKeyAndWindow with an inverse': (s) => s.reduceByKeyAndWindow(add, (a: number, b: number) => a - b, 2, 1),
    updateStateByKey: (s) => s.updateStateByKey((values: number[]) => values.length, 2, [['a', 1]]),
    mapWithState: (s) => s.mapWithState(StateSpec.function((key: string) => key)),
    foreachRDD: (s) => s.foreachRDD(() => {}),
    print: (s) => s.print(),
    saveAsTextFiles: (s) => s.saveAsTextFiles('/tmp/never'),
  }
  const inputs: Readonly<Record<string, (ssc: StreamingContext) => unknown>> = {
    queueStream: (ssc) => ssc.queueStream([[1]], true, null),
    textFileStream: (ssc) => ssc.textFileStream('/tmp/never'),
    tailStream: (ssc) => ssc.tailStream('/tmp/never'),
    socketTextStream: (ssc) => ssc.socketTextStream('127.0.0.1', 9),
  }
  await using harness = new StreamingHarness()
  const { ssc } = harness
  const stream = harness.input<string, number>([[['a', 1]]])
  stream.foreachRDD(() => {})
  await ssc.start()
  for (const event of ['starting', 'stopping']) {
    if (event === 'stopping') await ssc.stop({ stopSparkContext: false })
    const refusal = {
      name: 'IllegalStateException',
      message: new RegExp(`^Adding new inputs, transformations, and output operations after ${event} a context is not`),
    }
    for (const [name, call] of Object.entries(operations)) assert.throws(() => call(stream), refusal, name)
    for (const [name, call] of Object.entries(inputs)) assert.throws(() => call(ssc), refusal, name)
  }
})
