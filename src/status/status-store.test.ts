import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BatchDescription } from '../events/stream-events.ts'
import type { TaskAttempt, TaskEnded } from '../events/task-events.ts'
import type { TaskMetrics } from '../events/task-metrics.ts'
import type { StatusLimits } from './status-limits.ts'
import { StatusStore } from './status-store.ts'
import { applicationView } from './views/application-view.ts'
import { allExecutorViews, executorViews } from './views/executor-views.ts'
import { jobView, jobViews } from './views/job-views.ts'
import { stageAttemptViews, stageViews, taskViews } from './views/stage-views.ts'
import { storageView, storageViews } from './views/storage-views.ts'
import {
  batchView,
  batchViews,
  outputOperationView,
  outputOperationViews,
  receiverView,
  receiverViews,
  streamingStatistics,
} from './views/streaming-views.ts'
import { taskQuantiles } from './views/task-quantiles.ts'

const LIMITS: StatusLimits = { jobs: 2, stages: 2, tasks: 6, deadWorkers: 1, batches: 2 }

function storeOf(limits: Partial<StatusLimits> = {}): StatusStore {
  const application = {
    kind: 'applicationStarted',
    time: 0,
    appId: 'local-0',
    appName: 'app',
    master: 'local',
  } as const
  return new StatusStore(application, { ...LIMITS, ...limits })
}

function stageOf(stageId: number, jobId: number, numTasks: number, attempt = 0) {
  const lineage = { parentIds: [], rddIds: [7] }
  return { jobId, stageId, attempt, name: 'count at app.ts:1:1', stageKind: 'result', numTasks, ...lineage } as const
}

function metricsOf(runTimeMs: number): TaskMetrics {
  return {
    runTimeMs,
    cpuTimeMs: runTimeMs / 2,
    gcTimeMs: 1,
    resultBytes: 10,
    recordsRead: 100,
    bytesRead: 1000,
    recordsWritten: 0,
    bytesWritten: 0,
    shuffleRecordsRead: 0,
    shuffleBytesRead: 0,
    shuffleRecordsWritten: 5,
    shuffleBytesWritten: 50,
    diskBytesSpilled: 0,
    peakMemoryBytes: runTimeMs * 2,
  }
}

function startJob(store: StatusStore, jobId: number, time = 0): void {
  const none = { description: null, group: 'g', tags: ['t'], batchTime: null, outputOpId: null, properties: {} }
  store.handle({ kind: 'jobStarted', time, jobId, callSite: `count ${jobId}`, ...none })
}

function endJob(store: StatusStore, jobId: number, stageIds: number[], failureReason: string | null = null): void {
  store.handle({ kind: 'jobEnded', time: 50, jobId, failureReason, stageIds })
}

/** Runs a stage whose tasks take so long, on worker 0. */
function runStage(store: StatusStore, stageId: number, jobId: number, runTimes: readonly number[]): void {
  const stage = stageOf(stageId, jobId, runTimes.length)
  store.handle({ kind: 'stageSubmitted', time: 10, stage })
  runTimes.forEach((runTimeMs, index) => {
    const task: TaskAttempt = {
      taskId: stageId * 100 + index,
      stageId,
      stageAttempt: 0,
      stageKind: 'result',
      index,
      partition: index,
      attempt: 0,
      worker: 0,
      locality: 'ANY',
      launchTime: 20,
    }
    store.handle({ kind: 'taskStarted', time: 20, task })
    const ended: TaskEnded = {
      kind: 'taskEnded',
      time: 20 + runTimeMs,
      task,
      status: 'success',
      failureReason: null,
      metrics: metricsOf(runTimeMs),
    }
    store.handle(ended)
  })
  const rest = { submissionTime: 10, numCompletedTasks: runTimes.length, failureReason: null }
  store.handle({ kind: 'stageCompleted', time: 40, stage, ...rest })
}

