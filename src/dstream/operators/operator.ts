import type { Duration } from '../../batches/duration.ts'
import type { MaybePromise } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { StorageLevel } from '../../task/storage-level.ts'
import type { DStreamNode } from '../dstream-node.ts'

/**
 * Makes one DStream from others: computes the RDD of a batch from the parents' RDDs. An operator uses no methods of DStream, only its
 * parents' nodes, so that the files of the operations and of the operators do not import each other in a circle.
 */
export interface StreamOperator<T> {
  /** The operation that the user called, for call sites and derived ids: `map`, `reduceByKey`, … */
  readonly operation: string
  /** Spark's class of the stream, for messages: `MappedDStream`, `ShuffledDStream`, … */
  readonly className: string
  readonly dependencies: readonly DStreamNode<unknown>[]
  readonly slideDuration: Duration
  /** The RDD of the batch at `time`, which is a valid time of the stream; null when the batch has none. Called at most once per batch that gives one. @param self the stream, for its earlier RDDs. */
  compute(time: Time, self: DStreamNode<T>): MaybePromise<RDD<T> | null>
  /** Called once the context has accepted the stream: what changes the parents for this stream's sake. */
  attached?(): void
  /** Whether the stream's RDDs depend on those of earlier batches, so that their lineage must be cut by checkpoints. */
  readonly mustCheckpoint?: boolean
  /** How much longer than the stream itself its parents must remember their RDDs. */
  readonly parentsRememberLonger?: Duration | undefined
  /** Where the stream's RDDs are kept unless the user says otherwise; nowhere when absent. */
  readonly storageLevel?: StorageLevel
  /** The streams whose level `persist` sets, and whether it sets the stream's own level too; only the stream's own level when absent. */
  readonly persistTargets?: { readonly streams: readonly DStreamNode<unknown>[]; readonly isItself: boolean }
  /** Whether the stream's RDDs are `StateRDD`s, which are checkpointed by what changed in them. */
  readonly keepsState?: boolean
  /**
   * The stream of states whose batches' outputs this one reads. A checkpoint keeps states alone: outputs of a batch are computed again from the state before it.
   */
  readonly outputsOf?: DStreamNode<unknown> | undefined
  /** The stream that `name` and `checkpoint` are meant for, where it is another one than this. */
  readonly stateStream?: DStreamNode<unknown> | undefined
}
