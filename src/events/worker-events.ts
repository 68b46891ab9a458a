import type { EventTime } from './event-time.ts'

/** A worker thread is up. */
export interface WorkerStarted extends EventTime {
  readonly kind: 'workerStarted'
  /** The worker's place in the pool, from 0; a thread that replaces another one takes its place. */
  readonly worker: number
}

/** A worker thread ended with all that it held. */
export interface WorkerDied extends EventTime {
  readonly kind: 'workerDied'
  readonly worker: number
  readonly reason: string
}

/** The events of the embedded engine's worker threads. */
export type WorkerEvent = WorkerStarted | WorkerDied
