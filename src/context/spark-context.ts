import { userInfo } from 'node:os'
import { optional } from '../arguments/argument.ts'
import { checkActions, checkArguments, checkMethods } from '../arguments/check-arguments.ts'
import { REFUSE } from '../closure/wire/closure-error.ts'
import type {
  Engine,
  EngineCapabilities,
  JobProperties,
  JobRequest,
  SchedulerPool,
  WorkerControl,
} from '../engine/engine.ts'
import type { EngineFiles } from '../engine/engine-files.ts'
import type { LineageNode } from '../engine/lineage.ts'
import {
  IllegalArgumentException,
  IllegalStateException,
  SparkException,
  UnsupportedOperationException,
} from '../errors.ts'
import type { ApplicationStarted } from '../events/application-events.ts'
import { EventBus } from '../events/event-bus.ts'
import { JOB_TAGS } from '../events/job-events.ts'
import { RunningWork } from '../events/running-work.ts'
import type { SparkListener } from '../events/spark-listener.ts'
import { sparkListenerAdapter } from '../events/spark-listener-adapter.ts'
import { UserListeners } from '../events/user-listener.ts'
import type { FileSystem } from '../files/file-system.ts'
import { fileSystemOf } from '../files/file-systems.ts'
import { configureLog, log, setLogLevel } from '../log.ts'
import { type ApproximateEvaluator, runApproximateJob } from '../rdd/actions/approximate-job.ts'
import { FutureAction } from '../rdd/actions/future-action.ts'
import type { PartialResult } from '../rdd/actions/partial-result.ts'
import { nameOf } from '../rdd/debug-string.ts'
import { watched } from '../rdd/job-scope.ts'
import { unionShape } from '../rdd/operations/union.ts'
import { persistentRDDs } from '../rdd/persistence.ts'
import { RDD } from '../rdd/rdd.ts'
import { RDDInfo } from '../rdd/rdd-info.ts'
import { type NodeShape, RDDLineage } from '../rdd/rdd-lineage.ts'
import { runJob } from '../rdd/run-job.ts'
import type { SparkContextApi } from '../rdd/spark-context-api.ts'
import {
  APP_NAME,
  DEFAULT_PARALLELISM,
  DEPLOY_MODE,
  LOCAL_DIR,
  MASTER,
  SHOW_CONSOLE_PROGRESS,
} from '../settings/application.ts'
import { HadoopConfiguration } from '../settings/hadoop-configuration.ts'
import { CANCELLED_JOB_GROUPS_TO_TRACK } from '../settings/jobs.ts'
import { LISTENER_QUEUE_CAPACITY } from '../settings/listeners.ts'
import { FULL_STACKS, LOG_FILE, LOG_FORMAT, LOG_LEVEL, LOG_LEVELS } from '../settings/logging.ts'
import { misspeltKeys } from '../settings/misspelt-keys.ts'
import { shownSettings, shownUrl } from '../settings/shown-settings.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import type { Accumulator, AccumulatorParam } from '../shared-variables/accumulator.ts'
import { mergeTaskUpdates } from '../shared-variables/accumulator-registry.ts'
import type { AccumulatorV2 } from '../shared-variables/accumulator-v2.ts'
import type { Broadcast } from '../shared-variables/broadcast.ts'
import { Broadcasts } from '../shared-variables/broadcasts.ts'
import { CollectionAccumulator } from '../shared-variables/collection-accumulator.ts'
import { registerParamAccumulator, registerV2 } from '../shared-variables/register.ts'
import { DoubleAccumulator, LongAccumulator } from '../shared-variables/sum-accumulator.ts'
import { setFullStacks } from '../stack-frames.ts'
import { statusLimits } from '../status/status-limits.ts'
import { StatusStore } from '../status/status-store.ts'
import { SparkStatusTracker } from '../status/status-tracker.ts'
import { systemTimeMs } from '../system-clock.ts'
import type { ClassTable } from '../task/codec/index.ts'
import type { PartitionIterator } from '../task/iterator.ts'
import { writableNamed } from '../task/sequence/writables.ts'
import { ActiveJobs, JOB_DESCRIPTION, JOB_GROUP_ID, JOB_INTERRUPT_ON_CANCEL } from './active-jobs.ts'
import { AddedFiles } from './added-files.ts'
import { captureCallSite, captureLongCallSite } from './call-site.ts'
import { CheckpointDir } from './checkpoint-dir.ts'
import { ConsoleProgress } from './console-progress.ts'
import { aConf, CONTEXT_ACTIONS, CONTEXT_ARGUMENTS, CONTEXT_METHODS } from './context-arguments.ts'
import { createEngine } from './engines.ts'
import { EventLog } from './event-log.ts'
import { InputRDDs } from './input-rdds.ts'
import { checkJobTag, formatJobTags, parseJobTags } from './job-tags.ts'
import { LocalProperties } from './local-properties.ts'
import { NodeCleaner } from './node-cleaner.ts'
import { PACKAGE_VERSION } from './package-version.ts'
import { EMPTY_SHAPE, parallelizeShape, rangeShape } from './parallel-collection.ts'

