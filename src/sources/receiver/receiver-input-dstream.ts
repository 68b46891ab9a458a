import type { BatchInput } from '../../batches/batch-input.ts'
import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import type { NeededBatches } from '../../batches/ledger/needed-batches.ts'
import type { MaybePromise } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import type { DStreamContext } from '../../dstream/dstream.ts'
import { InputDStream } from '../../dstream/input-dstream.ts'
import { RDD } from '../../rdd/rdd.ts'
import { RDDLineage } from '../../rdd/rdd-lineage.ts'
import { createRateEstimator } from './create-rate-estimator.ts'
import { LocalReceiverTracker } from './local-receiver-tracker.ts'
import { RateController } from './rate-controller.ts'
import type { Receiver } from './receiver.ts'

/**
 * A stream of what a receiver brings (Spark's `ReceiverInputDStream`): each block that it stored since the last batch is one partition,
 * so a batch has about as many as the block interval goes into the batch interval; an empty one has none.
 */
export class ReceiverInputDStream<T> extends InputDStream<T> {
  readonly #receiver: Receiver<T>
  readonly #tracker: LocalReceiverTracker
  readonly #rateController: RateController | null

  constructor(context: DStreamContext, receiver: Receiver<T>, operation = 'receiverStream') {
    super(context, operation)
    this.#receiver = receiver
    this.#tracker = receiverTrackerOf(context)
    this.#tracker.register(this.id, receiver as Receiver<unknown>, () => context.graph.operatorId(this))
    this.#rateController = this.#tracker.settings.isBackpressureEnabled ? this.#createRateController() : null
  }

  override get batchInput(): BatchInput {
    return this
  }

  /** The id of the stream. @internal */
  get inputId(): string {
    return this.context.graph.operatorId(this)
  }

  /** Gives what was received until now to the batch. @internal */
  plan(time: Time): MaybePromise<PlainData> {
    return this.#tracker.allocateBlocks(this.id, time)
  }
  /** @internal */
  attemptBegan(time: number): void {
    this.#tracker.blocksOf(this.id).attemptBegan(time)
  }
  /** @internal */
  attemptEnded(time: number): void {
    this.#tracker.blocksOf(this.id).attemptEnded(time)
  }
  /** @internal */
  release(needed: NeededBatches, reachMs: number): void {
    this.#tracker.release(this.id, needed, reachMs)
  }
  /** @internal */
  forget(time: number): void {
    this.#tracker.forget(this.id, time)
  }
  /** @internal */
  checkpointWritten(oldestMs: number): Promise<void> {
    return this.#tracker.checkpointWritten(this.id, oldestMs)
  }

  override get rateController(): RateController | null {
    return this.#rateController
  }

  override compute(validTime: Time): RDD<T> {
    const { sparkContext, scheduler } = this.context
    const received = this.#tracker.getBlocksOfBatch(validTime, this.id)
    const numRecords = received.reduce((sum, { recordCount }) => sum + Math.max(0, recordCount), 0)
    scheduler.inputInfoTracker.reportInfo(validTime, { inputStreamId: this.id, numRecords, metadata: new Map() })
    const lineage = RDDLineage.ready(sparkContext, this.operation, {
      kind: 'blocks',
      className: 'BlockRDD',
      numPartitions: received.length,
      partitioner: null,
      blocks: received.map(({ data }) => data),
      classes: this.#receiver.blockClasses.flatMap((one) => sparkContext.recordClasses.idOf(one) ?? []),
    })
    return new RDD<T>(sparkContext, lineage)
  }

  override checkpointData(): PlainData | undefined {
    return this.#tracker.checkpointData(this.id)
  }
  override checkpointFiles(): readonly string[] {
    return this.#tracker.checkpointFiles(this.id)
  }
  override restoreCheckpointData(data: PlainData): void {
    this.#tracker.restore(this.id, data)
  }
  /** Before there was a ledger, the stream kept the blocks of each batch by itself. */
  override inputsOfEarlierFormat(data: PlainData): Readonly<Record<string, PlainData>> {
    return (data as { readonly batches?: Readonly<Record<string, PlainData>> }).batches ?? {}
  }

  /** Frees the blocks. The last batch is over, so no task reads them any more. */
  override stop(): void {
    this.#tracker.close()
  }

  #createRateController(): RateController {
    const { sparkContext, graph } = this.context
    const conf = sparkContext.getConf()
    const estimator = createRateEstimator((key) => conf.getOption(key), graph.batchDuration.milliseconds)
    return new RateController(this.id, estimator, (rate) => this.#tracker.sendRateUpdate(this.id, rate))
  }
}

/** The context's tracker, made with its first receiver. */
function receiverTrackerOf(context: DStreamContext): LocalReceiverTracker {
  const { scheduler, sparkContext, clock } = context
  if (scheduler.receiverTracker instanceof LocalReceiverTracker) return scheduler.receiverTracker
  const conf = sparkContext.getConf()
  const tracker = new LocalReceiverTracker({
    clock,
    events: scheduler.events,
    classes: sparkContext.recordClasses,
    getSetting: (key) => conf.getOption(key),
    conf,
  })
  scheduler.receiverTracker = tracker
  return tracker
}
