import type { Duration } from '../../batches/duration.ts'
import { type MaybePromise, whenReady } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { DStreamNode } from '../dstream-node.ts'
import type { StreamOperator } from './operator.ts'
import { assertWindowDurations } from './window-durations.ts'

/**
 * All of the parent's records of the last window, every slide (Spark's `WindowedDStream`): at time t the batches in (t - window, t]. The
 * parent is persisted, because each of its RDDs is read by several windows.
 */
export class WindowedOperator<T> implements StreamOperator<T> {
  readonly operation = 'window'
  readonly className = 'WindowedDStream'
  readonly slideDuration: Duration
  readonly #parent: DStreamNode<T>
  readonly #windowDuration: Duration

  constructor(parent: DStreamNode<T>, windowDuration: Duration, slideDuration: Duration) {
    assertWindowDurations(parent, windowDuration, slideDuration, 'windowed DStream')
    this.#parent = parent
    this.#windowDuration = windowDuration
    this.slideDuration = slideDuration
  }
  /** The parent's batches are kept from the moment at which the stream is one of the context. */
  attached(): void {
    this.#parent.persist(StorageLevel.MEMORY_ONLY_SER)
  }
  get dependencies(): readonly DStreamNode<unknown>[] {
    return [this.#parent]
  }
  get parentsRememberLonger(): Duration {
    return this.#windowDuration
  }
  /** `persist` keeps the parent's RDDs. The RDDs of windows are unions of them and cheap to make. */
  get persistTargets() {
    return { streams: [this.#parent], isItself: false }
  }
  compute(time: Time): MaybePromise<RDD<T>> {
    const parent = this.#parent
    const rdds = parent.rddsBetween(time.minus(this.#windowDuration).plus(parent.slideDuration), time)
    return whenReady(rdds, (inWindow) => parent.context.sparkContext.union(inWindow))
  }
}