type PartitionFunction = (records: IterableIterator<never>, partition: number) => unknown

/** The local property that overrides call sites. */
const CALL_SITE_SHORT = 'callSite.short'

/** The context that runs in this process, of which there is at most one, and where the program made it. */
let active: { readonly context: SparkContext; readonly createdAt: string } | null = null

/**
 * Spark's `SparkContext`: the way into everything. It runs an engine, on worker threads of this process for a `local` master, makes
 * RDDs, shared variables and jobs, and is the one that must be stopped: `await sc.stop()`, or `await using sc = new SparkContext(…)`.
 *
 * @example
 * await using sc = new SparkContext('local[2]', 'counts')
 * const counts = sc.textFile('notes.txt').flatMap((line) => line.split(' ')).map((word) => [word, 1]).reduceByKey((a, b) => a + b)
 * console.log(await counts.collect())
 */
export type SparkContext = SparkContextApi

/** How a SparkContext is made. */
export interface SparkContextConstructor {
  /**
   * @param master for instance `local[2]`; see `parseMasterUrl`. May come from the conf or the command line instead.
   * @throws SparkException for a wrong master URL, a missing application name, or when another context runs.
   */
  new (master: string, appName: string, conf?: SparkConf): SparkContext
  new (conf?: SparkConf): SparkContext
  readonly prototype: SparkContext
  /** The running context, or a new one of `conf`. */
  getOrCreate(conf?: SparkConf): SparkContext
}

