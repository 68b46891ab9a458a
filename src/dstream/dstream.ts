import type { Duration, DurationLike } from '../batches/duration.ts'
import type { MaybePromise } from '../batches/maybe-promise.ts'
import type { Time } from '../batches/time.ts'
import type { RDD } from '../rdd/rdd.ts'
import type { StreamingContext } from '../streaming/streaming-context.ts'
import type { StorageLevel } from '../task/storage-level.ts'
import type { DStreamNode } from './dstream-node.ts'
import type { StreamOperator } from './operators/operator.ts'
import { OutputOperations } from './output-operations.ts'

/**
 * A stream of records, cut into batches (Spark's `DStream`): for every batch time one RDD, made of the RDDs of other streams or of what a
 * source has received. Operations return at once and describe; once the context is started, each batch is computed for the output operations.
 *
 * To make a stream of your own kind, extend it and give `dependencies`, `slideDuration` and `compute`; for a source, extend `InputDStream`.
 */
export abstract class DStream<T> extends OutputOperations<T> {
  override derive<U>(operator: StreamOperator<U>): DStream<U> {
    return new OperatorDStream<U>(this.context, operator)
  }
}

/** A stream that an operator makes of others: what every transformation returns. */
export class OperatorDStream<T> extends DStream<T> {
  readonly #operator: StreamOperator<T>

  /** @internal */
  constructor(context: StreamingContext, operator: StreamOperator<T>) {
    super(context, operator.operation)
    this.#operator = operator
    if (operator.storageLevel !== undefined) super.persist(operator.storageLevel)
  }
  override get dependencies(): readonly DStreamNode<unknown>[] {
    return this.#operator.dependencies
  }
  override get slideDuration(): Duration {
    return this.#operator.slideDuration
  }
  override compute(validTime: Time): MaybePromise<RDD<T> | null> {
    return this.#operator.compute(validTime, this)
  }
  protected override get className(): string {
    return this.#operator.className
  }
  override get mustCheckpoint(): boolean {
    return this.#operator.mustCheckpoint ?? false
  }
  override get parentRememberDuration(): Duration {
    const longer = this.#operator.parentsRememberLonger
    return longer === undefined ? this.rememberDuration : this.rememberDuration.plus(longer)
  }
  override get keepsState(): boolean {
    return this.#operator.keepsState ?? false
  }
  override name(name: string): this {
    const { stateStream } = this.#operator
    if (stateStream === undefined) return super.name(name)
    stateStream.name(name)
    return this
  }
  override checkpoint(interval: DurationLike): this {
    const { stateStream } = this.#operator
    if (stateStream === undefined) return super.checkpoint(interval)
    stateStream.checkpoint(interval)
    return this
  }
  override persist(level?: StorageLevel): this {
    const { streams, isItself } = this.#operator.persistTargets ?? { streams: [], isItself: true }
    for (const stream of streams) stream.persist(level)
    return isItself ? super.persist(level) : this
  }
}
