import type { TaskEvent } from '../events/task-events.ts'
import type { WorkerDied, WorkerEvent } from '../events/worker-events.ts'

/** A worker thread, from its start to its death. */
export interface WorkerStatus {
  readonly worker: number
  /** When it came up, in milliseconds since the epoch; null when that was before the store began. */
  readonly startTime: number | null
  readonly died: WorkerDied | null
  readonly numActiveTasks: number
  readonly numCompletedTasks: number
  readonly numFailedTasks: number
  readonly totalDurationMs: number
  readonly totalGcTimeMs: number
  readonly totalInputBytes: number
  readonly totalShuffleReadBytes: number
  readonly totalShuffleWriteBytes: number
}

/** The workers, folded from events: those that live, and the last ones that died. */
export class WorkersStatus {
  readonly #maxDead: number
  readonly #alive = new Map<number, WorkerStatus>()
  readonly #dead: WorkerStatus[] = []

  constructor(maxDead: number) {
    this.#maxDead = maxDead
  }

  get alive(): readonly WorkerStatus[] {
    return [...this.#alive.values()].sort((a, b) => a.worker - b.worker)
  }

  /** The workers that died, in the order of their deaths. */
  get dead(): readonly WorkerStatus[] {
    return this.#dead
  }

  handle(event: WorkerEvent | TaskEvent): void {
    switch (event.kind) {
      case 'workerStarted':
        this.#alive.set(event.worker, { ...newWorker(event.worker), startTime: event.time })
        return
      case 'workerDied':
        this.#died(event)
        return
      case 'taskStarted': {
        const worker = this.#worker(event.task.worker)
        this.#alive.set(worker.worker, { ...worker, numActiveTasks: worker.numActiveTasks + 1 })
        return
      }
      case 'taskEnded': {
        const worker = this.#worker(event.task.worker)
        this.#alive.set(worker.worker, afterTask(worker, event))
        return
      }
    }
  }

  #died(event: WorkerDied): void {
    const worker = this.#worker(event.worker)
    this.#alive.delete(event.worker)
    this.#dead.push({ ...worker, died: event, numActiveTasks: 0 })
    if (this.#dead.length > this.#maxDead) this.#dead.shift()
  }

  #worker(worker: number): WorkerStatus {
    return this.#alive.get(worker) ?? newWorker(worker)
  }
}

function afterTask(worker: WorkerStatus, { task, status, metrics, time }: Extract<TaskEvent, { kind: 'taskEnded' }>) {
  return {
    ...worker,
    numActiveTasks: Math.max(0, worker.numActiveTasks - 1),
    numCompletedTasks: worker.numCompletedTasks + (status === 'success' ? 1 : 0),
    numFailedTasks: worker.numFailedTasks + (status === 'failed' ? 1 : 0),
    totalDurationMs: worker.totalDurationMs + time - task.launchTime,
    totalGcTimeMs: worker.totalGcTimeMs + (metrics?.gcTimeMs ?? 0),
    totalInputBytes: worker.totalInputBytes + (metrics?.bytesRead ?? 0),
    totalShuffleReadBytes: worker.totalShuffleReadBytes + (metrics?.shuffleBytesRead ?? 0),
    totalShuffleWriteBytes: worker.totalShuffleWriteBytes + (metrics?.shuffleBytesWritten ?? 0),
  }
}

function newWorker(worker: number): WorkerStatus {
  return {
    worker,
    startTime: null,
    died: null,
    numActiveTasks: 0,
    numCompletedTasks: 0,
    numFailedTasks: 0,
    totalDurationMs: 0,
    totalGcTimeMs: 0,
    totalInputBytes: 0,
    totalShuffleReadBytes: 0,
    totalShuffleWriteBytes: 0,
  }
}