// The class itself is not exported: a class with private members is a type that no interface can stand for, and `rdd.sparkContext` has to be
// a SparkContext to TypeScript too. Its public members are documented in SparkContextApi.
/** The class of SparkContexts; the type of the same name has their members. */
export const SparkContext: SparkContextConstructor = class SparkContext implements SparkContextApi {
  readonly #conf: SparkConf
  readonly #engine: Engine
  readonly #properties = new LocalProperties()
  readonly #jobs: ActiveJobs
  readonly #addedFiles: AddedFiles
  readonly hadoopConfiguration: HadoopConfiguration
  readonly #work: RunningWork
  readonly #listeners = new UserListeners<SparkListener>()
  readonly #progress: ConsoleProgress | null
  readonly #eventLog: EventLog
  #statusStore: StatusStore | null = null
  readonly #broadcasts: Broadcasts
  readonly #inputs: InputRDDs
  readonly #cleaner: NodeCleaner
  readonly #createdAt: string
  #stoppedAt: string | null = null
  #stopping: Promise<void> | null = null
  readonly #stopHooks = new Set<() => Promise<void>>()
  #nextRddId = 0
  readonly #checkpointDir: CheckpointDir

  readonly master: string
  readonly appName: string
  readonly startTime: number
  readonly #localId: string
  readonly statusTracker: SparkStatusTracker
  readonly events: EventBus
  readonly uiWebUrl: undefined = undefined

  /** Why a function that uses a context cannot be shipped. @internal */
  get [REFUSE](): string {
    return (
      'is of the driver alone: it appears that you are attempting to reference SparkContext from a broadcast variable, action, or ' +
      'transformation. SparkContext can only be used on the driver, not in code that it run on workers. For more information, see SPARK-5063'
    )
  }

  get applicationId(): string {
    return this.#engine.applicationId ?? this.#localId
  }

  constructor(master: string, appName: string, conf?: SparkConf)
  constructor(conf?: SparkConf)
  constructor(...args: ContextArguments) {
    checkArguments('new SparkContext', CONTEXT_ARGUMENTS, args)
    this.#createdAt = captureLongCallSite('SparkContext').long
    assertNoneActive()
    this.#conf = confOf(args)
    const { master, appName } = requiredSettings(this.#conf)
    configureLogOf(this.#conf)
    warnOfMisspeltSettings(this.#conf)
    this.startTime = systemTimeMs()
    this.#localId = `local-${this.startTime}`
    this.#conf.set('spark.app.id', this.#localId).set('spark.app.startTime', this.startTime)
    this.events = new EventBus(this.#conf.readSetting(LISTENER_QUEUE_CAPACITY))
    this.#work = new RunningWork(this.events)
    this.statusTracker = new SparkStatusTracker(this.#work)
    this.#progress = consoleProgress(this.#conf)
    if (this.#progress !== null) this.events.addListener(this.#progress)
    this.#eventLog = new EventLog(this.events)
    this.#eventLog.follow()
    this.#engine = createEngine(master, {
      conf: new Map(this.#conf.getAll()),
      onAccumulatorUpdates: mergeTaskUpdates,
      work: this.#work,
    })
    this.master = master
    this.appName = appName
    this.#jobs = new ActiveJobs(this.#conf.readSetting(CANCELLED_JOB_GROUPS_TO_TRACK))
    this.#addedFiles = new AddedFiles(this.#engine, fileSystemOf, this.#conf.readSetting(LOCAL_DIR))
    this.hadoopConfiguration = new HadoopConfiguration({
      getAll: () => this.#conf.getAll(),
      get: (key) => this.#conf.getOption(key),
      set: (key, value) => this.#setHadoop(key, value),
    })
    this.#broadcasts = new Broadcasts(this.#engine, this)
    this.#inputs = new InputRDDs(this)
    this.#checkpointDir = new CheckpointDir(this.#engine.files)
    this.#cleaner = new NodeCleaner((ids) => this.#forget(ids))
    active = { context: this, createdAt: this.#createdAt }
    setImmediate(() => this.#tellOfStart())
  }

  static getOrCreate(conf?: SparkConf): SparkContextApi {
    return active?.context ?? new SparkContext(conf)
  }

  get version(): string {
    return PACKAGE_VERSION
  }

  get isLocal(): boolean {
    return /^local(?:\[|$)/.test(this.master)
  }

  get deployMode(): string {
    return this.#conf.readSetting(DEPLOY_MODE)
  }

  get sparkUser(): string {
    return process.env.SPARK_USER ?? userInfo().username
  }

  getConf(): SparkConf {
    return this.#conf.clone().set('spark.app.id', this.applicationId)
  }

  getSetting(key: string): string | undefined {
    return this.#conf.getOption(key)
  }

  get defaultParallelism(): number {
    this.assertNotStopped()
    return this.#conf.readSetting(DEFAULT_PARALLELISM) ?? this.#engine.defaultParallelism
  }

  get defaultMinPartitions(): number {
    return Math.min(this.defaultParallelism, 2)
  }

  parallelize<K, V>(values: Iterable<[K, V]>, numSlices?: number): RDD<[K, V]>
  parallelize<T>(values: Iterable<T>, numSlices?: number): RDD<T>
  parallelize<T>(values: Iterable<T>, numSlices = this.defaultParallelism): RDD<T> {
    return this.#source('parallelize', parallelizeShape(values, numSlices))
  }

  makeRDD<K, V>(values: Iterable<[K, V]>, numSlices?: number): RDD<[K, V]>
  makeRDD<T>(values: Iterable<T>, numSlices?: number): RDD<T>
  makeRDD<T>(values: Iterable<T>, numSlices = this.defaultParallelism): RDD<T> {
    return this.#source('makeRDD', parallelizeShape(values, numSlices))
  }

  range(start: number, end?: number, step = 1, numSlices = this.defaultParallelism): RDD<number> {
    const [from, to] = end === undefined ? [0, start] : [start, end]
    return this.#source('range', rangeShape(from, to, step, numSlices))
  }

  emptyRDD<T = never>(): RDD<T> {
    return this.#source('emptyRDD', EMPTY_SHAPE)
  }

  union<T>(rdds: readonly RDD<T>[]): RDD<T>
  union<T>(...rdds: readonly RDD<T>[]): RDD<T>
  union<T>(...args: readonly (RDD<T> | readonly RDD<T>[])[]): RDD<T> {
    const [first, ...others] = args.flat() as RDD<T>[]
    return first === undefined
      ? this.emptyRDD()
      : RDD.from(first.derive('union', others, unionShape, { className: 'UnionRDD' }))
  }

  textFile(path: string, minPartitions = this.defaultMinPartitions): RDD<string> {
    return this.#inputs.textFile(path, minPartitions)
  }

  wholeTextFiles(path: string, minPartitions = this.defaultMinPartitions): RDD<[string, string]> {
    return this.#inputs.wholeTextFiles(path, minPartitions)
  }

  binaryFiles(path: string, minPartitions = this.defaultMinPartitions): RDD<[string, Buffer]> {
    return this.#inputs.binaryFiles(path, minPartitions)
  }

  binaryRecords(path: string, recordLength: number): RDD<Buffer> {
    return this.#inputs.binaryRecords(path, recordLength)
  }

  objectFile<T>(path: string): RDD<T> {
    return this.#inputs.objectFile(path)
  }

  sequenceFile<K, V>(path: string, minPartitions?: number): RDD<[K, V]>
  sequenceFile<K, V>(path: string, keyClass: string, valueClass: string, minPartitions?: number): RDD<[K, V]>
  sequenceFile<K, V>(path: string, ...rest: readonly (string | number | undefined)[]): RDD<[K, V]> {
    for (const name of rest) if (typeof name === 'string') writableNamed(name)
    const minPartitions = rest.find((one) => typeof one === 'number')
    return this.#inputs.sequenceFile(path, minPartitions ?? this.defaultMinPartitions)
  }

  pickleFile<T>(path: string): RDD<T> {
    return this.#inputs.objectFile(path)
  }

  broadcast<T>(value: T): Broadcast<T> {
    this.assertNotStopped()
    if (value instanceof RDD) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        'requirement failed: Can not directly broadcast RDDs; instead, call collect() and broadcast the result.',
      )
    }
    return this.#broadcasts.create(value)
  }

  longAccumulator(name?: string): LongAccumulator {
    return this.#registered(new LongAccumulator(), name)
  }

  doubleAccumulator(name?: string): DoubleAccumulator {
    return this.#registered(new DoubleAccumulator(), name)
  }

  collectionAccumulator<T>(name?: string): CollectionAccumulator<T> {
    return this.#registered(new CollectionAccumulator<T>(), name)
  }

  register<IN, OUT>(accumulator: AccumulatorV2<IN, OUT>, name?: string): void {
    this.assertNotStopped()
    registerV2(accumulator, name ?? null, (value) => this.#broadcasts.send(value))
  }

  accumulator(initial: number): Accumulator<number>
  accumulator<T>(initial: T, param: AccumulatorParam<T>): Accumulator<T>
  accumulator<T>(initial: T, param?: AccumulatorParam<T>): Accumulator<T> {
    this.assertNotStopped()
    return registerParamAccumulator(initial, param, (value) => this.#broadcasts.send(value))
  }

  setJobGroup(groupId: string, description: string, interruptOnCancel = false): void {
    this.setLocalProperty(JOB_DESCRIPTION, description)
    this.setLocalProperty(JOB_GROUP_ID, groupId)
    this.setLocalProperty(JOB_INTERRUPT_ON_CANCEL, String(interruptOnCancel))
  }

  clearJobGroup(): void {
    for (const key of [JOB_DESCRIPTION, JOB_GROUP_ID, JOB_INTERRUPT_ON_CANCEL]) this.setLocalProperty(key, null)
  }

  setJobDescription(description: string | null): void {
    this.setLocalProperty(JOB_DESCRIPTION, description)
  }

  cancelJobGroup(groupId: string, reason = `part of cancelled job group ${groupId}`): void {
    this.assertNotStopped()
    this.#jobs.cancelGroup(groupId, reason)
  }

  cancelJobGroupAndFutureJobs(groupId: string, reason = `part of cancelled job group ${groupId}`): void {
    this.assertNotStopped()
    this.#jobs.cancelGroupForGood(groupId, reason)
  }

  cancelJob(jobId: number, reason = ''): void {
    this.assertNotStopped()
    this.#jobs.cancelJob(jobId, reason)
  }

  cancelStage(stageId: number, reason?: string): void {
    this.assertNotStopped()
    const jobId = this.#work.stage(stageId)?.head.jobId
    const why = reason === undefined ? `because Stage ${stageId} was cancelled` : `because ${reason}`
    if (jobId !== undefined) this.#jobs.cancelJob(jobId, why)
  }

  killTaskAttempt(
    taskId: number,
    _interruptThread = true,
    reason = 'killed via SparkContext.killTaskAttempt',
  ): boolean {
    return this.#control('killTaskAttempt').killTask(taskId, reason)
  }

  setInterruptOnCancel(interruptOnCancel: boolean): void {
    this.setLocalProperty(JOB_INTERRUPT_ON_CANCEL, String(interruptOnCancel))
  }

  cancelAllJobs(): void {
    this.assertNotStopped()
    this.#jobs.cancelAll('as part of cancellation of all jobs')
  }

  addJobTag(tag: string): void {
    checkJobTag(tag)
    this.#setJobTags(this.getJobTags().add(tag))
  }

  removeJobTag(tag: string): void {
    checkJobTag(tag)
    const tags = this.getJobTags()
    tags.delete(tag)
    this.#setJobTags(tags)
  }

  clearJobTags(): void {
    this.#setJobTags(new Set())
  }

  getJobTags(): Set<string> {
    return parseJobTags(this.getLocalProperty(JOB_TAGS))
  }

  cancelJobsWithTag(tag: string, reason = `part of cancelled job tags ${tag}`): void {
    this.assertNotStopped()
    checkJobTag(tag)
    this.#jobs.cancelTag(tag, reason)
  }

  setLocalProperty(key: string, value: string | null): void {
    this.#properties.set(key, value)
  }

  getLocalProperty(key: string): string | null {
    return this.#properties.get(key)
  }

  withLocalProperties<R>(properties: Readonly<Record<string, string>>, body: () => R): R {
    return this.#properties.runWith(properties, body)
  }

  setCallSite(callSite: string): void {
    this.setLocalProperty(CALL_SITE_SHORT, callSite)
  }

  clearCallSite(): void {
    this.setLocalProperty(CALL_SITE_SHORT, null)
  }

  get files(): EngineFiles {
    return this.#engine.files
  }

  callSite(operation: string): string {
    return this.getLocalProperty(CALL_SITE_SHORT) ?? captureCallSite(operation)
  }

  jobProperties(operation: string): JobProperties {
    return {
      callSite: this.callSite(operation),
      description: this.getLocalProperty(JOB_DESCRIPTION),
      group: this.getLocalProperty(JOB_GROUP_ID),
      localProperties: this.#properties.all(),
    }
  }

  setCheckpointDir(directory: string | null): void {
    this.assertNotStopped()
    this.#checkpointDir.set(directory)
  }

  getCheckpointDir(): string | null {
    return this.#checkpointDir.path
  }

  get checkpointDir(): string | null {
    return this.#checkpointDir.path
  }

  runJob<T, U>(
    rdd: RDD<T>,
    fn: (records: PartitionIterator<T>, partition: number) => U | Promise<U>,
    partitions?: readonly number[],
  ): Promise<U[]>
  runJob(request: JobRequest): Promise<unknown[]>
  runJob(what: unknown, fn?: unknown, partitions?: readonly number[]): Promise<unknown[]> {
    if (!(what instanceof RDD)) return this.#submit(what as JobRequest)
    const sink = {
      kind: 'partition',
      fn: fn as (records: IterableIterator<never>, partition: number) => unknown,
    } as const
    return watched(runJob(what, 'runJob', sink, partitions === undefined ? {} : { partitions }))
  }

  submitJob<T, U, R>(
    rdd: RDD<T>,
    processPartition: (records: IterableIterator<T>, partition: number) => U | Promise<U>,
    partitions: readonly number[],
    resultHandler: (index: number, result: U) => void,
    resultFunc: () => R,
  ): FutureAction<R> {
    this.assertNotStopped()
    return new FutureAction(async (signal) => {
      const options = { partitions, signal, onResult: resultHandler as (index: number, value: unknown) => void }
      await runJob(rdd, 'submitJob', { kind: 'partition', fn: processPartition as PartitionFunction }, options)
      return resultFunc()
    })
  }

  runApproximateJob<T, U, R>(
    rdd: RDD<T>,
    fn: (records: IterableIterator<T>, partition: number) => U | Promise<U>,
    evaluator: ApproximateEvaluator<U, R>,
    timeoutMs: number,
  ): Promise<PartialResult<R>> {
    this.assertNotStopped()
    return runApproximateJob(rdd, { kind: 'partition', fn: fn as PartitionFunction }, evaluator, timeoutMs)
  }

  async addFile(path: string, recursive = false): Promise<void> {
    this.assertNotStopped()
    await this.#addedFiles.add(path, recursive)
  }

  listFiles(): string[] {
    this.assertNotStopped()
    return this.#addedFiles.list()
  }

  addJar(_path: string): never {
    throw noJars('addJar')
  }

  listJars(): never {
    throw noJars('listJars')
  }

  addArchive(_path: string): never {
    throw new UnsupportedOperationException(
      'UNSUPPORTED_OPERATION',
      'addArchive is not supported: unpack the archive and add its directory with addFile(path, true).',
    )
  }

  getRDDStorageInfo(): RDDInfo[] {
    this.assertNotStopped()
    const kept = new Map(
      this.#control('getRDDStorageInfo')
        .keptRDDs()
        .map((one) => [one.rddId, one]),
    )
    return [...persistentRDDs(this).values()].flatMap((rdd) => {
      const one = kept.get(rdd.id)
      const { node, storage, className } = rdd.lineage
      if (one === undefined || node === null) return []
      const { numCachedPartitions, memoryBytes: memSize, diskBytes: diskSize } = one
      const head = { id: rdd.id, name: nameOf(storage) ?? className, numPartitions: node.numPartitions }
      return [new RDDInfo({ ...head, storageLevel: storage.level, numCachedPartitions, memSize, diskSize })]
    })
  }

  getExecutorMemoryStatus(): Map<string, [maxBytes: number, remainingBytes: number]> {
    this.assertNotStopped()
    const workers = this.#control('getExecutorMemoryStatus').memory()
    return new Map(
      workers.map(({ worker, maxBytes, remainingBytes }) => [`localhost:${worker}`, [maxBytes, remainingBytes]]),
    )
  }

  getSchedulingMode(): 'FIFO' | 'FAIR' {
    this.assertNotStopped()
    return this.#control('getSchedulingMode').schedulingMode
  }

  getAllPools(): SchedulerPool[] {
    this.assertNotStopped()
    return [...this.#control('getAllPools').pools()]
  }

  getPoolForName(pool: string): SchedulerPool | undefined {
    this.assertNotStopped()
    return this.#control('getPoolForName')
      .pools()
      .find(({ name }) => name === pool)
  }

  getPersistentRDDs(): Map<number, RDD<unknown>> {
    return new Map([...persistentRDDs(this)].map(([id, rdd]) => [id, RDD.from(rdd)]))
  }

  setLogLevel(level: string): void {
    setLogLevel(level)
    this.#eventLog.follow()
  }

  addSparkListener(listener: SparkListener): void {
    this.#listeners.add(listener, sparkListenerAdapter(listener), this.events)
  }

  removeSparkListener(listener: SparkListener): void {
    this.#listeners.remove(listener)
  }

  get statusStore(): StatusStore {
    if (this.#statusStore !== null) return this.#statusStore
    const store = new StatusStore(
      this.#applicationStarted(),
      statusLimits((key) => this.getSetting(key)),
    )
    for (const event of this.#work.standingEvents()) store.handle(event)
    this.events.addListener(store)
    this.#statusStore = store
    return store
  }

  get isStopped(): boolean {
    return this.#stoppedAt !== null
  }

  onStop(hook: () => Promise<void>): () => void {
    this.#stopHooks.add(hook)
    return () => void this.#stopHooks.delete(hook)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** As PySpark prints it: `<SparkContext master=local[2] appName=counts>`. */
  toString(): string {
    return `<SparkContext master=${shownUrl(this.master)} appName=${this.appName}>`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  assertNotStopped(): void {
    if (this.#stoppedAt === null) return
    throw new IllegalStateException(
      'SPARK_CONTEXT_STOPPED',
      'Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created at:\n\n' +
        `${this.#createdAt}\n\nAnd it was stopped at:\n\n${this.#stoppedAt}\n\n` +
        `The currently active SparkContext was created at:\n\n${active?.createdAt ?? '(No active SparkContext.)'}`,
    )
  }

  newRddId(): number {
    return this.#nextRddId++
  }

  nodeCreated(node: LineageNode): void {
    this.#cleaner.watch(node)
  }

  async unpersist(node: LineageNode): Promise<void> {
    await this.#engine.unpersist(node)
  }

  get engineCapabilities(): EngineCapabilities {
    return this.#engine.capabilities
  }

  async checkpointLocally(node: LineageNode, properties: JobProperties): Promise<void> {
    await this.#jobs.run(properties, undefined, async (signal, onStarted) => {
      await this.#broadcasts.settled()
      await this.#addedFiles.settled()
      await this.#engine.checkpointLocally({ node, properties, signal, onStarted })
    })
  }

  fileSystem(path: string): FileSystem {
    return fileSystemOf(path)
  }

  #source<T>(operation: string, shape: NodeShape): RDD<T> {
    this.assertNotStopped()
    return new RDD<T>(this, RDDLineage.ready(this, operation, shape))
  }

  /** @throws UnsupportedOperationException where a cluster runs the tasks. */
  #control(member: string): WorkerControl {
    const { control } = this.#engine
    if (control !== null) return control
    throw new UnsupportedOperationException(
      'UNSUPPORTED_OPERATION',
      `${member} is not supported on ${shownUrl(this.master)}: Spark Connect gives programs no access to tasks, executors and pools. Use the cluster's own web page.`,
    )
  }

  #setHadoop(key: string, value: string | null): void {
    this.assertNotStopped()
    this.#engine.hadoopSettingChanged(key, value)
    if (value === null) this.#conf.remove(key)
    else this.#conf.set(key, value)
  }

  #registered<A extends AccumulatorV2<never, unknown>>(accumulator: A, name: string | undefined): A {
    this.register(accumulator, name)
    return accumulator
  }

  get recordClasses(): ClassTable {
    return this.#engine.recordClasses
  }

  #setJobTags(tags: ReadonlySet<string>): void {
    this.setLocalProperty(JOB_TAGS, formatJobTags(tags))
  }

  /** @internal */
  asAction<R>(
    properties: JobProperties,
    signal: AbortSignal | undefined,
    body: (signal: AbortSignal) => Promise<R>,
  ): Promise<R> {
    return this.#jobs.run(properties, signal, body)
  }

  async #submit(request: JobRequest): Promise<unknown[]> {
    this.assertNotStopped()
    return this.#jobs.run(request.properties, request.signal, async (signal, onStarted) => {
      if (!this.#checkpointDir.isReady) await unlessAborted(this.#checkpointDir.ready(), signal)
      if (!this.#broadcasts.isSettled) await unlessAborted(this.#broadcasts.settled(), signal)
      if (!this.#addedFiles.isSettled) await unlessAborted(this.#addedFiles.settled(), signal)
      return this.#engine.runJob({ ...request, signal, onStarted })
    })
  }

  #applicationStarted(): ApplicationStarted {
    const { startTime: time, applicationId: appId, appName } = this
    return { kind: 'applicationStarted', time, appId, appName, master: shownUrl(this.master) }
  }

  /** Sends the event in the turn after the constructor, so that listeners that the program adds at once receive it. */
  #tellOfStart(): void {
    const { events, startTime: time } = this
    if (events.isListenedTo('applicationStarted')) events.post(this.#applicationStarted())
    if (events.isListenedTo('environmentUpdated')) {
      events.post({ kind: 'environmentUpdated', time, sparkProperties: shownSettings(this.#conf.getAll()) })
    }
  }

  #forget(nodeIds: readonly number[]): void {
    if (!this.isStopped) this.#engine.forget(nodeIds)
  }

  async #stop(): Promise<void> {
    this.#stoppedAt = captureLongCallSite('stop').long
    if (active?.context === this) active = null
    this.#jobs.cancelAll('because SparkContext was shut down')
    for (const stopUser of this.#stopHooks) await stopUser()
    await this.#engine.stop()
    this.#addedFiles.remove()
    await this.#checkpointDir.removeEmpty()
    this.events.post({ kind: 'applicationEnded', time: systemTimeMs() })
    await this.events.close()
    this.#progress?.stop()
  }
}

checkMethods(SparkContext, 'SparkContext', CONTEXT_METHODS)
checkActions(SparkContext, 'SparkContext', CONTEXT_ACTIONS)
checkMethods({ prototype: SparkContext }, 'SparkContext', { getOrCreate: [optional(aConf())] })

/** Waits for what a job needs, but not for longer than the job is wanted: the engine then says that it was cancelled. */
async function unlessAborted(ready: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  let stopWaiting = () => {}
  const aborted = new Promise<void>((resolve) => {
    stopWaiting = resolve
    signal.addEventListener('abort', stopWaiting, { once: true })
  })
  try {
    await Promise.race([ready, aborted])
  } finally {
    signal.removeEventListener('abort', stopWaiting)
  }
}

function assertNoneActive(): void {
  if (active === null) return
  throw new SparkException(
    'MULTIPLE_SPARK_CONTEXTS',
    'Only one SparkContext should be running in this process (SPARK-2243). ' +
      `The currently running SparkContext was created at:\n${active.createdAt}\nStop that one first, or use SparkContext.getOrCreate().`,
  )
}

type ContextArguments = [master: string, appName: string, conf?: SparkConf | undefined] | [conf?: SparkConf | undefined]

function confOf(args: ContextArguments): SparkConf {
  if (typeof args[0] !== 'string') return args[0]?.clone() ?? new SparkConf()
  const [master, appName, conf] = args as [string, string | undefined, SparkConf | undefined]
  const own = (conf?.clone() ?? new SparkConf()).setMaster(master)
  if (appName !== undefined) return own.setAppName(appName)
  if (own.contains(APP_NAME.key)) return own
  throw new SparkException(
    'APP_NAME_NOT_SET',
    `The application has no name: write new SparkContext('${shownUrl(master)}', 'my app')`,
  )
}

function requiredSettings(conf: SparkConf): { master: string; appName: string } {
  const master = conf.readSetting(MASTER)
  const appName = conf.readSetting(APP_NAME)
  if (master === undefined) {
    throw new SparkException(
      'MASTER_NOT_SET',
      "A master URL must be set in your configuration, for instance new SparkContext('local[*]', 'my app')",
    )
  }
  if (appName === undefined) {
    throw new SparkException('APP_NAME_NOT_SET', 'An application name must be set in your configuration')
  }
  return { master, appName }
}

function configureLogOf(conf: SparkConf): void {
  configureLog({
    level: conf.readSetting(LOG_LEVEL),
    levels: conf.readSetting(LOG_LEVELS),
    format: conf.readSetting(LOG_FORMAT),
    file: conf.readSetting(LOG_FILE),
  })
  if (conf.contains(FULL_STACKS.key)) setFullStacks(conf.readSetting(FULL_STACKS))
}

function noJars(member: string): UnsupportedOperationException {
  return new UnsupportedOperationException(
    'UNSUPPORTED_OPERATION',
    `${member} is not supported: tasks run JavaScript and load no jars. Packages that the program imports travel by themselves; a jar for the cluster is given to its server (spark.jars).`,
  )
}

function warnOfMisspeltSettings(conf: SparkConf): void {
  for (const { key, nearest } of misspeltKeys(conf.getAll().map(([name]) => name))) {
    log('WARN', 'SparkContext', `The setting ${key} does not exist and has no effect. Did you mean ${nearest}?`)
  }
}

function consoleProgress(conf: SparkConf): ConsoleProgress | null {
  const { stderr } = process
  if (!stderr.isTTY || !conf.readSetting(SHOW_CONSOLE_PROGRESS)) return null
  return new ConsoleProgress({
    get columns() {
      return stderr.columns
    },
    write: (text) => stderr.write(text),
    nowMs: systemTimeMs,
  })
}
