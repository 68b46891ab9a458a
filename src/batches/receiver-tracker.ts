import type { MaybePromise } from './maybe-promise.ts'
import type { Time } from './time.ts'

/**
 * What the job generator needs of the driver's side of the receivers (Spark's `ReceiverTracker`): to start and stop them, to hand the
 * blocks received so far to a batch, and to forget the blocks of old ones.
 */
export interface ReceiverTracker {
  /**
   * Takes up what an earlier run has received and not processed, and readies the logs of this one.
   * @param checkpointDirectory qualified; null when the context has none.
   * @throws SparkException when there must be a log and there is no directory for it.
   */
  open(checkpointDirectory: string | null): MaybePromise<void>
  /** Starts the receivers of all receiver input streams. */
  start(): MaybePromise<void>
  /**
   * Stops the receivers and waits until they stopped; a graceful stop also keeps all that they had received, for the batches still to come.
   * @param signal aborts the waiting when the stop's deadline has passed.
   */
  stop(graceful: boolean, signal?: AbortSignal): Promise<void>
  /** Whether blocks were received that no batch has been given yet. */
  hasUnallocatedBlocks(): boolean
  /** Gives every block that is waiting now to the batch at `batchTime`; called once per batch, before its jobs are generated. */
  allocateBlocksToBatch(batchTime: Time): MaybePromise<void>
  /** Forgets, and with `spark.streaming.unpersist` frees, the blocks of batches up to and including `threshold`. */
  cleanupOldBlocksAndBatches(threshold: Time): MaybePromise<void>
}
