import assert from 'node:assert'
import { type BatchEntry, keptInputsOf } from './batch-entry.ts'
import type { KeptInputs, KeptLedger } from './kept-ledger.ts'

/** The remembered batches of a segment: all batches from the time `from` on, except the times in `except`. Times are milliseconds since the epoch. */
export interface Remembered {
  readonly from: number
  /** Batches after `from` that were forgotten; absent when there is none. */
  readonly except?: readonly number[]
}

/** A segment as a checkpoint refers to it. */
export interface KeptSegment {
  readonly segment: LedgerSegment
  readonly remembered: Remembered
}

/** The ledger's part of a new checkpoint. Most finished batches are in segments, which checkpoints share. */
export interface SegmentedLedger extends KeptLedger {
  /** Finished batches that {@link finished} leaves out. */
  readonly segments?: readonly KeptSegment[]
}

/**
 * Finished batches that are written to the disk once, in a file of their own to which checkpoints refer. The batches in a segment and their inputs never
 * change; which of them are still remembered does. Forgotten batches stay in the segment until all of them are forgotten.
 */
export class LedgerSegment {
  /** The batches of the segment by their times, ascending. */
  readonly #entries: readonly BatchEntry[]
  readonly #remembered: Set<number>
  /** Derived from {@link #remembered} when a checkpoint asks for it. */
  #kept: KeptSegment | null = null

  /** @param entries finished batches, one at least, in any order. */
  constructor(entries: readonly BatchEntry[]) {
    assert(entries.length > 0, 'a segment has batches')
    this.#entries = entries.toSorted((a, b) => a.time - b.time)
    this.#remembered = new Set(this.#entries.map(({ time }) => time))
  }

  /** The oldest batch, in milliseconds since the epoch, whether it is remembered or not. */
  get first(): number {
    return this.#entries[0]!.time
  }

  /** The newest batch, in milliseconds since the epoch, whether it is remembered or not. */
  get last(): number {
    return this.#entries.at(-1)!.time
  }

  get isForgotten(): boolean {
    return this.#remembered.size === 0
  }

  forget(time: number): void {
    this.#remembered.delete(time)
    this.#kept = null
  }

  /** All batches, whether they are remembered or not. */
  batches(): Readonly<Record<string, KeptInputs>> {
    return keptInputsOf(this.#entries)
  }

  /** Returns the segment as a checkpoint of this moment keeps it; the returned object never changes. Must not be called for a segment that is forgotten. */
  toKept(): KeptSegment {
    this.#kept ??= { segment: this, remembered: this.#toRemembered() }
    return this.#kept
  }

  #toRemembered(): Remembered {
    const start = this.#entries.findIndex(({ time }) => this.#remembered.has(time))
    const later = this.#entries.slice(start).map(({ time }) => time)
    const except = later.filter((time) => !this.#remembered.has(time))
    return { from: later[0]!, ...(except.length > 0 && { except }) }
  }
}
