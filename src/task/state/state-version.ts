import type { NumberList } from './number-list.ts'
import type { SlotChanges } from './slot-changes.ts'
import type { StateTable } from './state-table.ts'

/** Which slots a batch touched and which keys it removed, behind those of the batches before. */
export interface StateDelta {
  readonly sinceMs: number
  readonly timeMs: number
  readonly slots: NumberList
  readonly removedKeys: readonly unknown[]
  readonly previous: StateDelta | null
  /** Slots of this delta and of those before it. */
  readonly totalSlots: number
  readonly length: number
}

/**
 * One partition of a state after one batch: the only record of a partition of the state's RDD. It shares its table with the versions
 * before and after it; the table holds the content of one of them, and every other one knows how to get from a neighbour's to its own.
 */
export class StateVersion {
  // Comes first and keeps a version from being encoded as if it were plain data: what leaves the worker is its entries.
  readonly self = new WeakRef(this)
  readonly table: StateTable
  /** The batch's time in milliseconds. */
  readonly timeMs: number
  /** What the batch's function gave besides the state; null for a version that was read from elsewhere, where only the state was kept. */
  outputs: readonly unknown[] | null
  readonly delta: StateDelta | null
  /** The neighbour on the way to the version that the table holds; null for that one. */
  toward: StateVersion | null = null
  /** From the neighbour's content to this one's. */
  changes: SlotChanges | null = null
  #isRetired = false

  constructor(table: StateTable, timeMs: number, outputs: readonly unknown[] | null, delta: StateDelta | null) {
    this.table = table
    this.timeMs = timeMs
    this.outputs = outputs
    this.delta = delta
  }

  /** Whether its content is gone, so that it must be computed again. */
  get isRetired(): boolean {
    // Its own way to the table's content may lead over a version that is gone.
    for (let at: StateVersion | null = this; at !== null; at = at.toward) if (at.#isRetired) return true
    return false
  }

  /** Lets go of what only this version needs. */
  retire(): void {
    this.#isRetired = true
    this.outputs = null
    this.changes = null
    this.toward = null
  }
}
