import type { StatParts } from '../stat-counter.ts'
import { StatCounter } from '../stat-counter.ts'

export function sumOfNumbers(records: Iterable<unknown>): number {
  let sum = 0
  for (const record of records as Iterable<number>) sum += record
  return sum
}

export function statsOfNumbers(records: Iterable<unknown>): StatParts {
  return new StatCounter(records as Iterable<number>).toParts()
}

/** The least and the greatest of a partition's numbers, NaN if one is NaN; `[Infinity, -Infinity]` for none. */
export function rangeOfNumbers(records: Iterable<unknown>): [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const record of records as Iterable<number>) {
    min = Math.min(min, record)
    max = Math.max(max, record)
  }
  return [min, max]
}

/** How many numbers fall between each two neighbours of `bounds`; the last interval includes its end, what lies outside is not counted. */
export function countIntervals(
  records: Iterable<unknown>,
  _partition: number,
  bounds: readonly number[],
  isEven: boolean,
): number[] {
  const counts = new Array<number>(bounds.length - 1).fill(0)
  const intervalOf = isEven ? evenInterval : anyInterval
  for (const record of records as Iterable<number>) {
    const interval = intervalOf(bounds, record)
    if (interval >= 0) counts[interval]!++
  }
  return counts
}

/** In intervals of one width, the place is computed. */
function evenInterval(bounds: readonly number[], value: number): number {
  const count = bounds.length - 1
  const min = bounds[0]!
  const max = bounds[count]!
  if (Number.isNaN(value) || value < min || value > max) return -1
  return Math.min(Math.trunc(((value - min) / (max - min)) * count) || 0, count - 1)
}

/** In intervals of any width, the place is searched. */
function anyInterval(bounds: readonly number[], value: number): number {
  const count = bounds.length - 1
  if (!(value >= bounds[0]! && value <= bounds[count]!)) return -1
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (bounds[middle]! <= value) low = middle
    else high = middle - 1
  }
  return Math.min(low, count - 1)
}
