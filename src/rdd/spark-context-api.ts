import type { JobRequest } from '../engine/engine.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { SparkListener } from '../events/spark-listener.ts'
import type { SparkConf } from '../settings/spark-conf.ts'
import type { Accumulator, AccumulatorParam } from '../shared-variables/accumulator.ts'
import type { AccumulatorV2 } from '../shared-variables/accumulator-v2.ts'
import type { Broadcast } from '../shared-variables/broadcast.ts'
import type { CollectionAccumulator } from '../shared-variables/collection-accumulator.ts'
import type { DoubleAccumulator, LongAccumulator } from '../shared-variables/sum-accumulator.ts'
import type { StatusStore } from '../status/status-store.ts'
import type { SparkStatusTracker } from '../status/status-tracker.ts'
import type { ClassTable } from '../task/codec/index.ts'
import type { PartitionIterator } from '../task/iterator.ts'
import type { RDD } from './rdd.ts'
import type { RDDContext } from './rdd-context.ts'

/**
 * All members of `SparkContext`, which is the class that implements them (`context/spark-context.ts`) and, for users, another name of this type.
 *
 * A SparkContext makes RDDs and an RDD tells its SparkContext, so their types name each other. This one stands in rdd/ because context/ may
 * know rdd/ and not the other way round.
 */
export interface SparkContextApi extends RDDContext, AsyncDisposable {
  /** The master URL, for instance `local[2]`. */
  readonly master: string

  /** The name of the application. */
  readonly appName: string

  /** When it was made, in milliseconds since the epoch. */
  readonly startTime: number

  /**
   * The id of the application (Spark's `applicationId`): `local-` and the start time. With a master `sc://` it is the id of the server's application
   * once the first job has opened a session there.
   */
  readonly applicationId: string

  /** What runs now. */
  readonly statusTracker: SparkStatusTracker

  /** What happens in this context, and in the streams on it. @internal */
  readonly events: EventBus
  /** What was done since this was first asked for, and what runs. There is no store before. @internal */
  readonly statusStore: StatusStore

  /** Spark's web page; there is none. */
  readonly uiWebUrl: undefined

  /** Of this package. */
  readonly version: string

  /** A copy of the settings. */
  getConf(): SparkConf

  /** Partitions that files are cut into when nobody says otherwise: the default parallelism, but at most 2. */
  readonly defaultMinPartitions: number

  /** An RDD of values that the driver holds, cut into `numSlices` partitions. */
  parallelize<K, V>(values: Iterable<[K, V]>, numSlices?: number): RDD<[K, V]>
  parallelize<T>(values: Iterable<T>, numSlices?: number): RDD<T>

  /** The same as `parallelize`. */
  makeRDD<K, V>(values: Iterable<[K, V]>, numSlices?: number): RDD<[K, V]>
  makeRDD<T>(values: Iterable<T>, numSlices?: number): RDD<T>

  /** The whole numbers from `start` up to but without `end`, by `step`; with one number, those from 0 up to it. */
  range(start: number, end?: number, step?: number, numSlices?: number): RDD<number>

  /** An RDD without partitions. */
  emptyRDD<T = never>(): RDD<T>

  /** All records of all RDDs, duplicates included: their partitions one after another. */
  union<T>(rdds: readonly RDD<T>[]): RDD<T>
  union<T>(...rdds: readonly RDD<T>[]): RDD<T>

  /**
   * The lines of text files: a file, a directory, a pattern, or several separated by commas; `.gz` files are decompressed, names that
   * start with `_` or `.` left out. A path that does not exist fails the first action.
   */
  textFile(path: string, minPartitions?: number): RDD<string>

  /** One pair of path and content per text file. */
  wholeTextFiles(path: string, minPartitions?: number): RDD<[string, string]>

  /** One pair of path and bytes per file. */
  binaryFiles(path: string, minPartitions?: number): RDD<[string, Buffer]>

  /** The records of files that hold nothing but records of `recordLength` bytes. */
  binaryRecords(path: string, recordLength: number): RDD<Buffer>

  /** What `saveAsObjectFile` wrote. */
  objectFile<T>(path: string): RDD<T>

  /** PySpark's name for `objectFile`. */
  pickleFile<T>(path: string): RDD<T>

  /** A value that is sent once to each worker. @throws ClosureError when it cannot travel. */
  broadcast<T>(value: T): Broadcast<T>

  /** A registered accumulator of whole numbers. */
  longAccumulator(name?: string): LongAccumulator

