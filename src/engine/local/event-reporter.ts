import type { EventPublisher } from '../../events/event-bus.ts'
import type { StageHead } from '../../events/running-work.ts'
import type { TaskAttempt, TaskEnded } from '../../events/task-events.ts'
import type { TaskMetrics } from '../../events/task-metrics.ts'
import { systemTimeMs } from '../../system-clock.ts'
import type { CacheUpdate } from '../../task/cache/persisted-partitions.ts'

/** A task as the scheduler sends it to a worker. */
export interface SentTask {
  readonly stage: StageHead
  readonly taskId: number
  readonly index: number
  readonly partition: number
  readonly attempt: number
  readonly slot: number
  /** Whether the worker holds what the task reads. */
  readonly isPlaced: boolean
}

/** Posts the events of tasks, workers and persisted partitions, when there is a listener for them. */
export class EventReporter {
  readonly #events: EventPublisher
  /** The running tasks for which a listener wants the end event, by task id. */
  readonly #running = new Map<number, TaskAttempt>()

  constructor(events: EventPublisher) {
    this.#events = events
  }

  /** A task is about to be sent. @returns whether it is to be measured. */
  taskStarted(sent: SentTask): boolean {
    const isMeasured = this.#events.isListenedTo('taskEnded')
    const isTold = this.#events.isListenedTo('taskStarted')
    if (!isMeasured && !isTold) return false
    const task = attemptOf(sent, systemTimeMs())
    if (isMeasured) this.#running.set(sent.taskId, task)
    if (isTold) this.#events.post({ kind: 'taskStarted', time: task.launchTime, task })
    return isMeasured
  }

  taskEnded(
    taskId: number,
    status: TaskEnded['status'],
    failureReason: string | null,
    metrics: TaskMetrics | null,
  ): void {
    const task = this.#running.get(taskId)
    if (task === undefined) return
    this.#running.delete(taskId)
    this.#events.post({ kind: 'taskEnded', time: systemTimeMs(), task, status, failureReason, metrics })
  }

  workerStarted(worker: number): void {
    if (!this.#events.isListenedTo('workerStarted')) return
    this.#events.post({ kind: 'workerStarted', time: systemTimeMs(), worker })
  }

  workerDied(worker: number, reason: string): void {
    if (!this.#events.isListenedTo('workerDied')) return
    this.#events.post({ kind: 'workerDied', time: systemTimeMs(), worker, reason })
  }

  blockUpdated(worker: number, update: CacheUpdate): void {
    if (!this.#events.isListenedTo('blockUpdated')) return
    const { rddId, partition } = update
    const head = { kind: 'blockUpdated', time: systemTimeMs(), rddId, partition, worker } as const
    this.#events.post({ ...head, ...placeOf(update) })
  }

  unpersisted(rddId: number): void {
    if (!this.#events.isListenedTo('rddUnpersisted')) return
    this.#events.post({ kind: 'rddUnpersisted', time: systemTimeMs(), rddId })
  }
}

function attemptOf({ stage, slot, isPlaced, ...rest }: SentTask, launchTime: number): TaskAttempt {
  const { stageId, attempt: stageAttempt, stageKind } = stage
  const locality = isPlaced ? 'PROCESS_LOCAL' : 'ANY'
  return { ...rest, stageId, stageAttempt, stageKind, worker: slot, locality, launchTime }
}

function placeOf(update: CacheUpdate) {
  switch (update.where) {
    case 'worker':
      return { memoryBytes: update.sizeBytes, diskBytes: 0, deserialized: true }
    case 'stored': {
      const { stored } = update
      const isInMemory = stored instanceof Uint8Array
      const { length } = stored
      return { memoryBytes: isInMemory ? length : 0, diskBytes: isInMemory ? 0 : length, deserialized: false }
    }
    case 'nowhere':
      return { memoryBytes: 0, diskBytes: 0, deserialized: false }
  }
}
