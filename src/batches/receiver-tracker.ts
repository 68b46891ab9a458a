import type { PlainData } from './checkpoint/plain-data.ts'
import type { MaybePromise } from './maybe-promise.ts'

/** The positions that the ledger has for one input, by batch time in milliseconds: {@link file://./ledger/batch-ledger.ts | BatchLedger.inputsOf}. */
export type InputsOf = (inputId: string) => ReadonlyMap<number, PlainData>

/**
 * The driver's side of the receivers, as the job generator uses it to start and stop them (Spark's `ReceiverTracker`). The blocks of each batch are
 * planned by the receiver's stream, which is a {@link file://./batch-input.ts | BatchInput}.
 */
export interface ReceiverTracker {
  /**
   * Takes up what an earlier run has received and not processed, and readies the logs of this one.
   * @param checkpointDirectory qualified; null when the context has none.
   * @param inputsOf what the batches of the earlier run were given.
   * @throws SparkException when there must be a log and there is no directory for it.
   */
  open(checkpointDirectory: string | null, inputsOf: InputsOf): MaybePromise<void>
  /** Starts the receivers of all receiver input streams. */
  start(): MaybePromise<void>
  /**
   * Stops the receivers and waits until they stopped; a graceful stop also keeps all that they had received, for the batches still to come.
   * @param signal aborts the waiting when the stop's deadline has passed.
   */
  stop(graceful: boolean, signal?: AbortSignal): Promise<void>
  /** Whether blocks were received that no batch has been given yet. */
  hasUnallocatedBlocks(): boolean
}
