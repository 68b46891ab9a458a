import type { ApplicationEvent } from './application-events.ts'
import type { JobEvent } from './job-events.ts'
import type { StageEvent } from './stage-events.ts'
import type { StorageEvent } from './storage-events.ts'
import type { StreamEvent } from './stream-events.ts'
import type { TaskEvent } from './task-events.ts'
import type { WorkerEvent } from './worker-events.ts'

/**
 * Everything that a SparkContext and what runs on it tell of their work, as plain data told apart by `kind`. A new subject, as the queries of
 * Structured Streaming, joins with a file of its own events.
 */
export type MillstreamEvent =
  | ApplicationEvent
  | JobEvent
  | StageEvent
  | TaskEvent
  | StorageEvent
  | WorkerEvent
  | StreamEvent

/** Which event it is. */
export type EventKind = MillstreamEvent['kind']

/** The event of a kind. */
export type EventOf<Kind extends EventKind> = Extract<MillstreamEvent, { readonly kind: Kind }>
