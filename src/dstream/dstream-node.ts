import type { PlainData } from '../batches/checkpoint/plain-data.ts'
import { describeError } from '../batches/describe-error.ts'
import { Duration, type DurationLike, toDuration } from '../batches/duration.ts'
import { Interval } from '../batches/interval.ts'
import { type MaybePromise, mapInOrder, whenReady } from '../batches/maybe-promise.ts'
import { Time } from '../batches/time.ts'
import { REFUSE } from '../closure/wire/closure-error.ts'
import { IllegalArgumentException, SparkException, UnsupportedOperationException } from '../errors.ts'
import { log } from '../log.ts'
import { RDD } from '../rdd/rdd.ts'
import { writeCheckpoints } from '../rdd/saving/checkpointing.ts'
import { StorageLevel } from '../task/storage-level.ts'
import { filesOf, requestCheckpoint } from './checkpoint/rdd-files.ts'
import type { RecoveredRun } from './checkpoint/recovered-run.ts'
import type { StreamRuntime } from './stream-runtime.ts'

/** The local property that names what is made. */
export const CALL_SITE = 'callSite.short'

/** RDDs whose lineage grows are checkpointed about this often unless the user says otherwise. */
const DEFAULT_CHECKPOINT_MS = 10_000

/**
 * The working part of a DStream: its place in the graph and in time. It makes the RDD of each valid batch time once, keeps it as long as
 * somebody may need it, and persists and checkpoints it as asked. The operations that users call are added in the files beside.
 */
export abstract class DStreamNode<T> {
  /** The context that the stream belongs to. */
  readonly context: StreamRuntime
  /** The operation that made the stream: `map`, `queueStream`, … @internal */
  readonly operation: string
  /** The same with the user's line: `map at app.ts:12:24`. */
  readonly creationSite: string
  /** The RDDs made so far and not yet forgotten, by batch time in milliseconds, in the order in which they were made. */
  readonly #generated = new Map<number, MaybePromise<RDD<T> | null>>()
  /** Times of the RDDs among them that were read from a checkpoint of an earlier run. */
  readonly #restored = new Set<number>()
  /** RDDs that this run computed in addition to a restored RDD, by batch time: see {@link getOrComputeAnew}. */
  readonly #computedAnew = new Map<number, MaybePromise<RDD<T> | null>>()
  #givenName: string | null = null
  #zeroTime: Time | null = null
  #rememberDuration: Duration | null = null
  #checkpointDuration: Duration | null = null
  #storageLevel: StorageLevel = StorageLevel.NONE
  /** The stream's first batch, in milliseconds, where it is younger than the run that it is part of. */
  #firstBatch = Number.NEGATIVE_INFINITY

  /** @throws IllegalStateException when the context was started or stopped already. */
  constructor(context: StreamRuntime, operation: string) {
    this.context = context
    this.operation = operation
    this.creationSite = context.callSiteOfNewStream(operation)
    context.graph.addStream(this)
  }

  /** Why a function that uses a stream cannot be shipped. @internal */
  get [REFUSE](): string {
    return (
      'is of the driver alone: a DStream is referred to from within a function that runs on workers. A function gets its batch’s records, ' +
      'and whatever it needs of another stream comes by a join or by transformWith; read what else it uses into a local `const` first'
    )
  }

  /** The streams whose RDDs this one's are made of. */
  abstract get dependencies(): readonly DStreamNode<unknown>[]
  /** The stream gives an RDD every so often; a multiple of the batch interval. */
  abstract get slideDuration(): Duration
  /** The RDD of the batch at `validTime`, or null when there is none. Called by the context, at most once per batch that gives one. */
  abstract compute(validTime: Time): MaybePromise<RDD<T> | null>

  /** Spark's class of the stream, for messages. */
  protected get className(): string {
    return this.constructor.name
  }
  /** Whether the stream cannot do without a checkpoint directory. @internal */
  get mustCheckpoint(): boolean {
    return false
  }
  /** Whether its RDDs are states, as `StateRDD`s. @internal */
  get keepsState(): boolean {
    return false
  }
  /** The stream of states whose batches' outputs this one reads, which no checkpoint keeps. @internal */
  get outputsOf(): DStreamNode<unknown> | undefined {
    return undefined
  }
  /**
   * How far back a batch of this stream reads its parents: it reads those of their batches at (time - reach, time], and the one at `time` where the reach
   * is 0, in milliseconds. Null, for a stream of a user's own, where nobody knows. @internal
   */
  get parentReachMs(): number | null {
    return null
  }
  /** How long the parents must remember their RDDs for this stream's sake. @internal */
  get parentRememberDuration(): Duration {
    return this.rememberDuration
  }

