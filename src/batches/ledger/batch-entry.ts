import type { PlainData } from '../checkpoint/plain-data.ts'
import type { KeptInputs } from './kept-ledger.ts'

/** The ledger's entry for one batch. */
export interface BatchEntry {
  readonly time: number
  phase: 'waiting' | 'running' | 'failed' | 'completed'
  /** Whether every source has fixed what the batch reads. */
  isPlanned: boolean
  /** Attempts that were begun in this run. */
  attempts: number
  /** The positions that each source has fixed for the batch, by the source's id; null for a source whose data does not outlive the process. */
  readonly inputs: Map<string, PlainData>
}

/** The entries that a checkpoint keeps, by batch time. */
export function keptInputsOf(entries: Iterable<BatchEntry>): Record<string, KeptInputs> {
  const kept: Record<string, KeptInputs> = {}
  for (const { time, inputs } of entries) kept[time] = Object.fromEntries(inputs)
  return kept
}
