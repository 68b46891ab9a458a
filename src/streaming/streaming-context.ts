import { checkActions, checkArguments, checkMethods } from '../arguments/check-arguments.ts'
import { CheckpointDirectory, type ReadCheckpoint } from '../batches/checkpoint/checkpoint-directory.ts'
import { Checkpointer } from '../batches/checkpoint/checkpointer.ts'
import type { Clock } from '../batches/clock.ts'
import { deadline } from '../batches/deadline.ts'
import { logFailure } from '../batches/describe-error.ts'
import { type DurationLike, toDuration } from '../batches/duration.ts'
import { JobGenerator } from '../batches/job-generator.ts'
import { JobScheduler } from '../batches/job-scheduler.ts'
import { BatchLedger } from '../batches/ledger/batch-ledger.ts'
import type { MaybePromise } from '../batches/maybe-promise.ts'
import { StreamingEvents } from '../batches/streaming-events.ts'
import type { StreamingListener } from '../batches/streaming-listener.ts'
import type { Time } from '../batches/time.ts'
import { REFUSE } from '../closure/wire/closure-error.ts'
import { captureLongCallSite } from '../context/call-site.ts'
import { SparkContext } from '../context/spark-context.ts'
import { captureStreams } from '../dstream/checkpoint/capture.ts'
import { assertRecoverable, type RecoveryOptions, readCheckpoint, restoreRun } from '../dstream/checkpoint/recovery.ts'
import { type DStream, type DStreamContext, OperatorDStream } from '../dstream/dstream.ts'
import { DStreamGraph } from '../dstream/dstream-graph.ts'
import { TransformedOperator } from '../dstream/operators/transformed-operator.ts'
import { UnionOperator } from '../dstream/operators/union-operator.ts'
import { type OutputWriter, standardOutput } from '../dstream/print/output-writer.ts'
import { IllegalArgumentException, IllegalStateException, SparkException } from '../errors.ts'
import { log } from '../log.ts'
import { isWithinBatch, watched, watchUnhandledRejections } from '../rdd/job-scope.ts'
import type { RDD } from '../rdd/rdd.ts'
import type { Setting } from '../settings/setting.ts'
import { SparkConf } from '../settings/spark-conf.ts'
import {
  CHECKPOINT_DIRECTORY,
  CONCURRENT_JOBS,
  EXTRA_LISTENERS,
  GRACEFUL_STOP_TIMEOUT,
  STOP_GRACEFULLY_ON_SHUTDOWN,
  STOP_SPARK_CONTEXT_BY_DEFAULT,
  STOP_TIMEOUT,
  UNPERSIST,
} from '../settings/streaming.ts'
import { ContextWaiter } from './context-waiter.ts'
import { loadExtraListeners } from './extra-listeners.ts'
import { InputSources } from './input-sources.ts'
import { gracefulStopMs, stopInOrder } from './orderly-stop.ts'
import { addShutdownHook } from './shutdown-hook.ts'
import {
  INPUT_METHODS,
  STREAMING_CONTEXT_ACTIONS,
  STREAMING_CONTEXT_ARGUMENTS,
  STREAMING_CONTEXT_MAKERS,
  STREAMING_CONTEXT_METHODS,
} from './streaming-arguments.ts'
import { StreamingContextState } from './streaming-context-state.ts'
import { batchInterval, clockOf, ledgerOptions } from './streaming-settings.ts'

/** The options of a StreamingContext. */
export interface StreamingContextOptions {
  /** Where time comes from: the machine unless given, or unless `spark.streaming.clock` names the manual clock. */
  readonly clock?: Clock
  /** Where `print` and `pprint` write: standard output unless given. */
  readonly output?: OutputWriter
  /** Whether errors of batches are logged; true unless given. With false, only `awaitTermination` reports them. */
  readonly logsFailures?: boolean
  /** How many finished batches checkpoints keep together in a file. Only tests give it, to have such files after a few batches. @internal */
  readonly ledgerSegmentSize?: number
}

