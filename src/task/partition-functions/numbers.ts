import { notANumber } from '../number-record.ts'
import type { StatParts } from '../stat-counter.ts'
import { StatCounter } from '../stat-counter.ts'

export function sumOfNumbers(records: Iterable<unknown>): number {
  let sum = 0
  for (const record of records) {
    if (typeof record !== 'number') throw notANumber(record)
    sum += record
  }
  return sum
}

export function statsOfNumbers(records: Iterable<unknown>): StatParts {
  const stats = new StatCounter()
  for (const record of records) {
    if (typeof record !== 'number') throw notANumber(record)
    stats.merge(record)
  }
  return stats.toParts()
}

/** The least and the greatest of a partition's numbers, NaN if one is NaN; `[Infinity, -Infinity]` for none. */
export function rangeOfNumbers(records: Iterable<unknown>): [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const record of records) {
    if (typeof record !== 'number') throw notANumber(record)
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
  for (const record of records) {
    if (typeof record !== 'number') throw notANumber(record)
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

/** In intervals of any width, the place is searched. NaN is above all numbers, so that it falls into a last interval whose end is NaN. */
function anyInterval(bounds: readonly number[], value: number): number {
  const count = bounds.length - 1
  if (compareDoubles(value, bounds[0]!) < 0 || compareDoubles(value, bounds[count]!) > 0) return -1
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (compareDoubles(bounds[middle]!, value) <= 0) low = middle
    else high = middle - 1
  }
  return Math.min(low, count - 1)
}

/** Java's `Double.compare`: -0 comes before 0, and NaN behind all other numbers. */
export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (Object.is(a, b)) return 0
  if (Number.isNaN(a)) return 1
  if (Number.isNaN(b)) return -1
  return Object.is(a, -0) ? -1 : 1
}
