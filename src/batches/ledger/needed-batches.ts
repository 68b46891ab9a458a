/** How far back the states of one stream are on the disk. */
export interface StateFloor {
  /** How long the stream remembers its states, in milliseconds. */
  readonly rememberMs: number
  /**
   * The time of the newest state that is written and is not younger than a batch, in milliseconds; minus infinity where there is none. A later run
   * computes the batch's state from that one.
   */
  newestWritten(atOrBefore: number): number
}

/** A range of times, in milliseconds. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/**
 * The batches whose inputs and results are still needed by batches that may run: a stream that reaches back `reachMs` must keep the data of these batches.
 *
 * A batch at time u that may run needs what its streams remember, the times in (u - reach, u]. Where a state before u is not on the disk in that range, it
 * needs everything since the newest state that is, because the state is computed again from there. What comes after the newest batch that ended needs the
 * times in (newest - reach, ∞).
 */
export class NeededBatches {
  readonly #batches: readonly number[]
  readonly #newestEnded: number
  readonly #floors: readonly StateFloor[]
  /**
   * The times that are needed, by states and reach: merged intervals with both of their ends, ascending. Streams share a few reaches, and each asks about
   * many batches.
   */
  readonly #intervals = new Map<readonly StateFloor[], Map<number, readonly TimeRange[]>>()

  /**
   * @param batches the batches that may run, in milliseconds.
   * @param newestEnded the newest batch that ended; minus infinity before the first.
   * @param floors the states of all streams.
   */
  constructor(batches: readonly number[], newestEnded: number, floors: readonly StateFloor[]) {
    this.#batches = batches
    this.#newestEnded = newestEnded
    this.#floors = floors
  }

  /**
   * Whether a stream must keep what it has of the batch at `time`.
   * @param reachMs how far back the stream's batches reach.
   * @param floors the states that are made of the stream, its own among them; those of all streams unless given. The same list object each time.
   */
  includes(time: number, reachMs: number, floors: readonly StateFloor[] = this.#floors): boolean {
    const intervals = this.#intervalsOf(reachMs, floors)
    let low = 0
    let high = intervals.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (intervals[middle]!.to < time) low = middle + 1
      else high = middle
    }
    return low < intervals.length && intervals[low]!.from <= time
  }

  /** The ranges of time in which no batch is needed, without their ends, ascending. */
  gaps(reachMs: number): TimeRange[] {
    const intervals = this.#intervalsOf(reachMs, this.#floors)
    return intervals.map(({ from }, index) => ({
      from: intervals[index - 1]?.to ?? Number.NEGATIVE_INFINITY,
      to: from,
    }))
  }

  #intervalsOf(reachMs: number, floors: readonly StateFloor[]): readonly TimeRange[] {
    let byReach = this.#intervals.get(floors)
    if (byReach === undefined) {
      byReach = new Map()
      this.#intervals.set(floors, byReach)
    }
    let intervals = byReach.get(reachMs)
    if (intervals === undefined) {
      intervals = this.#merge(reachMs, floors)
      byReach.set(reachMs, intervals)
    }
    return intervals
  }

  #merge(reachMs: number, floors: readonly StateFloor[]): TimeRange[] {
    const all = this.#batches.map((time) => ({ from: oldestNeeded(time, reachMs, floors), to: time }))
    all.push({ from: oldestNeeded(this.#newestEnded, reachMs, floors), to: Number.POSITIVE_INFINITY })
    all.sort((a, b) => a.from - b.from)
    const merged: TimeRange[] = []
    for (const interval of all) {
      const last = merged.at(-1)
      if (last === undefined || interval.from > last.to) merged.push(interval)
      else merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, interval.to) }
    }
    return merged
  }
}

function oldestNeeded(time: number, reachMs: number, floors: readonly StateFloor[]): number {
  let oldest = time - reachMs + 1
  for (const { rememberMs, newestWritten } of floors) {
    // A stream that a state reads remembers for as long as the state does, and longer by what the state's batch reaches back.
    oldest = Math.min(oldest, newestWritten(time) - Math.max(0, reachMs - rememberMs))
  }
  return oldest
}
