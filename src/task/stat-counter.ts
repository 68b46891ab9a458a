import { aNumber, anIterable, argumentOf } from '../arguments/argument.ts'
import { checkArgument } from '../arguments/check-arguments.ts'

/**
 * Count, mean, variance, maximum and minimum of numbers, gathered one by one or merged from parts without loss of precision
 * (Spark's `StatCounter`, PySpark's names included).
 */
export class StatCounter {
  #count = 0
  #mean = 0
  /** The sum of squared distances from the mean. */
  #squares = 0
  #max = Number.NEGATIVE_INFINITY
  #min = Number.POSITIVE_INFINITY

  constructor(values: Iterable<number> = []) {
    checkArgument('new StatCounter', anIterable('values'), values)
    for (const value of values) this.merge(value)
  }

  /** Adds a number. */
  merge(value: number): this {
    if (typeof value !== 'number') checkArgument('StatCounter.merge', VALUE, value)
    const distance = value - this.#mean
    this.#count++
    this.#mean += distance / this.#count
    this.#squares += distance * (value - this.#mean)
    this.#max = Math.max(this.#max, value)
    this.#min = Math.min(this.#min, value)
    return this
  }

  /** Adds all that another one gathered. */
  mergeStats(other: StatCounter): this {
    checkArgument('StatCounter.mergeStats', OTHER, other)
    if (other.#count === 0) return this
    const distance = other.#mean - this.#mean
    const total = this.#count + other.#count
    // Moving the mean of the far larger side by a little loses less than averaging the two.
    if (other.#count * 10 < this.#count) this.#mean += (distance * other.#count) / total
    else if (this.#count * 10 < other.#count) this.#mean = other.#mean - (distance * this.#count) / total
    else this.#mean = (this.#mean * this.#count + other.#mean * other.#count) / total
    this.#squares += other.#squares + (distance * distance * this.#count * other.#count) / total
    this.#count = total
    this.#max = Math.max(this.#max, other.#max)
    this.#min = Math.min(this.#min, other.#min)
    return this
  }

  /** How many numbers. */
  count(): number {
    return this.#count
  }
  /** The mean; 0 when there were no numbers. */
  mean(): number {
    return this.#mean
  }
  /** The sum. */
  sum(): number {
    return this.#count * this.#mean
  }
  /** -Infinity when there were no numbers. */
  max(): number {
    return this.#max
  }
  /** Infinity when there were no numbers. */
  min(): number {
    return this.#min
  }
  /** Of the numbers as a whole population; NaN when there were none. */
  variance(): number {
    return this.#count === 0 ? Number.NaN : this.#squares / this.#count
  }
  /** The variance of the numbers as a whole population. */
  popVariance(): number {
    return this.variance()
  }
  /** Of the numbers as a sample (divided by count - 1); NaN for fewer than two. */
  sampleVariance(): number {
    return this.#count <= 1 ? Number.NaN : this.#squares / (this.#count - 1)
  }
  /** The standard deviation of the numbers as a whole population. */
  stdev(): number {
    return Math.sqrt(this.variance())
  }
  /** The standard deviation of the numbers as a whole population. */
  popStdev(): number {
    return this.stdev()
  }
  /** The standard deviation of the numbers as a sample: divided by count - 1. */
  sampleStdev(): number {
    return Math.sqrt(this.sampleVariance())
  }

  toString(): string {
    const [mean, stdev, max, min] = [this.mean(), this.stdev(), this.max(), this.min()].map(sixDigits)
    return `(count: ${this.#count}, mean: ${mean}, stdev: ${stdev}, max: ${max}, min: ${min})`
  }

  /** What a worker sends of it. */
  toParts(): StatParts {
    return [this.#count, this.#mean, this.#squares, this.#max, this.#min]
  }

  static fromParts([count, mean, squares, max, min]: StatParts): StatCounter {
    const stats = new StatCounter()
    stats.#count = count
    stats.#mean = mean
    stats.#squares = squares
    stats.#max = max
    stats.#min = min
    return stats
  }
}

/** Count, mean, sum of squared distances from the mean, maximum, minimum. */
export type StatParts = readonly [count: number, mean: number, squares: number, max: number, min: number]

function sixDigits(value: number): string {
  return Number.isFinite(value) ? value.toFixed(6) : String(value)
}

const VALUE = aNumber('value')
const OTHER = argumentOf('other', 'a StatCounter', (value) => value instanceof StatCounter)
