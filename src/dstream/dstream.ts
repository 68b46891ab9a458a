import { checkActions, checkMethods } from '../arguments/check-arguments.ts'
import type { Duration, DurationLike } from '../batches/duration.ts'
import type { MaybePromise } from '../batches/maybe-promise.ts'
import type { StreamingListener } from '../batches/streaming-listener.ts'
import type { Time } from '../batches/time.ts'
import type { RDD } from '../rdd/rdd.ts'
import type { StorageLevel } from '../task/storage-level.ts'
import { DSTREAM_ACTIONS, DSTREAM_METHODS } from './dstream-arguments.ts'
import type { DStreamNode } from './dstream-node.ts'
import type { StreamOperator } from './operators/operator.ts'
import { OutputOperations } from './output-operations.ts'
import type { StreamRuntime } from './stream-runtime.ts'
import { noteUserFunctions } from './user-functions.ts'

/**
 * The type of `stream.context` (Spark's `DStream.context`): the members of the StreamingContext for code that has only a stream. The object is the
 * StreamingContext that the stream was made with.
 */
export interface DStreamContext extends StreamRuntime {
  /**
   * All records of all streams.
   * @throws IllegalArgumentException for an empty list, or streams of different contexts or slide durations.
   */
  union<T>(streams: readonly DStream<T>[]): DStream<T>
  /** The same for streams that are given one by one. */
  union<T>(...streams: readonly DStream<T>[]): DStream<T>
  /**
   * Whatever `f` makes of the batch's RDDs of several streams. `f` runs on the driver, once for every batch, when the batch is generated.
   * @param f gets the RDDs in the order of the streams, and the batch's time; may be async.
   */
  transform<T, U>(
    streams: readonly DStream<T>[],
    f: (rdds: readonly RDD<T>[], time: Time) => MaybePromise<RDD<U>>,
  ): DStream<U>
  /**
   * Keeps the RDDs of every batch at least this long, for use outside of the stream; once per context.
   * @param duration a number is seconds. @throws IllegalArgumentException when it was set before.
   */
  remember(duration: DurationLike): void
  /** Tells `listener` what happens from now on. */
  addStreamingListener(listener: StreamingListener): void
  /** Tells `listener` nothing more. */
  removeStreamingListener(listener: StreamingListener): void
}

/**
 * A stream of records, cut into batches (Spark's `DStream`): for every batch time one RDD, made of the RDDs of other streams or of what a
 * source has received. Operations return at once and describe; once the context is started, each batch is computed for the output operations.
 *
 * To make a stream of your own kind, extend it and give `dependencies`, `slideDuration` and `compute`; for a source, extend `InputDStream`.
 */
export abstract class DStream<T> extends OutputOperations<T> {
  /** The context that the stream belongs to. */
  declare readonly context: DStreamContext

  /** @throws IllegalStateException when the context was started or stopped already. */
  constructor(context: DStreamContext, operation: string) {
    super(context, operation)
  }

  override derive<U>(operator: StreamOperator<U>): DStream<U> {
    return new OperatorDStream<U>(this.context, operator)
  }
}

noteUserFunctions(DStream.prototype)
checkMethods(DStream, 'DStream', DSTREAM_METHODS)
checkActions(DStream, 'DStream', DSTREAM_ACTIONS)

/** A stream that an operator makes of others: what every transformation returns. */
export class OperatorDStream<T> extends DStream<T> {
  readonly #operator: StreamOperator<T>

  /** Made by operations on streams only. */
  constructor(context: DStreamContext, operator: StreamOperator<T>) {
    super(context, operator.operation)
    this.#operator = operator
    operator.attached?.()
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
  override get parentReachMs(): number {
    return this.#operator.parentsRememberLonger?.milliseconds ?? 0
  }
  override get outputsOf(): DStreamNode<unknown> | undefined {
    return this.#operator.outputsOf
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
  /** That of the states which the stream stands for, which {@link checkpoint} sets. @internal */
  override get checkpointDuration(): Duration | null {
    return this.#operator.stateStream?.checkpointDuration ?? super.checkpointDuration
  }
  override initialize(zeroTime: Time): void {
    super.initialize(zeroTime)
    const { stateStream, outputsOf } = this.#operator
    // As in Spark, where the stream of states is the one that users have. Outputs are not kept: they would have to be computed again after a restart.
    if (stateStream !== undefined && outputsOf === undefined) this.rememberAtLeast(stateStream.rememberDuration)
  }
  override persist(level?: StorageLevel): this {
    const { streams, isItself } = this.#operator.persistTargets ?? { streams: [], isItself: true }
    for (const stream of streams) stream.persist(level)
    return isItself ? super.persist(level) : this
  }
}
