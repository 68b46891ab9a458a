import type { EngineCapabilities, JobProperties, JobRequest } from '../engine/engine.ts'
import type { EngineFiles } from '../engine/engine-files.ts'
import type { LineageNode } from '../engine/lineage.ts'
import type { FileSystem } from '../files/file-system.ts'

/** What an RDD needs of the SparkContext that made it; its users see {@link SparkContextApi}. */
export interface RDDContext {
  /** The default number of partitions of a data set: `spark.default.parallelism`, or the cores of the master URL. */
  readonly defaultParallelism: number
  /** The next id, unique in this context and growing by one. */
  newRddId(): number
  /** A setting of the context's SparkConf, undefined where it was not set. */
  getSetting(key: string): string | undefined
  /** Names an operation with the user's line, for instance `map at app.ts:12:24`. */
  callSite(operation: string): string
  /** Returns the properties of the job that is about to run: the call site, the group and the local properties of the calling code. */
  jobProperties(operation: string): JobProperties
  /** @throws IllegalStateException once the context is stopped. */
  assertNotStopped(): void
  /** Runs a job of an operation. @internal */
  runJob(request: JobRequest): Promise<unknown[]>
  /** Runs what an action does before its job; the signal fires when the action is cancelled, by whatever cancels its jobs. */
  asAction<R>(
    properties: JobProperties,
    signal: AbortSignal | undefined,
    body: (signal: AbortSignal) => Promise<R>,
  ): Promise<R>
  /** Tells of a new node, whose kept data may be forgotten once nothing refers to the node any more. */
  nodeCreated(node: LineageNode): void
  /** Frees what the engine keeps of a persisted node. */
  unpersist(node: LineageNode): Promise<void>
  /** The directory that `setCheckpointDir` made for this context, or null. */
  readonly checkpointDir: string | null
  /** Where files are read and written, and what the driver does with them. */
  readonly files: EngineFiles
  readonly engineCapabilities: EngineCapabilities
  /** Has the engine keep a local checkpoint where its workers are; only where the engine `keepsLocalCheckpoints`. */
  checkpointLocally(node: LineageNode, properties: JobProperties): Promise<void>
  /** The file system that a path belongs to. @throws UnsupportedFileSystemException */
  fileSystem(path: string): FileSystem
}