test('a job and its stage in the shapes of the REST interface', () => {
  const store = storeOf()
  startJob(store, 0)
  assert.equal(jobView(store, 0)?.status, 'RUNNING')
  runStage(store, 3, 0, [1, 2, 3, 4])
  endJob(store, 0, [3])
  assert.deepEqual(jobView(store, 0), {
    jobId: 0,
    name: 'count 0',
    description: undefined,
    submissionTime: '1970-01-01T00:00:00.000GMT',
    completionTime: '1970-01-01T00:00:00.050GMT',
    stageIds: [3],
    jobGroup: 'g',
    jobTags: ['t'],
    status: 'SUCCEEDED',
    numTasks: 4,
    numActiveTasks: 0,
    numCompletedTasks: 4,
    numFailedTasks: 0,
    numKilledTasks: 0,
    numActiveStages: 0,
    numCompletedStages: 1,
    numFailedStages: 0,
  })
  const [stage] = stageViews(store)
  assert.equal(stage?.status, 'COMPLETE')
  assert.equal(stage?.firstTaskLaunchedTime, '1970-01-01T00:00:00.020GMT')
  assert.deepEqual([stage?.executorRunTime, stage?.executorCpuTime, stage?.peakExecutionMemory], [10, 5e6, 8])
  assert.deepEqual([stage?.inputBytes, stage?.inputRecords, stage?.shuffleWriteRecords], [4000, 400, 20])
  assert.deepEqual(
    taskViews(store.work.attempts(3)[0]!).map(({ status, duration }) => [status, duration]),
    [
      ['SUCCESS', 1],
      ['SUCCESS', 2],
      ['SUCCESS', 3],
      ['SUCCESS', 4],
    ],
  )
  assert.equal(jobView(store, 9), undefined)
})

test('quantiles of the metrics of a stage: least, quarter, half, three quarters, most', () => {
  const store = storeOf()
  startJob(store, 0)
  runStage(store, 0, 0, [5, 1, 3, 2, 4])
  const summary = taskQuantiles(store.work.attempts(0)[0]!)
  assert.deepEqual(summary?.quantiles, [0, 0.25, 0.5, 0.75, 1])
  assert.deepEqual(summary?.executorRunTime, [1, 2, 3, 4, 5])
  assert.deepEqual(summary?.inputMetrics.recordsRead, [100, 100, 100, 100, 100])
  store.handle({ kind: 'stageSubmitted', time: 0, stage: stageOf(1, 0, 1) })
  assert.equal(taskQuantiles(store.work.attempts(1)[0]!), undefined)
})

test('what is over is forgotten above the limits, the oldest first; what runs is not', () => {
  const store = storeOf()
  for (let id = 0; id < 5; id++) startJob(store, id)
  for (let id = 0; id < 4; id++) {
    runStage(store, id, id, [1, 1, 1, 1])
    endJob(store, id, [id])
  }
  assert.deepEqual(
    jobViews(store).map(({ jobId, status }) => `${jobId} ${status}`),
    ['4 RUNNING', '3 SUCCEEDED', '2 SUCCEEDED'],
  )
  assert.deepEqual(
    stageViews(store).map(({ stageId }) => stageId),
    [3, 2],
  )
  // Six tasks at most: those of the stage that began last are all there.
  assert.deepEqual(
    [2, 3].map((id) => store.work.attempts(id)[0]?.tasks.size),
    [0, 4],
  )
  // A stage of more tasks than the limit keeps its last ones, and the sums over all.
  runStage(store, 9, 4, [1, 2, 3, 4, 5, 6, 7, 8])
  const [huge] = store.work.attempts(9)
  assert.deepEqual([huge?.tasks.size, huge?.counts.completed, huge?.metrics?.runTimeMs], [6, 8, 36])
})

