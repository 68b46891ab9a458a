import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import type { Time } from '../batches/time.ts'
import { InputDStream } from '../dstream/input-dstream.ts'
import type { RDD } from '../rdd/rdd.ts'
import { ListenerLog } from '../testing/listener-log.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'
import { TextOutput } from '../testing/text-output.ts'
import { StatsReportListener } from './stats-report-listener.ts'

after(useReferenceEngine())

/** Gives `sizes[i]` records in batch i and reports so, as a source does. */
class ReportingInput extends InputDStream<number> {
  readonly sizes = [3, 0, 5]
  override compute(time: Time): RDD<number> {
    const numRecords = this.sizes.shift() ?? 0
    const metadata = new Map([['Description', `batch at ${time}`]])
    this.context.scheduler.inputInfoTracker.reportInfo(time, { inputStreamId: this.id, numRecords, metadata })
    return this.context.sparkContext.range(numRecords)
  }
}

test('a listener hears of the start and of each batch and operation, in Spark’s order', async () => {
  await using harness = new StreamingHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  const input = harness.input([[1], [2]])
  input.foreachRDD((rdd) => rdd.count())
  input.foreachRDD((rdd) => rdd.count())
  await harness.ssc.start()
  await harness.advance(2)
  await harness.ssc.stop()
  const batch = [
    'onBatchSubmitted',
    'onBatchStarted',
    'onOutputOperationStarted',
    'onOutputOperationCompleted',
    'onOutputOperationStarted',
    'onOutputOperationCompleted',
    'onBatchCompleted',
  ]
  assert.deepEqual(
    log.events.map(({ name }) => name),
    ['onStreamingStarted', ...batch, ...batch],
  )
  assert.deepEqual(log.of('onStreamingStarted'), [{ time: 0 }])
})

test('a batch tells its times, delays, inputs and operations as far as they are known', async () => {
  await using harness = new StreamingHarness()
  const { ssc, clock } = harness
  const log = new ListenerLog()
  ssc.addStreamingListener(log)
  new ReportingInput(ssc).foreachRDD(async () => {
    while (ssc.ledger.unfinished.at(-1) !== 2000) await setImmediate()
    clock.advance(10)
  })
  await ssc.start()
  clock.advance(2000)
  await harness.settled()
  await ssc.stop()
  const submitted = log.of('onBatchSubmitted').map(({ batchInfo }) => batchInfo)
  const started = log.of('onBatchStarted').map(({ batchInfo }) => batchInfo)
  const completed = log.of('onBatchCompleted').map(({ batchInfo }) => batchInfo)
  assert.deepEqual(
    submitted.map((info) => [info.batchTime.milliseconds, info.submissionTime, info.numRecords]),
    [
      [1000, 2000, 3],
      [2000, 2000, 0],
    ],
  )
  assert.equal(submitted[0]?.processingStartTime, undefined)
  assert.equal(submitted[0]?.schedulingDelay, undefined)
  assert.equal(started[0]?.processingStartTime, 2000)
  assert.equal(started[0]?.schedulingDelay, 0)
  assert.equal(started[0]?.processingDelay, undefined)
  assert.deepEqual(
    completed.map((info) => [info.schedulingDelay, info.processingDelay, info.totalDelay]),
    [
      [0, 10, 10],
      [10, 10, 20],
    ],
  )
  assert.deepEqual(completed[0]?.streamIdToInputInfo.get(0)?.metadata.get('Description'), 'batch at 1000 ms')
  assert.deepEqual([...(completed[1]?.outputOperationInfos.keys() ?? [])], [0])
})

test('an output operation tells its line, its times and why it failed', async () => {
  await using harness = new StreamingHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  const input = harness.input([[1]])
  input.foreachRDD(() => {
    throw new Error('expected: the first operation fails')
  })
  input.foreachRDD(() => harness.clock.advance(5))
  await harness.ssc.start()
  await harness.advance()
  await harness.ssc.stop()
  const [failed, succeeded] = log.of('onOutputOperationCompleted').map((event) => event.outputOperationInfo)
  assert.equal(failed?.id, 0)
  assert.match(failed?.name ?? '', /^foreachRDD at streaming-listener.test.ts:\d+:\d+$/)
  assert.match(failed?.failureReason ?? '', /^Error: expected: the first operation fails\n +at /)
  assert.equal(succeeded?.id, 1)
  assert.equal(succeeded?.failureReason, undefined)
  assert.deepEqual([succeeded?.startTime, succeeded?.endTime, succeeded?.duration], [1000, 1005, 5])
  const started = log.of('onOutputOperationStarted').map((event) => event.outputOperationInfo)
  assert.deepEqual(
    started.map(({ id, startTime, endTime }) => [id, startTime, endTime]),
    [
      [0, 1000, undefined],
      [1, 1000, undefined],
    ],
  )
  const [batch] = log.of('onBatchCompleted').map((event) => event.batchInfo)
  assert.deepEqual(
    [...(batch?.outputOperationInfos.values() ?? [])].map(({ failureReason }) => failureReason !== undefined),
    [true, false],
  )
})

test('a batch that was not generated is no event', async () => {
  await using harness = new StreamingHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  harness
    .input([[1]])
    .transform((rdd, time) => {
      if (time.milliseconds === 1000) throw new Error('expected: not generated')
      return rdd
    })
    .foreachRDD(() => {})
  await harness.ssc.start()
  await harness.advance(2)
  await harness.ssc.stop()
  const times = log.of('onBatchSubmitted').map(({ batchInfo }) => batchInfo.batchTime.milliseconds)
  assert.deepEqual(times, [2000])
})

test('a removed listener hears nothing more', async () => {
  await using harness = new StreamingHarness()
  const log = new ListenerLog()
  harness.ssc.addStreamingListener(log)
  harness.input([[1]]).foreachRDD(() => {})
  await harness.ssc.start()
  await harness.advance()
  await setImmediate()
  harness.ssc.removeStreamingListener(log)
  await harness.advance()
  await setImmediate()
  assert.equal(log.of('onBatchCompleted').length, 1)
})

test('the stats report prints the distribution of the last delays', async () => {
  await using harness = new StreamingHarness()
  const report = new TextOutput()
  harness.ssc.addStreamingListener(new StatsReportListener(2, report))
  let work = 0
  harness.input([[1]]).foreachRDD(() => harness.clock.advance(100 * ++work))
  await harness.ssc.start()
  await harness.advance(3)
  await harness.ssc.stop()
  const last = report.text.split('Processing time: ').at(-1)
  assert.equal(
    last,
    [
      '(count: 2, mean: 250.000000, stdev: 50.000000, max: 300.000000, min: 200.000000)',
      '\t0%\t5%\t10%\t25%\t50%\t75%\t90%\t95%\t100%',
      `\t${['200.0', '200.0', '200.0', '200.0', '300.0', '300.0', '300.0', '300.0', '300.0'].map((ms) => `${ms} ms`).join('\t')}`,
      '',
    ].join('\n'),
  )
})
