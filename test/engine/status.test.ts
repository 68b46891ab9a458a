import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SparkContext } from '../../src/index.ts'
import { jobViews } from '../../src/status/views/job-views.ts'
import { stageViews } from '../../src/status/views/stage-views.ts'
import { batchView, outputOperationViews, streamingStatistics } from '../../src/status/views/streaming-views.ts'
import { StreamingHarness } from '../../src/testing/index.ts'
import { until } from '../model/until.ts'

test('a status store that is asked for while a job runs knows that job', async () => {
  await using sc = new SparkContext('local[1]', 'status')
  const job = sc.parallelize([1], 1).foreach(() => {
    for (;;);
  })
  await until(() => sc.statusTracker.getActiveStageIds().length === 1)
  const { statusStore } = sc
  assert.deepEqual(
    jobViews(statusStore).map(({ jobId, status }) => [jobId, status]),
    [[0, 'RUNNING']],
  )
  assert.deepEqual(
    stageViews(statusStore).map(({ status, numActiveTasks }) => [status, numActiveTasks]),
    [['ACTIVE', 1]],
  )
  assert.deepEqual(sc.statusTracker.getStageInfo(0)?.numActiveTasks, 1)
  sc.cancelAllJobs()
  await assert.rejects(job, { code: 'SPARK_JOB_CANCELLED' })
  await sc.stop()
  assert.deepEqual(
    jobViews(statusStore).map(({ status, numFailedStages }) => [status, numFailedStages]),
    [['FAILED', 1]],
  )
})

test('a status store follows batches, with the jobs of their output operations', async () => {
  await using harness = new StreamingHarness()
  const { statusStore } = harness.sc
  harness.input([[1, 2], [3]]).foreachRDD(async (rdd) => {
    await rdd.count()
    await rdd.collect()
  })
  await harness.ssc.start()
  await harness.advance(2)
  await harness.ssc.stop({ stopSparkContext: false })
  await harness.sc.stop()
  const [stream] = statusStore.streams
  assert(stream !== undefined)
  assert.equal(batchView(stream, 1000)?.status, 'COMPLETED')
  assert.deepEqual(
    [1000, 2000].map((time) => outputOperationViews(stream, time)?.[0]?.jobIds),
    [
      [0, 1],
      [2, 3],
    ],
  )
  assert.equal(streamingStatistics(stream).numTotalCompletedBatches, 2)
  assert.notEqual(stream.endTime, null)
  assert.notEqual(statusStore.endTime, null)
})

test('a program that listens to nothing has nothing measured and nothing kept', async () => {
  await using sc = new SparkContext('local[1]', 'status')
  await sc.parallelize([1], 1).count()
  for (const kind of ['jobStarted', 'stageProgress', 'taskStarted', 'taskEnded', 'batchSubmitted'] as const) {
    assert.equal(sc.events.isListenedTo(kind), false, kind)
  }
  assert.deepEqual(sc.statusTracker.getJobIdsForGroup(null), [0])
})