  /**
   * Names the stream for checkpoints: a later version of the program finds its data by this name, wherever the stream then stands.
   * @param name unique in the context. @throws IllegalArgumentException when another stream has it.
   */
  name(name: string): this {
    this.context.graph.reserveName(name, this)
    this.#givenName = name
    return this
  }
  /** What {@link name} gave, or null. @internal */
  get givenName(): string | null {
    return this.#givenName
  }

  /** The batch before the first one (Spark's `zeroTime`); null until the context is started. */
  get zeroTime(): Time | null {
    return this.#zeroTime
  }
  /** Whether the context was started, so that the stream knows the time of its first batch. */
  get isInitialized(): boolean {
    return this.#zeroTime !== null
  }
  /** How long the stream keeps its RDDs, and so may ask for its parents' of earlier batches; known once the context starts. */
  get rememberDuration(): Duration {
    if (this.#rememberDuration === null) throw notInitialized(this)
    return this.#rememberDuration
  }
  /** How often the stream's RDDs are checkpointed, or null for never. @internal */
  get checkpointDuration(): Duration | null {
    return this.#checkpointDuration
  }
  /** @internal */
  get storageLevel(): StorageLevel {
    return this.#storageLevel
  }
  /** The RDDs that are remembered now, by batch time in milliseconds. @internal */
  get generatedRDDs(): ReadonlyMap<number, MaybePromise<RDD<T> | null>> {
    return this.#generated
  }

  /**
   * Keeps each batch's RDD for those who use it more than once.
   * @param level serialised memory unless given.
   * @throws UnsupportedOperationException after the context was started.
   */
  persist(level: StorageLevel = StorageLevel.MEMORY_ONLY_SER): this {
    if (this.isInitialized) {
      throw new UnsupportedOperationException(
        'STREAM_ALREADY_STARTED',
        'Cannot change storage level of a DStream after streaming context has started',
      )
    }
    this.#storageLevel = level
    return this
  }

  /** {@link persist} in serialised memory. */
  cache(): this {
    return this.persist()
  }

  /**
   * Writes the RDD of every `interval` to the checkpoint directory, so that its lineage ends there; also persists the stream.
   * @param interval a number is seconds; a multiple of the stream's slide duration.
   * @throws UnsupportedOperationException after the context was started.
   */
  checkpoint(interval: DurationLike): this {
    if (this.isInitialized) {
      throw new UnsupportedOperationException(
        'STREAM_ALREADY_STARTED',
        'Cannot change checkpoint interval of a DStream after streaming context has started',
      )
    }
    this.persist()
    this.#checkpointDuration = toDuration(interval)
    return this
  }

  /**
   * Gives the stream its place in time, and its parents theirs. Safe to call again with the same time, as happens when two streams share a parent.
   * @internal
   */
  initialize(zeroTime: Time): void {
    if (this.#zeroTime !== null) {
      if (this.#zeroTime.equals(zeroTime)) return
      throw new SparkException(
        'ZERO_TIME_SET',
        `ZeroTime is already initialized to ${this.#zeroTime}, cannot initialize it again to ${zeroTime}`,
      )
    }
    this.#zeroTime = zeroTime
    if (this.mustCheckpoint && this.#checkpointDuration === null) {
      const slideMs = this.slideDuration.milliseconds
      this.#checkpointDuration = new Duration(slideMs * Math.ceil(DEFAULT_CHECKPOINT_MS / slideMs))
      log('INFO', this.className, `Checkpoint interval automatically set to ${this.#checkpointDuration}`)
    }
    let least = this.slideDuration
    if (this.#checkpointDuration !== null && least.lessEq(this.#checkpointDuration)) {
      least = this.#checkpointDuration.times(2)
    }
    if (this.#rememberDuration === null || this.#rememberDuration.less(least)) this.#rememberDuration = least
    for (const parent of this.dependencies) parent.initialize(zeroTime)
  }

  /** Raises how long the stream alone keeps its RDDs. @internal */
  protected rememberAtLeast(duration: Duration): void {
    if (this.#rememberDuration === null || duration.greater(this.#rememberDuration)) this.#rememberDuration = duration
  }

  /** Raises, never lowers, how long the stream keeps its RDDs, and what follows from that for its parents. @internal */
  remember(duration: Duration | null): void {
    if (duration !== null && (this.#rememberDuration === null || duration.greater(this.#rememberDuration))) {
      this.#rememberDuration = duration
      log('INFO', this.className, `Duration for remembering RDDs set to ${duration} for ${this}`)
    }
    for (const parent of this.dependencies) parent.remember(this.parentRememberDuration)
  }

  /** @throws IllegalArgumentException when the checkpoint settings do not fit together. @internal */
  validateAtStart(): void {
    const { className, slideDuration } = this
    const interval = this.#checkpointDuration
    if (interval === null) return
    requireThat(
      this.context.sparkContext.checkpointDir !== null,
      `The checkpoint directory has not been set. Please set it by StreamingContext.checkpoint(). ${this.creationSite} needs one: call ssc.checkpoint(directory) before ssc.start().`,
    )
    requireThat(
      interval.greaterEq(slideDuration),
      `The checkpoint interval for ${className} has been set to ${interval} which is lower than its slide time (${slideDuration}). Please set it to at least ${slideDuration}.`,
    )
    requireThat(
      interval.isMultipleOf(slideDuration),
      `The checkpoint interval for ${className} has been set to  ${interval} which not a multiple of its slide time (${slideDuration}). Please set it to a multiple of ${slideDuration}.`,
    )
    requireThat(
      !this.#storageLevel.equals(StorageLevel.NONE),
      `${className} has been marked for checkpointing but the storage level has not been set to enable persisting. Please use DStream.persist() to set the storage level to use memory for better checkpointing performance.`,
    )
    requireThat(
      this.rememberDuration.greater(interval),
      `The remember duration for ${className} has been set to  ${this.rememberDuration} which is not more than the checkpoint interval (${interval}). Please set it to a value higher than ${interval}.`,
    )
  }

  /** Whether the stream gives an RDD at `time`: after zero time, on its slide. @internal */
  isTimeValid(time: Time): boolean {
    if (this.#zeroTime === null) throw notInitialized(this)
    const sinceZero = time.milliseconds - this.#zeroTime.milliseconds
    return sinceZero > 0 && sinceZero % this.slideDuration.milliseconds === 0
  }

  /** The RDD of the batch at `time`: the one made before, or made now; null when the stream has none at that time. @internal */
  getOrCompute(time: Time): MaybePromise<RDD<T> | null> {
    const known = this.#generated.get(time.milliseconds)
    if (known !== undefined) return known
    if (!this.isTimeValid(time) || time.milliseconds < this.#firstBatch) return null
    const made = whenReady(this.#computeAtCreationSite(time), (rdd) => this.#prepare(rdd, time))
    // When a program asks for a batch before the batch is due, by `slice`, the batch is computed again when it is due: by then more data may have come.
    if (made !== null && time.milliseconds <= this.context.ledger.newestDue)
      remember(this.#generated, time.milliseconds, made)
    return made
  }

  /**
   * The RDD of the batch at `time`, computed in this run: where {@link getOrCompute} gives one that was read from a checkpoint, this one is made of the batch
   * before. For those who read what a checkpoint does not keep. @internal
   */
  getOrComputeAnew(time: Time): MaybePromise<RDD<T> | null> {
    const key = time.milliseconds
    if (!this.#restored.has(key)) return this.getOrCompute(time)
    const known = this.#computedAnew.get(key)
    if (known !== undefined) return known
    const made = whenReady(this.#computeAtCreationSite(time), (rdd) => this.#persist(rdd))
    if (made !== null) remember(this.#computedAnew, key, made)
    return made
  }

  #computeAtCreationSite(time: Time): MaybePromise<RDD<T> | null> {
    // The RDDs that make up a stream bear the name of the user's line that made the stream; there is no user's line on this stack.
    const { sparkContext, startProperties } = this.context
    return sparkContext.withLocalProperties({ ...startProperties, [CALL_SITE]: this.creationSite }, () =>
      this.compute(time),
    )
  }

  #prepare(rdd: RDD<T> | null, time: Time): RDD<T> | null {
    if (rdd === null) return null
    this.#persist(rdd)
    const interval = this.#checkpointDuration
    if (interval !== null && time.minus(this.#zeroTime!).isMultipleOf(interval)) this.#requestCheckpoint(rdd, time)
    return rdd
  }

  #persist(rdd: RDD<T> | null): RDD<T> | null {
    if (!this.#storageLevel.equals(StorageLevel.NONE)) rdd?.persist(this.#storageLevel)
    return rdd
  }

  #requestCheckpoint(rdd: RDD<T>, time: Time): void {
    const { checkpointDirectory: directory, graph } = this.context
    // A state is that of the batch before with a few changes; another stream's batches have nothing to do with each other.
    if (directory === null) {
      rdd.checkpoint()
      return
    }
    const previous = () => (this.mustCheckpoint ? this.#lastWrittenBefore(time) : null)
    const request = { directory, operatorId: graph.operatorId(this), time: time.milliseconds, previous }
    requestCheckpoint(rdd as RDD<never>, request)
  }

  /**
   * Writes the state after the newest batch that is completed, if the stream is one of states and that state is not written yet; nothing without a checkpoint
   * directory of the streams. @internal
   */
  async writeNewestState(): Promise<void> {
    const { checkpointDirectory, ledger } = this.context
    if (!this.mustCheckpoint || !this.isInitialized || checkpointDirectory === null) return
    let newest: { readonly rdd: RDD<T>; readonly time: number } | null = null
    for (const [time, rdd] of this.#generated) {
      if (rdd instanceof RDD && ledger.stateOf(time) === 'completed' && time > (newest?.time ?? 0))
        newest = { rdd, time }
    }
    if (newest === null || filesOf(newest.rdd as RDD<never>) !== null) return
    const { rdd, time } = newest
    this.#requestCheckpoint(rdd, new Time(time))
    await writeCheckpoints(rdd.context, await rdd.resolve(), rdd.context.jobProperties('checkpoint'))
  }

  #lastWrittenBefore(time: Time): RDD<never> | null {
    let last: RDD<never> | null = null
    let lastTime = Number.NEGATIVE_INFINITY
    for (const [key, rdd] of this.#generated) {
      if (key <= lastTime || key >= time.milliseconds || !(rdd instanceof RDD)) continue
      if (filesOf(rdd as RDD<never>) === null) continue
      last = rdd as RDD<never>
      lastTime = key
    }
    return last
  }

  /**
   * Returns the plain data that a checkpoint keeps for the stream beside its RDDs: for a source, the positions of the batches that may run again.
   * Called before a batch's jobs run and after they have ended. Undefined, as here, means no data.
   */
  checkpointData(): PlainData | undefined {
    return undefined
  }

  /** Files below the checkpoint directory that {@link checkpointData} refers to; they are removed when no checkpoint does so any more. @internal */
  checkpointFiles(): readonly string[] {
    return []
  }

  /**
   * Reads the batches' inputs out of the stream's data in a checkpoint of the format before the ledger, by batch time in milliseconds. @internal
   */
  inputsOfEarlierFormat(_data: PlainData): Readonly<Record<string, PlainData>> {
    return {}
  }

  /** Takes back what {@link checkpointData} gave in an earlier run; called before the context starts. */
  restoreCheckpointData(_data: PlainData, _run: RecoveredRun): void {}

  /** @throws SparkException when a stream of this kind cannot go on from the checkpoint that was read at `path`. @internal */
  assertRecoverable(_path: string): void {}

  /** Takes the RDD of a batch of an earlier run. @internal */
  restoreRDD(time: number, rdd: RDD<T>): void {
    this.#persist(rdd)
    this.#generated.set(time, rdd)
    this.#restored.add(time)
  }

  /** Lets the stream begin in the midst of a run: there is nothing of it before `time`, milliseconds since the epoch. @internal */
  beginAt(time: number): void {
    this.#firstBatch = time
  }

  /**
   * Forgets the RDDs that nobody needs once an attempt to run the batch at `_time` is over: those for which {@link mayForget} holds. A source that keeps the
   * positions of its batches overrides it, calls it, and forgets those for which `mayForget` holds.
   */
  clearMetadata(_time: Time, isUnpersisting: boolean): void {
    const { needed, neededLater } = this.context.ledger
    const reachMs = this.rememberDuration.milliseconds
    const floors = this.context.graph.floorsOf(this)
    for (const [key, rdd] of this.#generated) {
      if (needed.includes(key, reachMs, floors)) continue
      // An RDD that is written for a later run stays known to checkpoints, and keeps nothing in memory.
      const isWritten = rdd instanceof RDD && filesOf(rdd as RDD<never>) !== null
      const isKept = isWritten && neededLater.includes(key, reachMs, floors)
      if (!isKept) {
        this.#generated.delete(key)
        this.#restored.delete(key)
      }
      if (isUnpersisting) this.#unpersist(rdd)
    }
    for (const [key, rdd] of this.#computedAnew) {
      if (needed.includes(key, reachMs, floors)) continue
      this.#computedAnew.delete(key)
      if (isUnpersisting) this.#unpersist(rdd)
    }
  }

  /**
   * Whether no batch that may still run, in this run or a later one, reads what the stream had at `time`: only then may its positions be forgotten.
   * @param time milliseconds since the epoch.
   */
  protected mayForget(time: number): boolean {
    const { ledger, graph } = this.context
    return !ledger.neededLater.includes(time, this.rememberDuration.milliseconds, graph.floorsOf(this))
  }

  /** The time of the newest RDD that is written and not younger than a time, in milliseconds; minus infinity where there is none. @internal */
  newestWritten(atOrBefore: number): number {
    let newest = Number.NEGATIVE_INFINITY
    for (const [key, rdd] of this.#generated) {
      if (key <= newest || key > atOrBefore || !(rdd instanceof RDD)) continue
      if (filesOf(rdd as RDD<never>) !== null) newest = key
    }
    return newest
  }

  #unpersist(made: MaybePromise<RDD<T> | null>): void {
    const free = (rdd: RDD<T> | null) => {
      // The user may have persisted an RDD in an output operation. RDDs that are not persisted need no call of the engine.
      if (rdd === null || rdd.getStorageLevel().equals(StorageLevel.NONE)) return
      rdd.unpersist().catch((error: unknown) => {
        log('WARN', this.className, `An RDD of ${this} could not be unpersisted: ${describeError(error)}`)
      })
    }
    if (made instanceof Promise) made.then(free, () => {})
    else free(made)
  }

  /**
   * The RDDs from one time to another, both included, or those of an interval. Times off the stream's slide are moved back onto it; an RDD that
   * was forgotten is computed again.
   * @throws SparkException before the context was started.
   */
  slice(fromTime: Time, toTime: Time): Promise<RDD<T>[]>
  slice(interval: Interval): Promise<RDD<T>[]>
  async slice(first: Time | Interval, toTime?: Time): Promise<RDD<T>[]> {
    const zeroTime = this.#zeroTime
    if (zeroTime === null) throw notInitialized(this)
    const [from, to] = first instanceof Interval ? [first.beginTime, first.endTime] : [first, toTime!]
    const alignedFrom = this.#alignToSlide(from, zeroTime, 'fromTime')
    const alignedTo = this.#alignToSlide(to, zeroTime, 'toTime')
    log('INFO', this.className, `Slicing from ${from} to ${to} (aligned to ${alignedFrom} and ${alignedTo})`)
    return this.rddsBetween(alignedFrom, alignedTo)
  }

  /** {@link slice} of times on the stream's slide. @internal */
  rddsBetween(fromTime: Time, toTime: Time): MaybePromise<RDD<T>[]> {
    const times = fromTime.to(toTime, this.slideDuration).filter((time) => time.greaterEq(this.#zeroTime!))
    const rdds = mapInOrder(times, (time) => this.getOrCompute(time))
    return whenReady(rdds, (all) => all.filter((rdd) => rdd !== null))
  }

  #alignToSlide(time: Time, zeroTime: Time, name: string): Time {
    if (time.minus(zeroTime).isMultipleOf(this.slideDuration)) return time
    log('WARN', this.className, `${name} (${time}) is not a multiple of slideDuration (${this.slideDuration})`)
    return time.floor(this.slideDuration, zeroTime)
  }

  /** Spark's class of the stream, for instance `MappedDStream`, with its id and the user's line. */
  toString(): string {
    return `${this.className} (${this.creationSite})`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** Remembers the RDD of a batch. A failed computation, or one without an RDD, is not remembered, so that the next request computes again. */
function remember<T>(
  made: Map<number, MaybePromise<RDD<T> | null>>,
  key: number,
  rdd: MaybePromise<RDD<T> | null>,
): void {
  made.set(key, rdd)
  if (!(rdd instanceof Promise)) return
  rdd.then(
    (ready) => (ready === null ? made.delete(key) : made.set(key, ready)),
    () => made.delete(key),
  )
}

function notInitialized(stream: DStreamNode<unknown>): SparkException {
  return new SparkException('STREAM_NOT_INITIALIZED', `${stream} has not been initialized`)
}

/** Spark's `require`. @throws IllegalArgumentException */
function requireThat(condition: boolean, message: string): void {
  if (!condition) throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `requirement failed: ${message}`)
}
