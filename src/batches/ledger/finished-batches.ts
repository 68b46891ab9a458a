import { type BatchEntry, keptInputsOf } from './batch-entry.ts'
import { LedgerSegment, type SegmentedLedger } from './ledger-segment.ts'
import type { TimeRange } from './needed-batches.ts'

interface FinishedBatch {
  readonly entry: BatchEntry
  /** The segment that the batch is persisted in; null while it is written with every checkpoint. */
  segment: LedgerSegment | null
}

/**
 * The batches that have ended for good and that later ones may reach back to.
 *
 * There may be ten thousands of them (a long window of short batches). So nothing that happens with every batch goes through all of them: each full set of
 * `segmentSize` batches becomes a segment, which is written once, and only the newest batches are written with every checkpoint.
 */
export class FinishedBatches {
  readonly #segmentSize: number
  readonly #batches = new Map<number, FinishedBatch>()
  /** The keys of {@link #batches}, ascending. Batches end roughly in their order, so nearly all are put in at the end and taken out at the beginning. */
  #times: number[] = []
  /** Finished batches that are in no segment yet, in the order in which they ended. After each {@link toKept} they are fewer than a segment holds. */
  readonly #unsealed = new Set<FinishedBatch>()
  /** The segments that have at least one remembered batch, oldest first. */
  readonly #segments = new Set<LedgerSegment>()

  constructor(segmentSize: number) {
    this.#segmentSize = segmentSize
  }

  add(entry: BatchEntry): void {
    const batch: FinishedBatch = { entry, segment: null }
    this.#batches.set(entry.time, batch)
    this.#unsealed.add(batch)
    this.#times.splice(this.#countBefore(entry.time), 0, entry.time)
  }

  get(time: number): BatchEntry | undefined {
    return this.#batches.get(time)?.entry
  }

  has(time: number): boolean {
    return this.#batches.has(time)
  }

  /** All batches, in no order. */
  *entries(): Iterable<BatchEntry> {
    for (const { entry } of this.#batches.values()) yield entry
  }

  /** The time of the oldest batch; undefined when there is none. */
  get oldest(): number | undefined {
    return this.#times[0]
  }

  /**
   * Forgets the batches between two times, both excluded.
   * @param isHeld says which of them to keep nevertheless.
   * @returns the times of the forgotten batches, ascending.
   */
  forgetBetween({ from, to }: TimeRange, isHeld: (time: number) => boolean): number[] {
    const start = this.#countBefore(from, 'and including')
    const between = this.#times.slice(start, this.#countBefore(to))
    const held = between.filter(isHeld)
    if (held.length === between.length) return []
    if (held.length === 0) this.#times.splice(start, between.length)
    else this.#times = [...this.#times.slice(0, start), ...held, ...this.#times.slice(start + between.length)]
    const forgotten = between.filter((time) => !isHeld(time))
    for (const time of forgotten) this.#forget(time)
    return forgotten
  }

  /** Returns what a checkpoint keeps. Makes segments of the oldest batches that are in none, as long as there are enough for a whole segment. */
  toKept(): Omit<SegmentedLedger, 'unfinished'> {
    while (this.#unsealed.size >= this.#segmentSize) this.#seal()
    const unsealed = Array.from(this.#unsealed, ({ entry }) => entry)
    return { finished: keptInputsOf(unsealed), segments: Array.from(this.#segments, (segment) => segment.toKept()) }
  }

  #seal(): void {
    const batches: FinishedBatch[] = []
    for (const batch of this.#unsealed) {
      if (batches.length === this.#segmentSize) break
      batches.push(batch)
      this.#unsealed.delete(batch)
    }
    const segment = new LedgerSegment(batches.map(({ entry }) => entry))
    for (const batch of batches) batch.segment = segment
    this.#segments.add(segment)
  }

  #forget(time: number): void {
    const batch = this.#batches.get(time)!
    this.#batches.delete(time)
    this.#unsealed.delete(batch)
    batch.segment?.forget(time)
    if (batch.segment?.isForgotten) this.#segments.delete(batch.segment)
  }

  /** How many batches are older than `time`, or not newer with 'and including'. */
  #countBefore(time: number, bound: 'without' | 'and including' = 'without'): number {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >> 1
      const at = this.#times[middle]!
      if (at < time || (at === time && bound === 'and including')) low = middle + 1
      else high = middle
    }
    return low
  }
}
