import type { StatusStore } from '../status-store.ts'
import type { WorkerStatus } from '../worker-status.ts'
import { restDate, restDateOrAbsent } from './rest-date.ts'

/** `/applications/<app>/executors`: the workers that live. */
export function executorViews({ workers }: StatusStore) {
  return workers.alive.map(viewOf)
}

/** `/applications/<app>/allexecutors`: those that died, too. */
export function allExecutorViews({ workers }: StatusStore) {
  return [...workers.alive, ...workers.dead].map(viewOf)
}

function viewOf(status: WorkerStatus) {
  const { worker, startTime, died, numActiveTasks, numCompletedTasks, numFailedTasks } = status
  return {
    id: String(worker),
    hostPort: 'localhost',
    isActive: died === null,
    totalCores: 1,
    maxTasks: 1,
    activeTasks: numActiveTasks,
    completedTasks: numCompletedTasks,
    failedTasks: numFailedTasks,
    totalTasks: numActiveTasks + numCompletedTasks + numFailedTasks,
    totalDuration: status.totalDurationMs,
    totalGCTime: status.totalGcTimeMs,
    totalInputBytes: status.totalInputBytes,
    totalShuffleRead: status.totalShuffleReadBytes,
    totalShuffleWrite: status.totalShuffleWriteBytes,
    addTime: restDateOrAbsent(startTime),
    removeTime: died === null ? undefined : restDate(died.time),
    removeReason: died?.reason,
  }
}
