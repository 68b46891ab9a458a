import { StreamingListener, type StreamingListenerBatchCompleted } from '../../batches/streaming-listener.ts'
import type { RateEstimator } from './rate-estimator.ts'

/** Asks an estimator for a new rate after each batch, and hands it to the stream's source (Spark's `RateController`). */
export class RateController extends StreamingListener {
  readonly #streamId: number
  readonly #estimator: RateEstimator
  readonly #publish: (rate: number) => void
  #latestRate = -1

  /** @param publish told each new rate, in whole records per second. */
  constructor(streamId: number, estimator: RateEstimator, publish: (rate: number) => void) {
    super()
    this.#streamId = streamId
    this.#estimator = estimator
    this.#publish = publish
  }

  /** The rate that was published last; -1 before. */
  get latestRate(): number {
    return this.#latestRate
  }

  override onBatchCompleted({ batchInfo }: StreamingListenerBatchCompleted): void {
    const { processingEndTime, processingDelay, schedulingDelay, streamIdToInputInfo } = batchInfo
    const info = streamIdToInputInfo.get(this.#streamId)
    if (processingEndTime === undefined || processingDelay === undefined || schedulingDelay === undefined) return
    if (info === undefined) return
    const rate = this.#estimator.compute(processingEndTime, info.numRecords, processingDelay, schedulingDelay)
    if (rate === undefined) return
    this.#latestRate = Math.trunc(rate)
    this.#publish(this.#latestRate)
  }
}
