import type { PlainData } from './checkpoint/plain-data.ts'
import type { NeededBatches } from './ledger/needed-batches.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { Time } from './time.ts'

/**
 * An input that brings data into batches: a receiver's stream, or a source that the driver reads by positions. The ledger keeps the positions that the
 * input fixes for each batch, and tells the input how each batch ends. The input keeps no set of pending batches of its own.
 */
export interface BatchInput {
  /** The id of the input's stream, under which the ledger keeps the input's positions. */
  readonly inputId: string
  /**
   * Fixes what the batch at `time` reads, before the batch is generated. Asked once per batch, in the order of the batches; again only when it throws.
   * @returns what a later run needs to read the same again; null where the data does not outlive the process; undefined when no output operation reads
   * the batch, which then has no input from here: what came is planned for the next one that is read.
   */
  plan(time: Time): MaybePromise<PlainData | undefined>
  /** An attempt to run the batch begins: its data will be read. Time in milliseconds, as in all methods below. */
  attemptBegan?(time: number): void
  /** The attempt is over, well or not. */
  attemptEnded?(time: number): void
  /** Frees data that only batches of this run could read, once they do not need the data any more. @param reachMs how far back batches reach, in milliseconds. */
  release?(needed: NeededBatches, reachMs: number): void
  /** Forgets a batch. Neither this run nor a later one needs the batch any more. */
  forget?(time: number): void
  /** A checkpoint is written. @param oldest the oldest batch that it keeps. */
  checkpointWritten?(oldest: number): MaybePromise<void>
  /** The batch is completed, and a later run knows it. Told in the order of the batches, one at a time. */
  completed?(time: Time, positions: PlainData): MaybePromise<void>
}
