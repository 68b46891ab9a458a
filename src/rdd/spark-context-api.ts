import type { JobRequest, SchedulerPool } from '../engine/engine.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { SparkListener } from '../events/spark-listener.ts'
import type { HadoopConfiguration } from '../settings/hadoop-configuration.ts'
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
import type { ApproximateEvaluator } from './actions/approximate-job.ts'
import type { FutureAction } from './actions/future-action.ts'
import type { PartialResult } from './actions/partial-result.ts'
import type { RDD } from './rdd.ts'
import type { RDDContext } from './rdd-context.ts'
import type { RDDInfo } from './rdd-info.ts'

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

  /** When the context was made, in milliseconds since the epoch. */
  readonly startTime: number

  /**
   * The id of the application (Spark's `applicationId`): `local-` and the start time. With a master `sc://` it is the id of the server's application
   * once the first job has opened a session there.
   */
  readonly applicationId: string

  /** Tells which jobs and stages run now (Spark's `SparkStatusTracker`). */
  readonly statusTracker: SparkStatusTracker

  /** What happens in this context, and in the streams on it. @internal */
  readonly events: EventBus
  /** What was done since this was first asked for, and what runs. There is no store before. @internal */
  readonly statusStore: StatusStore

  /** Spark's web page; there is none. */
  readonly uiWebUrl: undefined

  /** The version of this package. */
  readonly version: string

  /** Whether the workers are threads of this process. */
  readonly isLocal: boolean

  /** `spark.submit.deployMode`: `client`, as the driver is this process, unless set. */
  readonly deployMode: string

  /** Who runs the application: the environment's `SPARK_USER`, else this process's user. */
  readonly sparkUser: string

  /** Hadoop's settings: those that begin with `spark.hadoop.`, without that. */
  readonly hadoopConfiguration: HadoopConfiguration

  /**
   * Gives a copy of the settings. To change the copy changes nothing in the context.
   * @example
   * sc.getConf().get('spark.master') // 'local[2]'
   */
  getConf(): SparkConf

  /** Partitions that files are cut into when nobody says otherwise: the default parallelism, but at most 2. */
  readonly defaultMinPartitions: number

  /**
   * Makes an RDD of values that the driver holds.
   * @param values an array or another iterable, which is read at once.
   * @param numSlices how many partitions; the default parallelism unless given.
   * @throws IllegalArgumentException when `numSlices` is not above 0.
   * @example
   * await sc.parallelize(['a', 'b', 'c'], 2).glom().collect() // [['a'], ['b', 'c']]
   */
  parallelize<K, V>(values: Iterable<[K, V]>, numSlices?: number): RDD<[K, V]>
  parallelize<T>(values: Iterable<T>, numSlices?: number): RDD<T>

  /**
   * Does the same as {@link SparkContextApi.parallelize}.
   * @param values an array or another iterable, which is read at once.
   * @param numSlices how many partitions; the default parallelism unless given.
   */
  makeRDD<K, V>(values: Iterable<[K, V]>, numSlices?: number): RDD<[K, V]>
  makeRDD<T>(values: Iterable<T>, numSlices?: number): RDD<T>

  /**
   * Makes an RDD of whole numbers, which are counted up on the workers.
   * @param start the first number; with no `end`, the numbers run from 0 up to `start`, without it.
   * @param end where the numbers end, without it.
   * @param step added each time; 1 unless given, may be negative.
   * @param numSlices how many partitions; the default parallelism unless given.
   * @throws IllegalArgumentException for a step of 0.
   * @example
   * await sc.range(1, 10, 3).collect() // [1, 4, 7]
   */
  range(start: number, end?: number, step?: number, numSlices?: number): RDD<number>

  /**
   * Makes an RDD without partitions and so without records.
   * @example
   * await sc.emptyRDD<string>().count() // 0
   */
  emptyRDD<T = never>(): RDD<T>

  /**
   * Puts the partitions of several RDDs one after another. Duplicates stay.
   * @param rdds RDDs of this context, in an array or one by one.
   * @example
   * await sc.union([sc.parallelize([1]), sc.parallelize([1, 2])]).collect() // [1, 1, 2]
   */
  union<T>(rdds: readonly RDD<T>[]): RDD<T>
  union<T>(...rdds: readonly RDD<T>[]): RDD<T>

  /**
   * Makes an RDD of the lines of text files. Compressed files are decompressed by the ends of their names; names that start with `_` or `.` are left out.
   * @param path a file, a directory, a pattern such as `logs/*.txt`, or several of them separated by commas. The first action fails for a path that does not exist.
   * @param minPartitions into how many pieces large files are cut at least; {@link SparkContextApi.defaultMinPartitions} unless given.
   */
  textFile(path: string, minPartitions?: number): RDD<string>

  /**
   * Makes an RDD of pairs of the path and the text of each file.
   * @param path as for {@link SparkContextApi.textFile}.
   * @param minPartitions how many partitions there are at least, as far as there are files.
   */
  wholeTextFiles(path: string, minPartitions?: number): RDD<[string, string]>

  /**
   * Makes an RDD of pairs of the path and the bytes of each file.
   * @param path as for {@link SparkContextApi.textFile}.
   * @param minPartitions how many partitions there are at least, as far as there are files.
   */
  binaryFiles(path: string, minPartitions?: number): RDD<[string, Buffer]>

  /**
   * Makes an RDD of the records of files that hold nothing but records of one length.
   * @param path as for {@link SparkContextApi.textFile}.
   * @param recordLength the bytes of each record; the job fails for a file whose length is no multiple of it.
   */
  binaryRecords(path: string, recordLength: number): RDD<Buffer>

  /**
   * Makes an RDD of what `saveAsObjectFile` wrote, in the same partitions.
   * @param path the directory that was saved to.
   */
  objectFile<T>(path: string): RDD<T>

  /**
   * The pairs of Hadoop's SequenceFiles, from a file, a directory or a pattern. The Writables that have a counterpart here become values: Text a
   * string, IntWritable, DoubleWritable and FloatWritable a number, LongWritable a number or, beyond 2^53, a bigint, BooleanWritable a boolean,
   * BytesWritable a Buffer, NullWritable null. A file of another class fails its task with `UNSUPPORTED_WRITABLE`.
   * @param keyClass as in Spark; files name their classes themselves, so that it is only checked to be one of those above
   */
  sequenceFile<K, V>(path: string, minPartitions?: number): RDD<[K, V]>
  sequenceFile<K, V>(path: string, keyClass: string, valueClass: string, minPartitions?: number): RDD<[K, V]>

  /** PySpark's name for `objectFile`. */
  pickleFile<T>(path: string): RDD<T>

  /**
   * Sends a value once to each worker, for functions to read as `broadcast.value`.
   * @param value anything that can travel; it must not change afterwards.
   * @throws ClosureError when the value cannot travel.
   * @example
   * const names = sc.broadcast({ de: 'Germany' })
   * await sc.parallelize(['de'] as const).map((code) => names.value[code]).collect() // ['Germany']
   */
  broadcast<T>(value: T): Broadcast<T>

  /**
   * Makes an accumulator of whole numbers, to which functions add on workers and which the driver reads.
   * @param name what status pages call the accumulator.
   * @example
   * const lines = sc.longAccumulator('lines')
   * await sc.parallelize(['a', 'b']).foreach(() => lines.add(1))
   * lines.value // 2
   */
  longAccumulator(name?: string): LongAccumulator

  /**
   * Makes an accumulator of numbers.
   * @param name what status pages call the accumulator.
   * @example
   * const total = sc.doubleAccumulator()
   * await sc.parallelize([0.5, 0.25]).foreach((n) => total.add(n))
   * total.value // 0.75
   */
  doubleAccumulator(name?: string): DoubleAccumulator

  /**
   * Makes an accumulator that keeps everything that functions add.
   * @param name what status pages call the accumulator.
   * @example
   * const bad = sc.collectionAccumulator<string>('bad lines')
   * await sc.parallelize(['1', 'x']).foreach((line) => void (Number.isNaN(Number(line)) && bad.add(line)))
   * bad.value // ['x']
   */
  collectionAccumulator<T>(name?: string): CollectionAccumulator<T>

  /**
   * Makes an accumulator of your own class usable in functions.
   * @param accumulator an object of a class that extends AccumulatorV2.
   * @param name what status pages call the accumulator.
   * @throws IllegalStateException when the accumulator is registered already.
   */
  register<IN, OUT>(accumulator: AccumulatorV2<IN, OUT>, name?: string): void

  /**
   * Makes PySpark's accumulator: of numbers, or of values that `param` can add up.
   * @param initial where the sum begins.
   * @example
   * const sum = sc.accumulator(10)
   * await sc.parallelize([1, 2]).foreach((n) => sum.add(n))
   * sum.value // 13
   */
  accumulator(initial: number): Accumulator<number>
  accumulator<T>(initial: T, param: AccumulatorParam<T>): Accumulator<T>

  /**
   * Names the jobs that the calling flow submits from now on, so that they can be cancelled together.
   * @param interruptOnCancel kept as Spark's local property; a cancelled job's tasks are always ended.
   */
  setJobGroup(groupId: string, description: string, interruptOnCancel?: boolean): void

  /** Ends what {@link SparkContextApi.setJobGroup} began, for the calling flow. */
  clearJobGroup(): void

  /**
   * Describes the jobs that the calling flow submits from now on, for status pages.
   * @param description any text, or null for none.
   */
  setJobDescription(description: string | null): void

  /** Cancels the running jobs of a group: their actions fail with a JobCancelledException. */
  cancelJobGroup(groupId: string, reason?: string): void

  /** Cancels the running jobs of a group, and every job of it that is submitted later. */
  cancelJobGroupAndFutureJobs(groupId: string, reason?: string): void

  /** Cancels a running job by its id, as listeners and `statusTracker` tell it; does nothing when it is over. */
  cancelJob(jobId: number, reason?: string): void

  /** Cancels the job of a running stage; does nothing when the stage is over. */
  cancelStage(stageId: number, reason?: string): void

  /**
   * Ends an attempt to run a task, which is then tried again; that does not count as a failure.
   * @param taskId as listeners tell it
   * @param interruptThread without effect: a task is always ended, in an endless loop too
   * @returns whether it was running
   * @throws UnsupportedOperationException on `sc://`
   */
  killTaskAttempt(taskId: number, interruptThread?: boolean, reason?: string): boolean

  /** Sets Spark's local property of that name for the calling flow; without effect, as a cancelled job's tasks are always ended. */
  setInterruptOnCancel(interruptOnCancel: boolean): void

  /** Cancels every running job. The actions fail with a JobCancelledException. */
  cancelAllJobs(): void

  /** Marks the jobs that the calling flow submits from now on. @throws IllegalArgumentException for an empty tag or one with a comma. */
  addJobTag(tag: string): void

  /**
   * Takes a tag from the calling flow.
   * @param tag a tag that {@link SparkContextApi.addJobTag} gave.
   * @throws IllegalArgumentException for an empty tag or a tag with a comma.
   */
  removeJobTag(tag: string): void

  /** Takes all tags from the calling flow. */
  clearJobTags(): void

  /**
   * Gives the tags of the calling flow.
   * @example
   * sc.addJobTag('nightly')
   * sc.getJobTags().has('nightly') // true
   * sc.clearJobTags()
   */
  getJobTags(): Set<string>

  /** Cancels the running jobs that have a tag. */
  cancelJobsWithTag(tag: string, reason?: string): void

  /**
   * Sets a property of the calling flow, or with null removes it: it goes with each job that this code, and what it calls and awaits,
   * submits from now on. Flows that run at the same time keep their own.
   */
  setLocalProperty(key: string, value: string | null): void

  /**
   * Gives a property of the calling flow.
   * @param key for instance `spark.scheduler.pool`.
   * @returns the text that was set, or null.
   * @example
   * sc.setLocalProperty('spark.scheduler.pool', 'reports')
   * sc.getLocalProperty('spark.scheduler.pool') // 'reports'
   * sc.setLocalProperty('spark.scheduler.pool', null)
   */
  getLocalProperty(key: string): string | null

  /** Runs `body` as a flow of its own that starts with these local properties and no others. @internal */
  withLocalProperties<R>(properties: Readonly<Record<string, string>>, body: () => R): R

  /**
   * Names what the calling flow makes and runs from now on, in place of the user's line.
   * @param callSite any text.
   */
  setCallSite(callSite: string): void

  /** Ends what {@link SparkContextApi.setCallSite} began. */
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

  /**
   * Runs a function over partitions of an RDD in the background.
   * @param processPartition runs on the workers; may be async
   * @param partitions which of the RDD's
   * @param resultHandler called on the driver with each result, as it arrives, and its index into `partitions`
   * @param resultFunc gives the value of the action at the end
   */
  submitJob<T, U, R>(
    rdd: RDD<T>,
    processPartition: (records: IterableIterator<T>, partition: number) => U | Promise<U>,
    partitions: readonly number[],
    resultHandler: (index: number, result: U) => void,
    resultFunc: () => R,
  ): FutureAction<R>

  /**
   * Runs a function over all partitions of an RDD, and answers with what is known when the time is up.
   * @param evaluator makes the answer of the results that are there
   * @param timeoutMs milliseconds
   */
  runApproximateJob<T, U, R>(
    rdd: RDD<T>,
    fn: (records: IterableIterator<T>, partition: number) => U | Promise<U>,
    evaluator: ApproximateEvaluator<U, R>,
    timeoutMs: number,
  ): Promise<PartialResult<R>>

  /**
   * Brings a file to every worker; tasks find it by `SparkFiles.get(name)`. A job that is submitted meanwhile waits for it.
   * @param path a local path, one of a registered file system, or `http:` and `https:`
   * @param recursive whether a directory is added with all that it holds; not on `sc://`
   * @throws FileNotFoundException, SparkException for a directory without `recursive`, IllegalArgumentException when another path of the same
   * name was added.
   */
  addFile(path: string, recursive?: boolean): Promise<void>

  /** The URIs of the files that were added; a directory's ends with a slash. */
  listFiles(): string[]

  /** Refused: tasks load no jars. @throws UnsupportedOperationException */
  addJar(path: string): never

  /** Refused: tasks load no jars. @throws UnsupportedOperationException */
  listJars(): never

  /** Refused: unpack it and `addFile` the directory. @throws UnsupportedOperationException */
  addArchive(path: string): never

  /** What is kept of the RDDs that are persisted. @throws UnsupportedOperationException on `sc://` */
  getRDDStorageInfo(): RDDInfo[]

  /** By worker, `localhost:` and its number: the bytes that it may keep of persisted RDDs as objects, and those that are left. @throws UnsupportedOperationException on `sc://` */
  getExecutorMemoryStatus(): Map<string, [maxBytes: number, remainingBytes: number]>

  /** `spark.scheduler.mode`. @throws UnsupportedOperationException on `sc://` */
  getSchedulingMode(): 'FIFO' | 'FAIR'

  /** The scheduler's pools; none with `FIFO`. @throws UnsupportedOperationException on `sc://` */
  getAllPools(): SchedulerPool[]

  /** The scheduler's pool of a name, undefined where there is none. @throws UnsupportedOperationException on `sc://` */
  getPoolForName(pool: string): SchedulerPool | undefined

  /**
   * Gives the RDDs that are persisted, by their ids.
   * @example
   * const kept = sc.range(3).cache()
   * sc.getPersistentRDDs().has(kept.id) // true
   * await kept.unpersist()
   */
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
