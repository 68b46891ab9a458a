import { aNumber, anIterable, argumentOf } from '../arguments/argument.ts'
import { checkArgument } from '../arguments/check-arguments.ts'

/**
 * Count, mean, variance, maximum and minimum of numbers, gathered one by one or merged from parts without loss of precision
 * (Spark's `StatCounter`, PySpark's names included).
 */
export class StatCounter {
  // Fields that bytes can hold, and no `#private` ones: a StatCounter is a record where a job aggregates with it.
  private numbers = 0
  private average = 0
  /** The sum of squared distances from the mean. */
  private squares = 0
  private largest = Number.NEGATIVE_INFINITY
  private smallest = Number.POSITIVE_INFINITY

  constructor(values: Iterable<number> = []) {
    checkArgument('new StatCounter', anIterable('values'), values)
    for (const value of values) this.merge(value)
  }

  /** Adds a number. */
  merge(value: number): this {
    if (typeof value !== 'number') checkArgument('StatCounter.merge', VALUE, value)
    const distance = value - this.average
    this.numbers++
    this.average += distance / this.numbers
    this.squares += distance * (value - this.average)
    this.largest = Math.max(this.largest, value)
    this.smallest = Math.min(this.smallest, value)
    return this
  }

  /** Adds all that another one gathered. */
  mergeStats(other: StatCounter): this {
    checkArgument('StatCounter.mergeStats', OTHER, other)
    if (other.numbers === 0) return this
    const distance = other.average - this.average
    const total = this.numbers + other.numbers
    // Moving the mean of the far larger side by a little loses less than averaging the two.
    if (other.numbers * 10 < this.numbers) this.average += (distance * other.numbers) / total
    else if (this.numbers * 10 < other.numbers) this.average = other.average - (distance * this.numbers) / total
    else this.average = (this.average * this.numbers + other.average * other.numbers) / total
    this.squares += other.squares + (distance * distance * this.numbers * other.numbers) / total
    this.numbers = total
    this.largest = Math.max(this.largest, other.largest)
    this.smallest = Math.min(this.smallest, other.smallest)
    return this
  }

  /** How many numbers. */
  count(): number {
    return this.numbers
  }
  /** The mean; 0 when there were no numbers. */
  mean(): number {
    return this.average
  }
  /** The sum. */
  sum(): number {
    return this.numbers * this.average
  }
  /** -Infinity when there were no numbers. */
  max(): number {
    return this.largest
  }
  /** Infinity when there were no numbers. */
  min(): number {
    return this.smallest
  }
  /** The variance of the numbers as a whole population; NaN when there were none. */
  variance(): number {
    return this.numbers === 0 ? Number.NaN : this.squares / this.numbers
  }
  /** The variance of the numbers as a whole population. */
  popVariance(): number {
    return this.variance()
  }
  /** The variance of the numbers as a sample (divided by count - 1); NaN for fewer than two. */
  sampleVariance(): number {
    return this.numbers <= 1 ? Number.NaN : this.squares / (this.numbers - 1)
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

  /** All figures in one line, as Spark prints them. */
  toString(): string {
    const [mean, stdev, max, min] = [this.mean(), this.stdev(), this.max(), this.min()].map(sixDigits)
    return `(count: ${this.numbers}, mean: ${mean}, stdev: ${stdev}, max: ${max}, min: ${min})`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  /** The figures as a worker sends them. */
  toParts(): StatParts {
    return [this.numbers, this.average, this.squares, this.largest, this.smallest]
  }

  /** A counter of the parts that a worker sent. @internal */
  static fromParts([count, mean, squares, max, min]: StatParts): StatCounter {
    const stats = new StatCounter()
    stats.numbers = count
    stats.average = mean
    stats.squares = squares
    stats.largest = max
    stats.smallest = min
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
