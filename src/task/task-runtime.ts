import type { PersistedPartitions } from './cache/persisted-partitions.ts'
import type { RecordCodec } from './codec/index.ts'
import type { MemoryGauge } from './memory-gauge.ts'

/** What a worker lends to the tasks it runs. One per worker; the same on a worker thread and on a Spark executor. */
export interface TaskRuntime {
  readonly codec: RecordCodec
  readonly blocks: PersistedPartitions
  readonly memory: MemoryGauge
  /** Where spill and shuffle files go; made when first needed. */
  readonly localDir: () => string
  /** Bytes that one serialised partition may take in memory shared by all workers. */
  readonly sharedCacheBytes: () => number
  /** Throws TaskCancelledError when the running task's job was cancelled; called between chunks. */
  readonly checkCancelled: () => void
}
