import type { ClassName, ClosurePayload, SerializedError } from '../../closure/wire/index.ts'
import type { TaskMetrics } from '../../events/task-metrics.ts'
import type { ModuleReference } from '../../files/file-system-reference.ts'
import type { CacheUpdate } from '../../task/cache/persisted-partitions.ts'
import type { TaskInput } from '../../task/input.ts'
import type { MemoryLimits } from '../../task/memory-gauge.ts'
import type { ShuffleOutput } from '../../task/shuffle/bucket-writer.ts'
import type { TaskLimits } from '../../task/stage/stage.ts'
import type { TaskContextInfo } from '../../task/task-context.ts'

/** The data that a worker thread starts with. */
export interface WorkerSettings {
  readonly slot: number
  readonly localDir: string
  readonly memory: MemoryLimits
  readonly storageFraction: number
  readonly sharedCacheBytes: number
  /** One cell with the id of the cancelled task. The driver writes the cell, and the worker reads it between chunks. */
  readonly cancelFlag: Int32Array
  /** One cell with the number of the worker's `output` messages that the driver has written. */
  readonly writtenOutput: Int32Array
}

/** A message from the driver to a worker. Messages arrive in order, so a stage and a broadcast arrive before the tasks that need them. */
export type ToWorker =
  | { readonly kind: 'stage'; readonly stageId: number; readonly payload: ClosurePayload }
  | { readonly kind: 'endStage'; readonly stageId: number }
  | TaskMessage
  | { readonly kind: 'broadcast'; readonly id: number; readonly payload: ClosurePayload }
  | { readonly kind: 'unbroadcast'; readonly id: number }
  | { readonly kind: 'classes'; readonly names: readonly ClassName[]; readonly payload: ClosurePayload }
  | { readonly kind: 'forgetClass'; readonly id: string }
  | { readonly kind: 'fileSystem'; readonly reference: ModuleReference }
  | { readonly kind: 'drop'; readonly rddId: number }
  /** Where the files are that the program added. */
  | { readonly kind: 'sparkFiles'; readonly root: string }

export interface TaskMessage {
  readonly kind: 'task'
  readonly taskId: number
  readonly input: TaskInput
  readonly limits: TaskLimits
  readonly context: TaskContextInfo
  /** Whether the task is measured for a listener; absent means no. */
  readonly isMeasured?: true
}

/** A message from a worker to the driver: one answer per task, and changes in the worker's caches. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | PrintedOutput
  | {
      readonly kind: 'done'
      readonly taskId: number
      readonly result: TaskResult
      readonly accumulators: readonly { readonly id: number; readonly value: unknown }[]
      readonly cacheUpdates: readonly CacheUpdate[]
      /** Of a task that is measured. */
      readonly metrics?: TaskMetrics
    }
  | {
      readonly kind: 'failed'
      readonly taskId: number
      readonly error: SerializedError
      readonly cacheUpdates: readonly CacheUpdate[]
      /** Of a task that is measured. */
      readonly metrics?: TaskMetrics
    }

/** An answer to a task. */
export type WorkerAnswer = Exclude<FromWorker, { kind: 'ready' | 'output' }>

/** Text that the user's code printed on a worker. The text travels among the answers, so that the driver writes it before text of its own that follows from an answer. */
export interface PrintedOutput {
  readonly kind: 'output'
  readonly stream: 'stdout' | 'stderr'
  readonly data: string | Uint8Array
}

/** A task's output as it travels: encoded records, one encoded value, or a map output. */
export type TaskResult =
  | { readonly kind: 'records'; readonly bytes: Uint8Array }
  | { readonly kind: 'value'; readonly bytes: Uint8Array }
  | { readonly kind: 'shuffle'; readonly output: ShuffleOutput }
