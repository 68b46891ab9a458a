import type { PlainData } from '../checkpoint/plain-data.ts'

/** What a checkpoint keeps of one batch: what each source has fixed, by the source's id. */
export type KeptInputs = Readonly<Record<string, PlainData>>

/** What a checkpoint keeps of a ledger. Keys are batch times in milliseconds since the epoch. */
export interface KeptLedger {
  /** Batches that have to run in the next run. */
  readonly unfinished: Readonly<Record<string, KeptInputs>>
  /** Batches that are over, and whose input later ones reach back to. */
  readonly finished: Readonly<Record<string, KeptInputs>>
}
