import type { StatusStore } from '../status-store.ts'
import type { StageStatus, TaskStatus } from '../work-status.ts'
import { restDate, restDateOrAbsent } from './rest-date.ts'

/** The states of a stage by Spark's names. */
export type StageState = 'ACTIVE' | 'COMPLETE' | 'FAILED'

/** `/applications/<app>/stages`: the stages' attempts that are remembered, the last one first. */
export function stageViews(store: StatusStore, states?: readonly StageState[]) {
  const views = store.work.stages.map((stage) => stageView(store, stage))
  return views.filter(({ status }) => states === undefined || states.includes(status)).reverse()
}

/** `/applications/<app>/stages/<id>`: the attempts of a stage that are remembered. */
export function stageAttemptViews(store: StatusStore, stageId: number) {
  return store.work.attempts(stageId).map((stage) => stageView(store, stage))
}

/** `/applications/<app>/stages/<id>/<attempt>/taskList`: the tasks of a stage's attempt that are remembered. */
export function taskViews(stage: StageStatus) {
  return [...stage.tasks.values()].map(taskView)
}

function stageView({ work }: StatusStore, status: StageStatus) {
  const { stage, submissionTime, completed, counts, numTasks, metrics, inputBytes } = status
  const failureReason = completed?.failureReason ?? null
  return {
    status: stateOf(status),
    stageId: stage.stageId,
    attemptId: stage.attempt,
    numTasks,
    numActiveTasks: counts.active,
    numCompleteTasks: counts.completed,
    numFailedTasks: counts.failed,
    numKilledTasks: counts.killed,
    submissionTime: restDate(submissionTime),
    firstTaskLaunchedTime: restDateOrAbsent(status.firstTaskLaunchedTime),
    completionTime: restDateOrAbsent(completed?.time ?? null),
    failureReason: failureReason ?? undefined,
    executorRunTime: metrics?.runTimeMs,
    executorCpuTime: metrics === null || metrics.cpuTimeMs === null ? undefined : metrics.cpuTimeMs * 1e6,
    jvmGcTime: metrics?.gcTimeMs,
    resultSize: metrics?.resultBytes,
    diskBytesSpilled: metrics?.diskBytesSpilled,
    peakExecutionMemory: metrics?.peakMemoryBytes,
    inputBytes: metrics?.bytesRead ?? inputBytes ?? undefined,
    inputRecords: metrics?.recordsRead,
    outputBytes: metrics?.bytesWritten,
    outputRecords: metrics?.recordsWritten,
    shuffleReadBytes: metrics?.shuffleBytesRead,
    shuffleReadRecords: metrics?.shuffleRecordsRead,
    shuffleWriteBytes: metrics?.shuffleBytesWritten,
    shuffleWriteRecords: metrics?.shuffleRecordsWritten,
    name: stage.name,
    description: work.job(stage.jobId)?.started.description ?? undefined,
    rddIds: stage.rddIds,
  }
}

function stateOf({ completed }: StageStatus): StageState {
  if (completed === null) return 'ACTIVE'
  return completed.failureReason === null ? 'COMPLETE' : 'FAILED'
}

function taskView({ task, ended }: TaskStatus) {
  return {
    taskId: task.taskId,
    index: task.index,
    attempt: task.attempt,
    partitionId: task.partition,
    launchTime: restDate(task.launchTime),
    duration: ended === null ? undefined : ended.time - task.launchTime,
    executorId: String(task.worker),
    host: 'localhost',
    status: ended === null ? 'RUNNING' : ended.status.toUpperCase(),
    taskLocality: task.locality,
    errorMessage: ended?.failureReason ?? undefined,
    taskMetrics: ended?.metrics ?? undefined,
  }
}
