import type { EventListener } from './event-listener.ts'
import type { EventKind, MillstreamEvent } from './millstream-event.ts'
import type { SparkListener } from './spark-listener.ts'
import type { BlockManagerId } from './spark-listener-events.ts'
import { blockUpdatedInfo, sparkTaskMetrics, stageInfo, taskInfo } from './spark-listener-shapes.ts'
import { kindsOfMethods, listenerName } from './user-listener.ts'

/** Where workers run. */
const LOCAL_HOST = 'localhost'

/** The event kind of each method of a SparkListener. */
const KINDS_OF_METHODS = {
  onApplicationStart: ['applicationStarted'],
  onApplicationEnd: ['applicationEnded'],
  onEnvironmentUpdate: ['environmentUpdated'],
  onJobStart: ['jobStarted'],
  onJobEnd: ['jobEnded'],
  onStageSubmitted: ['stageSubmitted'],
  onStageCompleted: ['stageCompleted'],
  onTaskStart: ['taskStarted'],
  onTaskEnd: ['taskEnded'],
  onBlockUpdated: ['blockUpdated'],
  onUnpersistRDD: ['rddUnpersisted'],
  onExecutorAdded: ['workerStarted'],
  onExecutorRemoved: ['workerDied'],
  onBlockManagerAdded: ['workerStarted'],
  onBlockManagerRemoved: ['workerDied'],
  onOtherEvent: [
    'stageProgress',
    'streamStarted',
    'streamStopped',
    'batchSubmitted',
    'batchStarted',
    'batchCompleted',
    'outputOperationStarted',
    'outputOperationCompleted',
    'receiverStarted',
    'receiverError',
    'receiverStopped',
  ],
} as const satisfies Partial<Record<keyof SparkListener, readonly EventKind[]>>

/** Spark's listener as a listener of the bus. */
export function sparkListenerAdapter(listener: SparkListener): EventListener {
  return {
    name: listenerName(listener),
    kinds: kindsOfMethods(listener, KINDS_OF_METHODS),
    handle: (event) => tell(listener, event),
    onEventsDropped: (count) => listener.onEventsDropped?.({ count }),
  }
}

/** @returns what the method returned: perhaps a promise. */
function tell(listener: SparkListener, event: MillstreamEvent): unknown {
  const { time } = event
  switch (event.kind) {
    case 'applicationStarted':
      return listener.onApplicationStart?.({ appName: event.appName, appId: event.appId, time })
    case 'applicationEnded':
      return listener.onApplicationEnd?.({ time })
    case 'environmentUpdated':
      return listener.onEnvironmentUpdate?.({ environmentDetails: { 'Spark Properties': event.sparkProperties } })
    case 'jobStarted': {
      const { jobId, callSite, description, group, tags, properties } = event
      return listener.onJobStart?.({ jobId, time, callSite, description, group, tags, properties })
    }
    case 'jobEnded': {
      const { jobId, failureReason, stageIds } = event
      const failed = failureReason !== null
      const jobResult = failed ? 'JobFailed' : 'JobSucceeded'
      return listener.onJobEnd?.({ jobId, time, failed, jobResult, failureReason, stageIds })
    }
    case 'stageSubmitted': {
      const { stageId, name, numTasks: taskCount } = event.stage
      return listener.onStageSubmitted?.({ stageId, name, taskCount, stageInfo: stageInfo(event) })
    }
    case 'stageCompleted':
      return listener.onStageCompleted?.({ stageId: event.stage.stageId, stageInfo: stageInfo(event) })
    case 'taskStarted': {
      const { stageId, stageAttempt: stageAttemptId } = event.task
      return listener.onTaskStart?.({ stageId, stageAttemptId, taskInfo: taskInfo(event, LOCAL_HOST) })
    }
    case 'taskEnded': {
      const { stageId, stageAttempt: stageAttemptId, stageKind } = event.task
      return listener.onTaskEnd?.({
        stageId,
        stageAttemptId,
        taskType: stageKind === 'result' ? 'ResultTask' : 'ShuffleMapTask',
        reason: event.failureReason ?? 'Success',
        taskInfo: taskInfo(event, LOCAL_HOST),
        taskMetrics: event.metrics === null ? undefined : sparkTaskMetrics(event.metrics),
      })
    }
    case 'blockUpdated':
      return listener.onBlockUpdated?.({ blockUpdatedInfo: blockUpdatedInfo(event) })
    case 'rddUnpersisted':
      return listener.onUnpersistRDD?.({ rddId: event.rddId })
    case 'workerStarted':
      return Promise.all([
        listener.onExecutorAdded?.({
          time,
          executorId: String(event.worker),
          executorInfo: { executorHost: LOCAL_HOST, totalCores: 1 },
        }),
        listener.onBlockManagerAdded?.({ time, blockManagerId: blockManagerOf(event.worker) }),
      ])
    case 'workerDied':
      return Promise.all([
        listener.onBlockManagerRemoved?.({ time, blockManagerId: blockManagerOf(event.worker) }),
        listener.onExecutorRemoved?.({ time, executorId: String(event.worker), reason: event.reason }),
      ])
    default:
      return listener.onOtherEvent?.(event)
  }
}

function blockManagerOf(worker: number): BlockManagerId {
  return { executorId: String(worker), host: LOCAL_HOST }
}
