/** An estimate, and the bounds between which the true value lies with the given confidence (Spark's `BoundedDouble`). */
export class BoundedDouble {
  /** The estimate. */
  readonly mean: number
  /** The chance that the true value lies within the bounds, from 0 to 1. */
  readonly confidence: number
  /** The lower bound. */
  readonly low: number
  /** The upper bound. */
  readonly high: number

  constructor(mean: number, confidence: number, low: number, high: number) {
    this.mean = mean
    this.confidence = confidence
    this.low = low
    this.high = high
  }

  /** A value that is known. */
  static exact(value: number): BoundedDouble {
    return new BoundedDouble(value, 1, value, value)
  }

  /** The mean and the bounds, as Spark prints them. */
  toString(): string {
    return `[${this.low.toFixed(3)}, ${this.high.toFixed(3)}]`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
