import type { EventTime } from './event-time.ts'
import type { TaskMetrics } from './task-metrics.ts'

/** One attempt to run a task. */
export interface TaskAttempt {
  readonly taskId: number
  readonly stageId: number
  readonly stageAttempt: number
  readonly stageKind: 'result' | 'shuffleMap'
  /** The task's place in its stage, from 0. */
  readonly index: number
  readonly partition: number
  /** How often this task was tried before. */
  readonly attempt: number
  /** The worker that runs it, from 0. */
  readonly worker: number
  /** `PROCESS_LOCAL` when that worker holds the data that the task reads, `ANY` when it does not matter which one runs it. */
  readonly locality: 'PROCESS_LOCAL' | 'ANY'
  /** When it was sent to the worker, in milliseconds since the epoch. */
  readonly launchTime: number
}

/** A task was sent to a worker. */
export interface TaskStarted extends EventTime {
  readonly kind: 'taskStarted'
  readonly task: TaskAttempt
}

/** A task is over. */
export interface TaskEnded extends EventTime {
  readonly kind: 'taskEnded'
  readonly task: TaskAttempt
  readonly status: 'success' | 'failed' | 'killed'
  /** The error's name and message, or what became of the worker; null when it succeeded. */
  readonly failureReason: string | null
  /** The worker's measurements; null when the worker died, or when there was no listener for tasks when the task began. */
  readonly metrics: TaskMetrics | null
}

/** The events of tasks. On a Spark cluster there are none. */
export type TaskEvent = TaskStarted | TaskEnded
