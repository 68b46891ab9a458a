import type { PlainData } from '../checkpoint/plain-data.ts'

/** The positions that each source has fixed for one batch, by the source's id, as a checkpoint keeps them. */
export type KeptInputs = Readonly<Record<string, PlainData>>

/** The ledger as a checkpoint keeps it. Keys are batch times in milliseconds since the epoch. */
export interface KeptLedger {
  /** Batches that have to run in the next run. */
  readonly unfinished: Readonly<Record<string, KeptInputs>>
  /** Batches that are over, and whose input later ones reach back to. */
  readonly finished: Readonly<Record<string, KeptInputs>>
}
