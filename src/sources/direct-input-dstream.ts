import type { BatchInput } from '../batches/batch-input.ts'
import type { PlainData } from '../batches/checkpoint/plain-data.ts'
import { type MaybePromise, whenReady } from '../batches/maybe-promise.ts'
import type { Time } from '../batches/time.ts'
import type { DStreamContext } from '../dstream/dstream.ts'
import { InputDStream } from '../dstream/input-dstream.ts'
import { RDD } from '../rdd/rdd.ts'
import { BACKPRESSURE_ENABLED } from '../settings/receivers.ts'
import type { BatchPlan, BatchSource, InputLag, SourcePartition } from './batch-source.ts'
import { createRateEstimator } from './receiver/create-rate-estimator.ts'
import { RateController } from './receiver/rate-controller.ts'
import { SourceRDDs } from './source-rdd.ts'

/** Stands for the time of a batch before the first one, in milliseconds. */
const BEFORE_ALL_BATCHES = Number.MIN_SAFE_INTEGER

/**
 * The stream of a {@link BatchSource}: what the driver plans by positions, the batch's tasks read (as Spark's `DirectKafkaInputDStream` does for Kafka). One
 * class serves every source of this kind.
 */
export class DirectInputDStream<T, P extends PlainData = PlainData> extends InputDStream<T> {
  readonly #source: BatchSource<T, P>
  readonly #rateController: RateController | null
  readonly #rdds: SourceRDDs<T>
  /** The plans of batches that were not generated yet, by batch time in milliseconds. */
  readonly #plans = new Map<number, BatchPlan<T, P>>()
  /** Positions of batches that a program looked at before their time, by batch time. */
  readonly #early = new Map<number, P>()
  /** Positions of the newest batch that was planned; a later run's source begins behind them. */
  #newest: P | null = null
  #newestTime = Number.NEGATIVE_INFINITY
  #isOpen = false

  /** @param operation the call that made the stream, for call sites and for the id by which a later run finds it. */
  constructor(context: DStreamContext, source: BatchSource<T, P>, operation = 'directStream') {
    super(context, operation)
    this.#source = source
    this.#rdds = new SourceRDDs(context.sparkContext, operation)
    const conf = context.sparkContext.getConf()
    this.#rateController = conf.readSetting(BACKPRESSURE_ENABLED)
      ? new RateController(
          this.id,
          createRateEstimator((key) => conf.getOption(key), context.graph.batchDuration.milliseconds),
          () => {},
        )
      : null
  }

  override get batchInput(): BatchInput | null {
    return this
  }

  /** The id of the stream. @internal */
  get inputId(): string {
    return this.context.graph.operatorId(this)
  }

  override get rateController(): RateController | null {
    return this.#rateController
  }

  override start(): MaybePromise<void> {
    for (const [time, positions] of this.context.ledger.inputsOf(this.inputId)) this.#note(time, positions as P)
    return whenReady(this.#source.open(this.#newest), () => {
      this.#isOpen = true
      if (this.#newest !== null) return
      return whenReady(this.#source.beginning?.(), (beginning) => {
        if (beginning !== undefined) this.#note(BEFORE_ALL_BATCHES, beginning)
      })
    })
  }

  /** How far batches are behind what the source has; null where the source does not say. */
  async lag(): Promise<InputLag | null> {
    return (await this.#source.lag?.()) ?? null
  }

  /** @internal */
  plan(time: Time): MaybePromise<PlainData | undefined> {
    const early = this.#early.get(time.milliseconds)
    if (early === undefined) return this.context.graph.isRead(this, time) ? this.#plan(time) : undefined
    this.#early.delete(time.milliseconds)
    return early
  }

  #plan(time: Time): MaybePromise<P> {
    return whenReady(this.#source.plan(time, { maxRecords: this.#maxRecords }), (plan) => {
      this.#plans.set(time.milliseconds, plan)
      this.#note(time.milliseconds, plan.positions)
      return plan.positions
    })
  }

  override compute(validTime: Time): MaybePromise<RDD<T>> {
    const time = validTime.milliseconds
    const plan = this.#plans.get(time)
    if (plan !== undefined) {
      this.#plans.delete(time)
      this.#report(validTime, plan)
      return this.#rddOf(plan.partitions)
    }
    const positions = this.#early.get(time) ?? this.context.ledger.inputOf(time, this.inputId)
    if (positions === undefined && time > this.context.ledger.newestDue && time > this.#newestTime) {
      return this.#computeEarly(validTime)
    }
    // The ledger has no entry for a batch that an earlier run has completed and forgotten, that was given up because it could not be planned, or that no output reads.
    if (positions === undefined) return this.context.sparkContext.emptyRDD<T>()
    return whenReady(this.#source.replan(validTime, positions as P), (partitions) => {
      this.#report(validTime, this.#source.describe?.(positions as P) ?? { records: null })
      return this.#rddOf(partitions)
    })
  }

  /** A program may ask for a batch whose time has not come, by `slice`: that batch then has what was planned for it now. */
  #computeEarly(validTime: Time): MaybePromise<RDD<T>> {
    return whenReady(this.#plan(validTime), (positions) => {
      this.#early.set(validTime.milliseconds, positions)
      return this.#rddOf(this.#plans.get(validTime.milliseconds)!.partitions)
    })
  }

  /** @internal */
  forget(time: number): void {
    this.#plans.delete(time)
  }

  /** @internal */
  completed(time: Time, positions: PlainData): MaybePromise<void> {
    return this.#source.completed?.(time, positions as P)
  }

  override checkpointData(): PlainData | undefined {
    return this.#newest === null ? undefined : { newest: this.#newest, newestTime: this.#newestTime }
  }

  override restoreCheckpointData(data: PlainData): void {
    const kept = data as { readonly newest?: P; readonly newestTime?: number }
    if (kept.newest !== undefined && kept.newestTime !== undefined) this.#note(kept.newestTime, kept.newest)
  }

  override async stop(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#source.close()
  }

  #note(time: number, positions: P): void {
    if (time < this.#newestTime) return
    this.#newestTime = time
    this.#newest = positions
  }

  /** Records that back-pressure lets a batch have. */
  get #maxRecords(): number | null {
    const rate = this.#rateController?.latestRate ?? -1
    return rate < 0 ? null : Math.max(1, Math.floor((rate * this.slideDuration.milliseconds) / 1000))
  }

  #report(time: Time, { records, info = {} }: Pick<BatchPlan<T, P>, 'records' | 'info'>): void {
    const { inputInfoTracker } = this.context.scheduler
    if (inputInfoTracker.getInfo(time).has(this.id)) return
    inputInfoTracker.reportInfo(time, {
      inputStreamId: this.id,
      numRecords: records ?? 0,
      metadata: new Map(Object.entries(info)),
    })
  }

  #rddOf(partitions: readonly SourcePartition<T>[] | RDD<T>): RDD<T> {
    return partitions instanceof RDD ? partitions : this.#rdds.of(partitions)
  }
}
