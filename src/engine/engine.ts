import type { RunningWork } from '../events/running-work.ts'
import type { ClassTable } from '../task/codec/index.ts'
import type { ResultSink } from '../task/program.ts'
import type { SaveCodec } from '../task/task-files.ts'
import type { EngineFiles } from './engine-files.ts'
import type { LineageNode } from './lineage.ts'

/** Who submitted a job and under which names: Spark's local properties of the submitting code. */
export interface JobProperties {
  readonly callSite: string
  readonly description: string | null
  readonly group: string | null
  readonly localProperties: Readonly<Record<string, string>>
}

/** One action: a sink over some partitions of a node. */
export interface JobRequest {
  readonly node: LineageNode
  readonly sink: ResultSink
  /** Partitions to run, in the order of the results; all of them when absent. */
  readonly partitions?: readonly number[]
  readonly properties: JobProperties
  /** Where the blocks go that the sink sends; only for a place that the cluster writes (`FilePlace.by`). There are no results then. */
  readonly output?: JobOutput
  /** Called with the job's id before its first stage. */
  readonly onStarted?: (jobId: number) => void
  /** Cancels the job: its running tasks are ended within 100 ms, even in an endless loop. */
  readonly signal?: AbortSignal
  /** Called on the driver as each partition's result arrives, in any order; index into `partitions`. */
  readonly onResult?: (index: number, value: unknown) => void
}

/** A local checkpoint: of which node, and who asked for it. */
export type LocalCheckpointRequest = Pick<JobRequest, 'node' | 'properties' | 'signal' | 'onStarted'>

/** The updates of accumulators that a task made. The driver merges the updates once for every task that succeeded. */
export interface AccumulatorUpdate {
  readonly id: number
  readonly value: unknown
}

/** A directory that the executors of a job write, a file for each partition, from blocks that its sink sends (`task/block-output.ts`). */
export interface JobOutput {
  /** Resolved. */
  readonly directory: string
  readonly compression: SaveCodec
  /** Whether an existing file or directory is replaced; when false, it is an error. */
  readonly replaces: boolean
}

/** The settings and callbacks that a SparkContext gives to its engine. */
export interface EngineOptions {
  readonly conf: ReadonlyMap<string, string>
  readonly onAccumulatorUpdates: (updates: readonly AccumulatorUpdate[]) => void
  /** Told of jobs and stages; what else happens goes to its events. */
  readonly work: RunningWork
}

/** In what engines differ for those who make lineage. What follows from the master URL is asked here, never of the URL. */
export interface EngineCapabilities {
  /**
   * Whether a persisted partition stays the objects that its task made, in the worker that made it. Where it does not, it is kept as bytes, and
   * its records have to be what the codec writes.
   */
  readonly keepsObjects: boolean
  /** Whether the engine keeps local checkpoints where its workers are. Where it does not, the driver's process keeps them as blocks. */
  readonly keepsLocalCheckpoints: boolean
}

/** What is kept of a persisted RDD. */
export interface KeptRDD {
  readonly rddId: number
  readonly numCachedPartitions: number
  /** Bytes; estimated where records are kept as objects. */
  readonly memoryBytes: number
  readonly diskBytes: number
}

/** Memory of a worker for persisted partitions, in bytes. */
export interface WorkerMemory {
  readonly worker: number
  readonly maxBytes: number
  readonly remainingBytes: number
}

/** A pool of `spark.scheduler.mode` `FAIR` (Spark's `Schedulable`). */
export interface SchedulerPool {
  /** The name of the pool, as `spark.scheduler.pool` gives it. */
  readonly name: string
  /** How tasks within the pool are ordered. */
  readonly schedulingMode: 'FIFO' | 'FAIR'
  /** Tasks that it gets before other pools get more than their own `minShare`. */
  readonly minShare: number
  /** Its part of the workers, relative to the others' weights. */
  readonly weight: number
  /** Tasks that run now. */
  readonly runningTasks: number
}

/** What is known and can be done of tasks and workers where these are threads of this process. */
export interface WorkerControl {
  readonly schedulingMode: 'FIFO' | 'FAIR'
  /** Ends an attempt to run a task, which is then tried again; that does not count as a failure. @returns whether it was running. */
  killTask(taskId: number, reason: string): boolean
  keptRDDs(): readonly KeptRDD[]
  memory(): readonly WorkerMemory[]
  /** The pools that there are; none with `FIFO`. */
  pools(): readonly SchedulerPool[]
}

/**
 * Runs jobs over lineage: the embedded engine on worker threads, or Apache Spark. All that rdd/ and dstream/ know of either.
 */
export interface Engine {
  /** The default number of partitions of a data set: the cores of the master URL. */
  readonly defaultParallelism: number
  /** The user's classes whose instances keep their class as records; a class met here for the first time is made known to the workers. */
  readonly recordClasses: ClassTable
  readonly capabilities: EngineCapabilities
  /** The id that the cluster has given to the application; null without a cluster, and before the first job has reached it. */
  readonly applicationId: string | null
  /** Null where a cluster runs the tasks. */
  readonly control: WorkerControl | null
  /**
   * Runs one job.
   * @returns one value per requested partition, in their order.
   * @throws SparkException when a task failed as often as allowed; JobCancelledException when cancelled.
   */
  runJob(request: JobRequest): Promise<unknown[]>
  /** Where files are read and written, and what the driver does with them. */
  readonly files: EngineFiles
  /** Frees what was persisted of a node; resolves once it is gone. */
  unpersist(node: LineageNode): Promise<void>
  /**
   * Keeps a node's partitions, computed now unless they are persisted, until the node is forgotten; they stand for its lineage from then on,
   * as a node `localCheckpoint` of the same id. Called only where the engine `keepsLocalCheckpoints`.
   */
  checkpointLocally(request: LocalCheckpointRequest): Promise<void>
  /** Forgets all data kept for a node that no RDD refers to any more: cached partitions and shuffle output. */
  forget(nodeIds: readonly number[]): void
  /** Makes a value available to tasks under an id, sent once per worker. */
  broadcast(id: number, value: unknown): void | Promise<void>
  /** Removes a broadcast value from the workers. */
  unbroadcast(id: number): void
  /** Files that the program added under a name, for `SparkFiles` in tasks. Resolves when every later task has the file. */
  addFile(name: string, source: { readonly path: string; readonly isDirectory: boolean }): Promise<void>
  /** A setting of the cluster's file systems was set, or with null unset. @throws UnsupportedOperationException where that is too late. */
  hadoopSettingChanged(key: string, value: string | null): void
  /** Ends every job, thread and connection; resolves when nothing is left running. */
  stop(): Promise<void>
}
