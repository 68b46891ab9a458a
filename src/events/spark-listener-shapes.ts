import type { SparkListenerBlockUpdated, SparkTaskMetrics, StageInfo, TaskInfo } from './spark-listener-events.ts'
import type { StageCompleted, StageSubmitted } from './stage-events.ts'
import type { BlockUpdated } from './storage-events.ts'
import type { TaskEnded, TaskStarted } from './task-events.ts'
import type { TaskMetrics } from './task-metrics.ts'

const NANOSECONDS = 1e6

/** A stage in Spark's shape. */
export function stageInfo(event: StageSubmitted | StageCompleted): StageInfo {
  const { jobId, stageId, attempt: attemptNumber, name, numTasks, rddIds, parentIds } = event.stage
  const head = { jobId, stageId, attemptNumber, name, numTasks, rddIds, parentIds }
  if (event.kind === 'stageSubmitted') {
    return { ...head, submissionTime: event.time, completionTime: undefined, failureReason: undefined }
  }
  const { time: completionTime, submissionTime, failureReason } = event
  return { ...head, submissionTime, completionTime, failureReason: failureReason ?? undefined }
}

/** A task in Spark's shape. */
export function taskInfo(event: TaskStarted | TaskEnded, host: string): TaskInfo {
  const { taskId, index, partition: partitionId, attempt: attemptNumber, launchTime, worker, locality } = event.task
  const finishTime = event.kind === 'taskEnded' ? event.time : undefined
  return {
    taskId,
    index,
    partitionId,
    attemptNumber,
    launchTime,
    finishTime,
    executorId: String(worker),
    host,
    taskLocality: locality,
    status: event.kind === 'taskStarted' ? 'RUNNING' : STATUS[event.status],
    duration: finishTime === undefined ? undefined : finishTime - launchTime,
  }
}

const STATUS = { success: 'SUCCESS', failed: 'FAILED', killed: 'KILLED' } as const

/** A task's metrics in Spark's shape. */
export function sparkTaskMetrics(metrics: TaskMetrics): SparkTaskMetrics {
  return {
    executorRunTime: metrics.runTimeMs,
    executorCpuTime: metrics.cpuTimeMs === null ? undefined : Math.round(metrics.cpuTimeMs * NANOSECONDS),
    jvmGCTime: metrics.gcTimeMs,
    resultSize: metrics.resultBytes,
    diskBytesSpilled: metrics.diskBytesSpilled,
    peakExecutionMemory: metrics.peakMemoryBytes,
    inputMetrics: { bytesRead: metrics.bytesRead, recordsRead: metrics.recordsRead },
    outputMetrics: { bytesWritten: metrics.bytesWritten, recordsWritten: metrics.recordsWritten },
    shuffleReadMetrics: { totalBytesRead: metrics.shuffleBytesRead, recordsRead: metrics.shuffleRecordsRead },
    shuffleWriteMetrics: { bytesWritten: metrics.shuffleBytesWritten, recordsWritten: metrics.shuffleRecordsWritten },
  }
}

/** A persisted partition in Spark's shape. */
export function blockUpdatedInfo(event: BlockUpdated): SparkListenerBlockUpdated['blockUpdatedInfo'] {
  const { rddId, partition, worker, deserialized, memoryBytes: memSize, diskBytes: diskSize } = event
  return { blockId: `rdd_${rddId}_${partition}`, executorId: String(worker), deserialized, memSize, diskSize }
}
