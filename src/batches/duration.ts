import { IllegalArgumentException } from '../errors.ts'

/** Where Spark takes a duration: a {@link Duration}, or a number of seconds. */
export type DurationLike = Duration | number

/** A length of time in whole milliseconds (Spark's `Duration`). */
export class Duration {
  /** Whole milliseconds; may be negative, as a difference. */
  readonly milliseconds: number

  /** @param milliseconds a fraction is cut off. @throws IllegalArgumentException when it is not a finite number. */
  constructor(milliseconds: number) {
    if (!Number.isFinite(milliseconds)) {
      throw new IllegalArgumentException(
        'INVALID_DURATION',
        `a duration must be a finite number, but was ${milliseconds}`,
      )
    }
    this.milliseconds = Math.trunc(milliseconds)
  }

  /** Whether it is shorter than `that`. */
  less(that: Duration): boolean {
    return this.milliseconds < that.milliseconds
  }
  /** Whether it is no longer than `that`. */
  lessEq(that: Duration): boolean {
    return this.milliseconds <= that.milliseconds
  }
  /** Whether it is longer than `that`. */
  greater(that: Duration): boolean {
    return this.milliseconds > that.milliseconds
  }
  /** Whether it is no shorter than `that`. */
  greaterEq(that: Duration): boolean {
    return this.milliseconds >= that.milliseconds
  }
  /** Whether `that` is a duration of the same length. */
  equals(that: unknown): boolean {
    return that instanceof Duration && that.milliseconds === this.milliseconds
  }

  /** Both together. */
  plus(that: Duration): Duration {
    return new Duration(this.milliseconds + that.milliseconds)
  }
  /** This one shortened by `that`. */
  minus(that: Duration): Duration {
    return new Duration(this.milliseconds - that.milliseconds)
  }
  /** @param times a plain factor. */
  times(times: number): Duration {
    return new Duration(this.milliseconds * times)
  }
  /** How often `that` goes into this one, fractions included. */
  div(that: Duration): number {
    return this.milliseconds / that.milliseconds
  }

  /** False for a `that` of zero, of which only zero itself could be a multiple. */
  isMultipleOf(that: Duration): boolean {
    return this.milliseconds % that.milliseconds === 0
  }
  /** Whether it is of no length. */
  isZero(): boolean {
    return this.milliseconds === 0
  }
  /** The shorter of the two. */
  min(that: Duration): Duration {
    return this.less(that) ? this : that
  }
  /** The longer of the two. */
  max(that: Duration): Duration {
    return this.greater(that) ? this : that
  }

  /** `500 ms`, `1.5 s`, `2.0 m`, `1.25 h`: the largest unit that gives at least one. */
  prettyPrint(): string {
    const ms = this.milliseconds
    if (ms < 1000) return `${ms} ms`
    if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
    if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)} m`
    return `${(ms / 3_600_000).toFixed(2)} h`
  }
  /** The milliseconds alone: `500`. */
  toFormattedString(): string {
    return String(this.milliseconds)
  }
  /** `500 ms` */
  toString(): string {
    return `${this.milliseconds} ms`
  }
  /** As text, save where a number is needed: durations compare with `<` and `>`. */
  [Symbol.toPrimitive](hint: string): string | number {
    return hint === 'number' ? this.milliseconds : this.toString()
  }
}

/** A duration of `milliseconds`. */
export function Milliseconds(milliseconds: number): Duration {
  return new Duration(milliseconds)
}

/** A duration of `seconds`; fractions count, down to the millisecond. */
export function Seconds(seconds: number): Duration {
  // 1.001 * 1000 is 1000.9999999999999: what lies below a nanosecond is noise of the multiplication, not the caller's.
  return new Duration(Math.round(seconds * 1e9) / 1e6)
}

/** A duration of `minutes`; fractions count, down to the millisecond. */
export function Minutes(minutes: number): Duration {
  return Seconds(minutes * 60)
}

/** The same three under the names of Spark's Java API. */
export const Durations = { milliseconds: Milliseconds, seconds: Seconds, minutes: Minutes } as const

/** A caller's duration as a {@link Duration}: a plain number is seconds. */
export function toDuration(duration: DurationLike): Duration {
  return typeof duration === 'number' ? Seconds(duration) : duration
}