test('attempts of a stage, and a stage whose cluster tells of no single tasks', () => {
  const store = storeOf()
  startJob(store, 0)
  const first = stageOf(0, 0, 2)
  store.handle({ kind: 'stageSubmitted', time: 1, stage: first })
  const lost = { submissionTime: 1, numCompletedTasks: 1, failureReason: 'Lost file x' }
  store.handle({ kind: 'stageCompleted', time: 2, stage: first, ...lost })
  store.handle({ kind: 'stageSubmitted', time: 3, stage: stageOf(0, 0, 2, 1) })
  const counts = { numTasks: 6, numActiveTasks: 2, numCompletedTasks: 3, inputBytes: 99 }
  store.handle({ kind: 'stageProgress', time: 4, stageId: 0, ...counts })
  assert.deepEqual(
    stageAttemptViews(store, 0).map((view) => [view.attemptId, view.status, view.failureReason, view.numTasks]),
    [
      [0, 'FAILED', 'Lost file x', 2],
      [1, 'ACTIVE', undefined, 6],
    ],
  )
  const [, second] = stageAttemptViews(store, 0)
  assert.deepEqual([second?.numActiveTasks, second?.numCompleteTasks, second?.inputBytes], [2, 3, 99])
  assert.deepEqual(jobView(store, 0)?.stageIds, [0])
})

test('persisted partitions come and go, those in the heap of a worker that dies with it', () => {
  const store = storeOf()
  const block = { kind: 'blockUpdated', time: 1, rddId: 5, diskBytes: 0 } as const
  store.handle({ ...block, partition: 0, worker: 0, memoryBytes: 100, deserialized: true })
  store.handle({ ...block, partition: 1, worker: 0, memoryBytes: 50, deserialized: false })
  store.handle({ ...block, partition: 2, worker: 1, memoryBytes: 10, deserialized: true })
  store.handle({ ...block, partition: 2, worker: 1, memoryBytes: 0, deserialized: false })
  assert.deepEqual(storageViews(store), [{ id: 5, name: '5', numCachedPartitions: 2, memoryUsed: 150, diskUsed: 0 }])
  store.handle({ kind: 'workerStarted', time: 1, worker: 0 })
  store.handle({ kind: 'workerDied', time: 2, worker: 0, reason: 'out of memory' })
  assert.deepEqual(
    storageView(store, 5)?.partitions.map(({ blockName }) => blockName),
    ['rdd_5_1'],
  )
  store.handle({ kind: 'workerStarted', time: 3, worker: 0 })
  assert.deepEqual(
    executorViews(store).map(({ id, isActive }) => [id, isActive]),
    [['0', true]],
  )
  assert.deepEqual(
    allExecutorViews(store).map(({ removeReason }) => removeReason),
    [undefined, 'out of memory'],
  )
  store.handle({ kind: 'rddUnpersisted', time: 4, rddId: 5 })
  assert.deepEqual(storageViews(store), [])
})