/** How to stop a context. */
export interface StopOptions {
  /** Whether to stop the SparkContext too: `spark.streaming.stopSparkContextByDefault`, which is true, unless given. */
  readonly stopSparkContext?: boolean
  /** Whether to process all that was received before; false unless given. */
  readonly stopGracefully?: boolean
  /** Ends the wait of a graceful stop: what is not done then is given up. */
  readonly signal?: AbortSignal
}

/** The settings that a stop reads. */
const SETTINGS_OF_STOP = [
  STOP_TIMEOUT,
  GRACEFUL_STOP_TIMEOUT,
  STOP_GRACEFULLY_ON_SHUTDOWN,
  STOP_SPARK_CONTEXT_BY_DEFAULT,
] as const

/** How long a graceful stop takes at most when the process is told to end, which whoever told it will not wait for as long. */
const GRACEFUL_SHUTDOWN_MS = 30_000

/** The context that is started or being started in this process; there is at most one. */
let running: StreamingContext | null = null
let contextCount = 0

/**
 * Spark's `StreamingContext`: makes input streams, and runs what was built on them, batch by batch.
 *
 * @example
 * const sc = new SparkContext('local[2]', 'NetworkWordCount')
 * const ssc = new StreamingContext(sc, 1)
 * ssc.socketTextStream('localhost', 9999).flatMap((line) => line.split(' ')).countByValue().pprint()
 * await ssc.start()
 * await ssc.awaitTermination()
 */
export class StreamingContext extends InputSources implements DStreamContext, AsyncDisposable {
  /** The context that runs the batches. */
  readonly sparkContext: SparkContext
  /** @internal */
  readonly graph: DStreamGraph
  /** @internal */
  readonly scheduler: JobScheduler
  /** @internal */
  readonly ledger: BatchLedger
  /** Where the context takes its time from. */
  readonly clock: Clock
  /** @internal */
  readonly output: OutputWriter
  readonly #conf: SparkConf
  readonly #events: StreamingEvents
  readonly #waiter = new ContextWaiter()
  readonly #generator: JobGenerator
  readonly #jobTag = `millstream-streaming-${contextCount++}`
  #state: StreamingContextState = StreamingContextState.INITIALIZED
  #checkpointDir: string | null = null
  #checkpointer: Checkpointer | null = null
  /** Where an earlier run ended, for this one to go on; null for a new one. */
  #recovered: ReadCheckpoint | null = null
  #startSite = ''
  #starting: Promise<void> | null = null
  #stopping: Promise<void> | null = null
  #startProperties: Readonly<Record<string, string>> = {}
  /** Undo what {@link start} has set up in the process and in the SparkContext. */
  readonly #onEnd: (() => void)[] = []

