import type { EventTime } from './event-time.ts'

/** A partition of a persisted RDD was kept, moved or lost. */
export interface BlockUpdated extends EventTime {
  readonly kind: 'blockUpdated'
  readonly rddId: number
  readonly partition: number
  /** The worker that computed the partition. */
  readonly worker: number
  /** Bytes that it takes in memory now: estimated where records are kept as objects. */
  readonly memoryBytes: number
  readonly diskBytes: number
  /** Whether records are kept as objects in the worker's heap. */
  readonly deserialized: boolean
}

/** An RDD was unpersisted: no partition of it is kept any more. */
export interface RDDUnpersisted extends EventTime {
  readonly kind: 'rddUnpersisted'
  readonly rddId: number
}

/** The events of persisted RDDs. On a Spark cluster there is only `rddUnpersisted`. */
export type StorageEvent = BlockUpdated | RDDUnpersisted