test('batches, output operations, receivers and statistics of a stream', () => {
  const store = storeOf()
  const of = { streamingContextId: 3 }
  const inputStreams = [{ streamId: 0, name: 'Socket stream [0]' }]
  store.handle({ kind: 'streamStarted', time: 1000, ...of, batchDurationMs: 2000, inputStreams })
  const [stream] = store.streams
  assert(stream !== undefined)
  const batch = (batchTime: number, times: readonly (number | null)[], failureReason: string | null = null) => {
    const [processingStartTime = null, processingEndTime = null] = times
    const output = { batchTime, outputOpId: 0, callSite: 'print at app.ts:1:1' }
    const description: BatchDescription = {
      batchTime,
      inputs: [{ streamId: 0, numRecords: 10, metadata: {} }],
      submissionTime: batchTime,
      processingStartTime,
      processingEndTime,
      outputs: [{ ...output, startTime: processingStartTime, endTime: processingEndTime, failureReason }],
    }
    return description
  }
  store.handle({ kind: 'batchSubmitted', time: 2000, ...of, batch: batch(2000, []) })
  store.handle({ kind: 'batchStarted', time: 2000, ...of, batch: batch(2000, [2010]) })
  const names = { description: null, group: null, tags: [], properties: {} }
  store.handle({ kind: 'jobStarted', time: 1, jobId: 8, callSite: 'x', batchTime: 2000, outputOpId: 0, ...names })
  assert.equal(batchView(stream, 2000)?.status, 'PROCESSING')
  store.handle({ kind: 'batchCompleted', time: 2000, ...of, batch: batch(2000, [2010, 2040], 'Error: no') })
  store.handle({ kind: 'batchSubmitted', time: 4000, ...of, batch: batch(4000, []) })
  assert.deepEqual(
    batchViews(stream).map(({ batchId, status, totalDelay }) => [batchId, status, totalDelay]),
    [
      [4000, 'QUEUED', undefined],
      [2000, 'COMPLETED', 40],
    ],
  )
  const { numFailedOutputOps, firstFailureReason, schedulingDelay, processingTime } = batchView(stream, 2000)!
  assert.deepEqual([numFailedOutputOps, firstFailureReason, schedulingDelay, processingTime], [1, 'Error: no', 10, 30])
  const operation = outputOperationView(stream, 2000, 0)
  assert.deepEqual([operation?.status, operation?.duration, operation?.jobIds], ['FAILED', 30, [8]])
  assert.equal(outputOperationViews(stream, 77), undefined)
  const receiver = {
    streamId: 0,
    name: 'SocketReceiver-0',
    isActive: true,
    location: 'localhost',
    executorId: 'driver',
    lastErrorMessage: '',
    lastError: '',
    lastErrorTime: -1,
  }
  store.handle({ kind: 'receiverStarted', time: 4000, ...of, receiver })
  assert.deepEqual(receiverViews(stream), [
    {
      streamId: 0,
      streamName: 'Socket stream [0]',
      isActive: true,
      executorId: 'driver',
      executorHost: 'localhost',
      lastErrorTime: undefined,
      lastErrorMessage: undefined,
      lastError: undefined,
      avgEventRate: 5,
      eventRates: [
        [2000, 5],
        [4000, 5],
      ],
    },
  ])
  assert.equal(receiverView(stream, 4), undefined)
  assert.deepEqual(streamingStatistics(stream), {
    startTime: '1970-01-01T00:00:01.000GMT',
    batchDuration: 2000,
    numReceivers: 1,
    numActiveReceivers: 1,
    numInactiveReceivers: 0,
    numTotalCompletedBatches: 1,
    numRetainedCompletedBatches: 1,
    numActiveBatches: 1,
    numProcessedRecords: 10,
    numReceivedRecords: 20,
    avgInputRate: 5,
    avgSchedulingDelay: 10,
    avgProcessingTime: 30,
    avgTotalDelay: 40,
  })
  // The batch that failed runs again, and counts once.
  store.handle({ kind: 'batchSubmitted', time: 5000, ...of, batch: batch(2000, []) })
  assert.equal(batchView(stream, 2000)?.status, 'QUEUED')
  assert.equal(streamingStatistics(stream).numTotalCompletedBatches, 0)
  store.handle({ kind: 'batchCompleted', time: 5000, ...of, batch: batch(2000, [5000, 5001]) })
  const { numReceivedRecords, numProcessedRecords } = streamingStatistics(stream)
  assert.deepEqual([numReceivedRecords, numProcessedRecords], [20, 10])
  for (let time = 6000; time <= 10_000; time += 2000) {
    store.handle({ kind: 'batchCompleted', time, ...of, batch: batch(time, [time, time + 1]) })
  }
  const { numTotalCompletedBatches, numRetainedCompletedBatches } = streamingStatistics(stream)
  assert.deepEqual([numTotalCompletedBatches, numRetainedCompletedBatches], [4, 2])
})

test('the application, running and over', () => {
  const store = storeOf()
  startJob(store, 0, 500)
  const running = applicationView(store, '4.1.0').attempts[0]
  assert.deepEqual([running?.completed, running?.duration, running?.endTimeEpoch], [false, 500, -1])
  store.handle({ kind: 'applicationEnded', time: 900 })
  const over = applicationView(store, '4.1.0').attempts[0]
  assert.deepEqual([over?.completed, over?.duration, over?.endTime], [true, 900, '1970-01-01T00:00:00.900GMT'])
})