  /**
   * @param batchDuration the batch interval; a number is seconds.
   * @throws SparkException without a SparkContext. @throws IllegalArgumentException for an interval that is missing or not above zero.
   */
  constructor(sparkContext: SparkContext | SparkConf, batchDuration: DurationLike, options?: StreamingContextOptions)
  constructor(master: string, appName: string, batchDuration: DurationLike, options?: StreamingContextOptions)
  constructor(...args: ContextArguments) {
    checkArguments('new StreamingContext', STREAMING_CONTEXT_ARGUMENTS, args)
    super()
    const [context, batchDuration, options = {}] = contextArguments(args)
    if (context === null || context === undefined) {
      throw new SparkException(
        'NO_SPARK_CONTEXT',
        'Spark Streaming cannot be initialized with both SparkContext and checkpoint as null',
      )
    }
    const interval = batchInterval(batchDuration)
    this.sparkContext = context instanceof SparkConf ? new SparkContext(context) : context
    this.#conf = this.sparkContext.getConf()
    // A stop must not fail because of a setting.
    for (const setting of SETTINGS_OF_STOP) this.#conf.readSetting(setting as Setting<unknown>)
    const { clock = clockOf(this.#conf), output = standardOutput, ledgerSegmentSize } = options
    this.clock = clock
    this.output = output
    this.graph = new DStreamGraph(interval)
    this.#events = new StreamingEvents(this.sparkContext.events, clock)
    this.ledger = new BatchLedger({ ...ledgerOptions(this.#conf), segmentSize: ledgerSegmentSize })
    this.scheduler = new JobScheduler({
      sparkContext: this.sparkContext,
      clock,
      events: this.#events,
      concurrentJobs: this.#conf.readSetting(CONCURRENT_JOBS),
      batchIntervalMs: interval.milliseconds,
      onError: (error) => this.#waiter.notifyError(error),
      logsFailures: options.logsFailures ?? true,
      localProperties: () => this.#startProperties,
      jobTag: this.#jobTag,
      awaitedBatch: () => (this.graph.isStateful ? this.ledger.oldestRetried : undefined),
      onJobsEnded: (time, failed) => this.#generator.jobsEnded(time, failed),
    })
    const isUnpersisting = this.#conf.readSetting(UNPERSIST)
    const { graph, scheduler, ledger } = this
    this.#generator = new JobGenerator({ clock, graph, scheduler, ledger, isUnpersisting })
    const checkpointDir = this.#conf.readSetting(CHECKPOINT_DIRECTORY)
    if (checkpointDir !== undefined) this.checkpoint(checkpointDir)
  }

  /** Why a function that uses a context cannot be shipped. @internal */
  get [REFUSE](): string {
    return (
      'is of the driver alone: a StreamingContext is referred to from within a function that runs on workers; ' +
      'read what the function uses of it into a local `const` first'
    )
  }

  /** The context that is running in this process, or null. */
  static getActive(): StreamingContext | null {
    return running?.getState() === StreamingContextState.ACTIVE ? running : null
  }

  /**
   * A context that goes on where the run before ended, if that left a checkpoint in the directory, or else begins anew. Either way `setup`
   * makes it: with the program as it is now and with the settings of now. It is not started.
   * @param checkpointPath the directory, which the context is given unless `setup` gave it one.
   * @param setup makes the context, its streams and its output operations.
   * @throws SparkException when no checkpoint in the directory can be read. @throws CheckpointMismatchError when the program does not fit it.
   */
  static async getOrCreate(
    checkpointPath: string,
    setup: () => MaybePromise<StreamingContext>,
    options: RecoveryOptions = {},
  ): Promise<StreamingContext> {
    assertSetup(setup)
    const read = await readCheckpoint(checkpointPath, options)
    const context = await setup()
    try {
      if (context.checkpointDir === null) context.checkpoint(checkpointPath)
      if (read !== null) context.#recover(read, checkpointPath)
      return context
    } catch (error) {
      await context.stop()
      throw error
    }
  }

  /**
   * The context that is running in this process, or else what `setup` makes, which is not started; with a directory, the same as
   * {@link getOrCreate} of it.
   */
  static async getActiveOrCreate(setup: () => MaybePromise<StreamingContext>): Promise<StreamingContext>
  static async getActiveOrCreate(
    checkpointPath: string | null,
    setup: () => MaybePromise<StreamingContext>,
    options?: RecoveryOptions,
  ): Promise<StreamingContext>
  static async getActiveOrCreate(
    first: string | null | (() => MaybePromise<StreamingContext>),
    second?: () => MaybePromise<StreamingContext>,
    options?: RecoveryOptions,
  ): Promise<StreamingContext> {
    const path = typeof first === 'string' ? first : null
    const setup = second ?? first
    assertSetup(setup)
    const active = StreamingContext.getActive()
    if (active !== null) return active
    return path === null ? setup() : StreamingContext.getOrCreate(path, setup, options)
  }

  protected override get self(): StreamingContext {
    return this
  }

  /** Where the context is in its life. */
  getState(): StreamingContextState {
    return this.#state
  }

  /** `<StreamingContext batchDuration=1000 ms state=ACTIVE>` */
  override toString(): string {
    return `<StreamingContext batchDuration=${this.graph.batchDuration} state=${this.#state}>`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  /**
   * Where checkpoints go; null for none. To go on from them after a restart, make the context by {@link getOrCreate}.
   * @param directory a path that the workers can reach too.
   */
  checkpoint(directory: string | null): void {
    if (directory !== null) this.sparkContext.setCheckpointDir(directory)
    this.#checkpointDir = directory
  }

  /** @internal */
  get startProperties(): Readonly<Record<string, string>> {
    return this.#startProperties
  }
  /** @internal */
  get checkpointDir(): string | null {
    return this.#checkpointDir
  }
  /** @internal */
  get checkpointDirectory(): CheckpointDirectory | null {
    return this.#checkpointer?.directory ?? null
  }

  #recover(read: ReadCheckpoint, path: string): void {
    if (this.#state !== StreamingContextState.INITIALIZED || this.#starting !== null) {
      throw new IllegalStateException(
        'STREAMING_CONTEXT_STARTED',
        'The setup function of StreamingContext.getOrCreate must not start the context: call start() on what getOrCreate returns',
      )
    }
    assertRecoverable({ graph: this.graph, checkpoint: read.checkpoint, path, checkpointDir: this.#checkpointDir! })
    this.#recovered = read
  }

  #createCheckpointer(): Checkpointer | null {
    if (this.#checkpointDir === null) return null
    const { graph, scheduler, ledger } = this
    return new Checkpointer({
      directory: new CheckpointDirectory(this.#checkpointDir),
      ledger,
      captureOperators: () => captureStreams(graph),
      onWritten: (written) => this.#generator.checkpointWritten(written),
      batchIntervalMs: graph.batchDuration.milliseconds,
      onError: (error) => scheduler.reportError('Error writing a checkpoint', error),
    })
  }

  /**
   * Keeps the RDDs of every batch at least this long, for use outside of the stream; once per context.
   * @param duration a number is seconds. @throws IllegalArgumentException when it was set before.
   */
  remember(duration: DurationLike): void {
    this.graph.remember(toDuration(duration))
  }

  /**
   * All records of all streams.
   * @throws IllegalArgumentException for an empty list, or streams of different contexts or slide durations.
   */
  union<T>(streams: readonly DStream<T>[]): DStream<T>
  union<T>(...streams: readonly DStream<T>[]): DStream<T>
  union<T>(...args: readonly (DStream<T> | readonly DStream<T>[])[]): DStream<T> {
    return new OperatorDStream<T>(this, new UnionOperator<T>(args.flat() as DStream<T>[]))
  }

  /**
   * Whatever `f` makes of the batch's RDDs of several streams. `f` runs on the driver, once for every batch, when the batch is generated.
   * @param f gets the RDDs in the order of the streams, and the batch's time; may be async.
   */
  transform<T, U>(
    streams: readonly DStream<T>[],
    f: (rdds: readonly RDD<T>[], time: Time) => MaybePromise<RDD<U>>,
  ): DStream<U> {
    const operator = new TransformedOperator<U>(streams, 'transform', (rdds, time) =>
      f(rdds as readonly RDD<T>[], time),
    )
    return new OperatorDStream<U>(this, operator)
  }

  /** Tells `listener` what happens from now on. */
  addStreamingListener(listener: StreamingListener): void {
    this.#events.addListener(listener)
  }

  /** Tells `listener` nothing more, also of what has happened and it has not heard yet. */
  removeStreamingListener(listener: StreamingListener): void {
    this.#events.removeListener(listener)
  }

  /**
   * Starts the streams: the first batch ends at the next multiple of the interval. Again while it runs does nothing.
   * @throws IllegalStateException when the context was stopped, or another one is running in this process.
   * @throws IllegalArgumentException when there is no output operation, or settings do not fit together.
   */
  async start(): Promise<void> {
    switch (this.#state) {
      case StreamingContextState.INITIALIZED:
        // A context that is in another's way stays as it is, and may be started later.
        if (this.#starting === null) assertNoneRunning()
        this.#starting ??= this.#start()
        return this.#starting
      case StreamingContextState.ACTIVE:
        log('WARN', 'StreamingContext', 'StreamingContext has already been started')
        return
      case StreamingContextState.STOPPED:
        throw new IllegalStateException('STREAMING_CONTEXT_STOPPED', 'StreamingContext has already been stopped')
    }
  }

  async #start(): Promise<void> {
    this.#startSite = captureLongCallSite('start').long
    this.#startProperties = propertiesForBatches(this.sparkContext)
    running = this
    try {
      this.sparkContext.assertNotStopped()
      this.graph.validate()
      const checking = this.graph.checkFunctions()
      if (checking !== undefined) await checking
      // A flow of its own: what the caller sets later does not hold for the batches.
      await this.sparkContext.withLocalProperties(this.#startProperties, () => this.#startScheduler())
      if (this.getState() === StreamingContextState.STOPPED) {
        throw new IllegalStateException('STREAMING_CONTEXT_STOPPED', 'StreamingContext was stopped while it started')
      }
    } catch (error) {
      logFailure('StreamingContext', 'Error starting the context, marking it as stopped', error)
      this.#state = StreamingContextState.STOPPED
      await this.#stopWorking({ stopGracefully: false })
      if (running === this) running = null
      this.#waiter.notifyStop()
      throw error
    }
    this.#state = StreamingContextState.ACTIVE
    this.#onEnd.push(
      addShutdownHook((signal) => void this.#stopOnSignal(signal)),
      watchUnhandledRejections(),
      this.sparkContext.onStop(() => this.#stopOnce({ stopGracefully: false })),
    )
    log('INFO', 'StreamingContext', 'StreamingContext started')
  }

  async #startScheduler(): Promise<void> {
    for (const { rateController } of this.graph.inputStreams) {
      if (rateController !== null) this.addStreamingListener(rateController)
    }
    const extraListeners = this.#conf.readSetting(EXTRA_LISTENERS)
    for (const listener of await loadExtraListeners(extraListeners)) this.addStreamingListener(listener)
    this.#checkpointer = this.#createCheckpointer()
    if (this.#recovered === null) await this.#generator.start(this.#checkpointer)
    else await this.#goOn(this.#checkpointer!, this.#recovered)
    const inputStreams = this.graph.inputStreams.map(({ id, displayName }) => ({ streamId: id, name: displayName }))
    this.#events.streamStarted(this.graph.batchDuration.milliseconds, inputStreams)
  }

  async #goOn(checkpointer: Checkpointer, { checkpoint, name }: ReadCheckpoint): Promise<void> {
    restoreRun(this.graph, this.ledger, checkpoint, checkpointer.directory)
    const { again, missed } = await this.#generator.restart(checkpointer, checkpoint)
    log(
      'WARN',
      'StreamingContext',
      `Going on from ${name} in ${checkpointer.directory.path}; ` +
        `batches that were not completed and run again: ${again}; batches that were missed since and are made up for: ${missed}`,
    )
  }

  /**
   * Waits until the context is stopped.
   * @param timeout seconds, or a Duration, after which to return all the same.
   * @throws the first error of any batch, whenever it came. @throws SparkException within an output operation or another function of a batch, when there is
   * no timeout: the batch would wait for itself.
   */
  awaitTermination(timeout?: DurationLike, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (timeout === undefined && isWithinBatch()) {
      return refusedWithinBatch(
        new SparkException(
          'WAIT_WITHIN_BATCH',
          'awaitTermination() was called within a function of a batch, such as that of foreachRDD: the batch would wait for the end of the context, which waits ' +
            'for the batch. Call it where the program called start().',
        ),
      )
    }
    return this.#awaitTermination(timeout, options.signal)
  }

  async #awaitTermination(timeout: DurationLike | undefined, signal: AbortSignal | undefined): Promise<void> {
    const timeoutMs = timeout === undefined ? undefined : toDuration(timeout).milliseconds
    await this.#waiter.waitForStopOrError(timeoutMs, signal)
  }

  /**
   * Waits until the context is stopped, or the time is over.
   * @param timeout a number is seconds.
   * @returns whether it is stopped. @throws the first error of any batch, whenever it came.
   */
  awaitTerminationOrTimeout(timeout: DurationLike, options: { readonly signal?: AbortSignal } = {}): Promise<boolean> {
    return this.#waiter.waitForStopOrError(toDuration(timeout).milliseconds, options.signal)
  }

  /**
   * Stops the streams, and unless told otherwise the SparkContext. Again does no harm.
   * @returns a promise that resolves when nothing of the context is left running.
   * @throws SparkException when called by a listener, also behind an `await` in an async one that is not done. @throws SparkException when a graceful stop is
   * called within an output operation or another function of a batch: the stop waits for the batches.
   */
  stop(stopSparkContext?: boolean, stopGracefully?: boolean): Promise<void>
  stop(options: StopOptions): Promise<void>
  stop(first?: boolean | StopOptions, stopGracefully = false): Promise<void> {
    const options = (typeof first === 'object' ? first : { stopSparkContext: first, stopGracefully }) as StopOptions
    if ((options.stopGracefully ?? false) && isWithinBatch()) {
      return refusedWithinBatch(
        new SparkException(
          'STOP_WITHIN_BATCH',
          'Cannot stop StreamingContext gracefully within a function of a batch, such as that of foreachRDD: the stop would wait for the batch, and the batch for ' +
            'the stop. Have the program that called start() stop it, or a listener from setImmediate(), or stop it without stopGracefully.',
        ),
      )
    }
    const stopped = this.#stopUnlessWithinListener(options)
    // A listener that does not wait for the stop must not end the process with it.
    if (this.#events.isWithinListener) stopped.catch(logFailureToStop)
    return stopped
  }

  async #stopUnlessWithinListener(options: StopOptions): Promise<void> {
    if (this.#events.isWithinListener) throw stopWithinListener()
    const byDefault = this.#conf.readSetting(STOP_SPARK_CONTEXT_BY_DEFAULT)
    await this.#stopOnce(options)
    if (options.stopSparkContext ?? byDefault) await this.sparkContext.stop()
  }

  /** `stop()`, for `await using`; nothing when it is stopped already. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === StreamingContextState.STOPPED) await this.#stopping
    else await this.stop()
  }

  async #stopOnce(options: StopOptions): Promise<void> {
    // A start that is under way comes to its end first; if it fails, that is the starter's to hear.
    if (this.#starting !== null && !(await this.#isStartSettled(this.#starting))) {
      log('WARN', 'StreamingContext', `The start has not ended within ${STOP_TIMEOUT.key}: it is given up`)
      this.#stopping ??= this.#stop({ stopGracefully: false })
      return this.#stopping
    }
    switch (this.#state) {
      case StreamingContextState.INITIALIZED:
        log('WARN', 'StreamingContext', 'StreamingContext has not been started yet')
        this.#state = StreamingContextState.STOPPED
        this.#waiter.notifyStop()
        return
      case StreamingContextState.STOPPED:
        log('WARN', 'StreamingContext', 'StreamingContext has already been stopped')
        return
      case StreamingContextState.ACTIVE:
        if (this.#stopping !== null) log('INFO', 'StreamingContext', 'StreamingContext is already being stopped')
        this.#stopping ??= this.#stop(options)
        return this.#stopping
    }
  }

  /** Whether the start ends, well or not, in a limited time. */
  async #isStartSettled(starting: Promise<void>): Promise<boolean> {
    const settled = starting.then(
      () => true,
      () => true,
    )
    const { signal, clear } = deadline(this.#conf.readSetting(STOP_TIMEOUT))
    const late = new Promise<false>((resolve) => signal.addEventListener('abort', () => resolve(false), { once: true }))
    const isSettled = await Promise.race([settled, late])
    clear()
    return isSettled
  }

  async #stop(options: StopOptions): Promise<void> {
    await this.#stopWorking(options)
    this.#state = StreamingContextState.STOPPED
    if (running === this) running = null
    for (const end of this.#onEnd.splice(0)) end()
    this.#waiter.notifyStop()
    log('INFO', 'StreamingContext', 'StreamingContext stopped successfully')
  }

  #stopWorking(options: StopOptions): Promise<void> {
    const { graph, scheduler, sparkContext, clock } = this
    const parts = {
      graph,
      scheduler,
      sparkContext,
      clock,
      generator: this.#generator,
      checkpointer: this.#checkpointer,
      events: this.#events,
      jobTag: this.#jobTag,
      stopTimeoutMs: this.#conf.readSetting(STOP_TIMEOUT),
    }
    return stopInOrder(parts, { gracefully: options.stopGracefully ?? false, signal: options.signal })
  }

  async #stopOnSignal(name: NodeJS.Signals): Promise<void> {
    const stopGracefully = this.#conf.readSetting(STOP_GRACEFULLY_ON_SHUTDOWN)
    log('INFO', 'StreamingContext', `Invoking stop(stopGracefully=${stopGracefully}) from shutdown hook on ${name}`)
    const { signal, clear } = deadline(gracefulStopMs(this.#conf, this.graph.batchDuration, GRACEFUL_SHUTDOWN_MS))
    await this.stop({ stopSparkContext: true, stopGracefully, signal }).catch(logFailureToStop)
    clear()
  }

  /**
   * Resolves once the batch at `time` and those before it are done, and what they left behind is cleaned up. For tests, which move the clock.
   * @internal
   */
  async batchProcessed(time: Time): Promise<void> {
    if (this.graph.zeroTime?.greaterEq(time) ?? true) return
    await this.#generator.waitUntil(() => this.#generator.lastGenerated?.greaterEq(time) ?? false)
    await this.scheduler.whenIdle()
  }

  /**
   * The user's line that adds a stream or an output operation to the context.
   * @throws IllegalStateException once the context was started or stopped. @internal
   */
  callSiteOfNewStream(operation: string): string {
    const site = this.sparkContext.callSite(operation)
    if (this.#state === StreamingContextState.INITIALIZED && this.#starting === null) return site
    const event = this.#state === StreamingContextState.STOPPED ? 'stopping' : 'starting'
    throw new IllegalStateException(
      `STREAMING_CONTEXT_${event === 'starting' ? 'STARTED' : 'STOPPED'}`,
      `Adding new inputs, transformations, and output operations after ${event} a context is not supported (${site})`,
    )
  }

  /** How errors name a context that is in another's way. @internal */
  get startSite(): string {
    return this.#startSite
  }
}

checkMethods(StreamingContext, 'StreamingContext', { ...INPUT_METHODS, ...STREAMING_CONTEXT_METHODS })
checkActions(StreamingContext, 'StreamingContext', STREAMING_CONTEXT_ACTIONS)
checkActions({ prototype: StreamingContext }, 'StreamingContext', STREAMING_CONTEXT_MAKERS)

function assertSetup(setup: unknown): asserts setup is () => MaybePromise<StreamingContext> {
  if (typeof setup === 'function') return
  throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `setup must be a function, but is ${String(setup)}`)
}

type ContextArguments =
  | [sparkContext: SparkContext | SparkConf, batchDuration: DurationLike, options?: StreamingContextOptions | undefined]
  | [master: string, appName: string, batchDuration: DurationLike, options?: StreamingContextOptions | undefined]

function contextArguments(
  args: ContextArguments,
): [
  sparkContext: SparkContext | SparkConf,
  batchDuration: DurationLike,
  options?: StreamingContextOptions | undefined,
] {
  if (typeof args[0] !== 'string') return args as Exclude<ContextArguments, [string, ...unknown[]]>
  const [master, appName, batchDuration, options] = args as Extract<ContextArguments, [string, ...unknown[]]>
  return [new SparkConf().setMaster(master).setAppName(appName), batchDuration, options]
}

function assertNoneRunning(): void {
  if (running === null) return
  throw new IllegalStateException(
    'MULTIPLE_STREAMING_CONTEXTS',
    `Only one StreamingContext may be started in this process. Currently running StreamingContext was started at\n${running.startSite}`,
  )
}

/** What Spark clears of the local properties of whoever starts a context; the batches have the others. */
const NOT_FOR_BATCHES = ['callSite.short', 'spark.jobGroup.id', 'spark.job.description', 'spark.job.interruptOnCancel']

function propertiesForBatches(sparkContext: SparkContext): Readonly<Record<string, string>> {
  const { localProperties } = sparkContext.jobProperties('start')
  return Object.fromEntries(Object.entries(localProperties).filter(([key]) => !NOT_FOR_BATCHES.includes(key)))
}

function stopWithinListener(): SparkException {
  return new SparkException(
    'STOP_WITHIN_LISTENER',
    'Cannot stop StreamingContext within listener bus thread. Call stop() once the listener method has returned, for instance from setImmediate().',
  )
}

/** Fails the batch, also where its function does not wait for the call. */
function refusedWithinBatch(error: SparkException): Promise<never> {
  return watched(Promise.reject(error))
}

function logFailureToStop(error: unknown): void {
  logFailure('StreamingContext', 'Error while stopping the context', error)
}