  /** A registered accumulator of numbers. */
  doubleAccumulator(name?: string): DoubleAccumulator

  /** A registered accumulator that keeps what was added. */
  collectionAccumulator<T>(name?: string): CollectionAccumulator<T>

  /** Makes an accumulator of your own class usable in functions. @throws IllegalStateException when it is registered already. */
  register<IN, OUT>(accumulator: AccumulatorV2<IN, OUT>, name?: string): void

  /** PySpark's accumulator: of numbers, or of what `param` can add up. */
  accumulator(initial: number): Accumulator<number>
  accumulator<T>(initial: T, param: AccumulatorParam<T>): Accumulator<T>

  /**
   * Names the jobs that the calling flow submits from now on, so that they can be cancelled together.
   * @param interruptOnCancel kept as Spark's local property; a cancelled job's tasks are always ended.
   */
  setJobGroup(groupId: string, description: string, interruptOnCancel?: boolean): void

  /** Ends what `setJobGroup` began, for the calling flow. */
  clearJobGroup(): void

  /** Describes the jobs that the calling flow submits from now on. */
  setJobDescription(description: string | null): void

  /** Cancels the running jobs of a group: their actions fail with a JobCancelledException. */
  cancelJobGroup(groupId: string, reason?: string): void

  /** Cancels every running job. */
  cancelAllJobs(): void

  /** Marks the jobs that the calling flow submits from now on. @throws IllegalArgumentException for an empty tag or one with a comma. */
  addJobTag(tag: string): void

  /** @throws IllegalArgumentException for an empty tag or one with a comma. */
  removeJobTag(tag: string): void

  /** Takes all tags from the calling flow. */
  clearJobTags(): void

  /** The tags of the calling flow. */
  getJobTags(): Set<string>

  /** Cancels the running jobs that have a tag. */
  cancelJobsWithTag(tag: string, reason?: string): void

  /**
   * Sets a property of the calling flow, or with null removes it: it goes with each job that this code, and what it calls and awaits,
   * submits from now on. Flows that run at the same time keep their own.
   */
  setLocalProperty(key: string, value: string | null): void

  /** The property of the calling flow, or null. */
  getLocalProperty(key: string): string | null

  /** Runs `body` as a flow of its own that starts with these local properties and no others. @internal */
  withLocalProperties<R>(properties: Readonly<Record<string, string>>, body: () => R): R

  /** Names what the calling flow makes and runs from now on, in place of the user's line. */
  setCallSite(callSite: string): void

  /** Ends what `setCallSite` began. */
  clearCallSite(): void

  /**
   * Where checkpoints go: a directory of this context's own is made in `directory`. If that fails, the next job does.
   * @param directory a path that workers can reach too; null for none any more
   */
  setCheckpointDir(directory: string | null): void

  /** The directory that `setCheckpointDir` made for this context, or null. */
  getCheckpointDir(): string | null

  /**
   * Runs `fn`, which may be async, over partitions of an RDD on the workers.
   * @param partitions all when absent
   * @returns one value per partition, in their order
   */
  runJob<T, U>(
    rdd: RDD<T>,
    fn: (records: PartitionIterator<T>, partition: number) => U | Promise<U>,
    partitions?: readonly number[],
  ): Promise<U[]>
  /** @internal */
  runJob(request: JobRequest): Promise<unknown[]>

  /** The RDDs that are persisted, by id. */
  getPersistentRDDs(): Map<number, RDD<unknown>>

  /** Log lines below this level are not written: `WARN` unless set. @throws IllegalArgumentException for an unknown level. */
  setLogLevel(level: string): void

  /** Tells `listener` from now on of what it has methods for; a listener that is added twice hears twice. */
  addSparkListener(listener: SparkListener): void

  /** Tells `listener` nothing more, also of what has happened and it has not heard yet. */
  removeSparkListener(listener: SparkListener): void

  /** Whether `stop` was called. */
  readonly isStopped: boolean

  /**
   * Has `hook` called by the first {@link stop}, which waits for it: for those who work with the context and end with it. It must not reject.
   * @returns takes the hook away. @internal
   */
  onStop(hook: () => Promise<void>): () => void

  /**
   * Ends all jobs and the engine; another context may be made at once. Again is the same as once.
   * @returns a promise that resolves when no thread, timer or file of this context is left.
   */
  stop(): Promise<void>

  /** `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>

  /** The user's classes whose instances keep their class as records. @internal */
  readonly recordClasses: ClassTable
}
