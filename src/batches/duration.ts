import { type Argument, aNumber, anything, argumentOf } from '../arguments/argument.ts'
import { checkArgument, checkMethods } from '../arguments/check-arguments.ts'
import { IllegalArgumentException } from '../errors.ts'
import { parseTimeMs } from '../settings/units.ts'

/** Where Spark takes a duration: a {@link Duration}, a number of seconds, or a text with a unit: `500ms`, `10s`, `5m`, `1h`, `1d`. */
export type DurationLike = Duration | number | string

/** A length of time in whole milliseconds (Spark's `Duration`). */
export class Duration {
  /** Whole milliseconds; may be negative, as a difference. */
  readonly milliseconds: number

  /** @param milliseconds a fraction is cut off. @throws IllegalArgumentException when it is not a finite number. */
  constructor(milliseconds: number) {
    checkArgument('new Duration', aNumber('milliseconds'), milliseconds)
    if (!Number.isFinite(milliseconds)) {
      throw new IllegalArgumentException(
        'INVALID_DURATION',
        `a duration must be a finite number, but was ${milliseconds}`,
      )
    }
    this.milliseconds = Math.trunc(milliseconds)
  }

  /** Whether it is shorter than `that`. */
  less(that: DurationLike): boolean {
    return this.milliseconds < toDuration(that).milliseconds
  }
  /** Whether it is no longer than `that`. */
  lessEq(that: DurationLike): boolean {
    return this.milliseconds <= toDuration(that).milliseconds
  }
  /** Whether it is longer than `that`. */
  greater(that: DurationLike): boolean {
    return this.milliseconds > toDuration(that).milliseconds
  }
  /** Whether it is no shorter than `that`. */
  greaterEq(that: DurationLike): boolean {
    return this.milliseconds >= toDuration(that).milliseconds
  }
  /** Whether `that` is a duration of the same length. */
  equals(that: unknown): boolean {
    return that instanceof Duration && that.milliseconds === this.milliseconds
  }

  /** The sum of this duration and `that`. */
  plus(that: DurationLike): Duration {
    return new Duration(this.milliseconds + toDuration(that).milliseconds)
  }
  /** This one shortened by `that`. */
  minus(that: DurationLike): Duration {
    return new Duration(this.milliseconds - toDuration(that).milliseconds)
  }
  /** This duration multiplied. @param times the factor, which may be a fraction. */
  times(times: number): Duration {
    return new Duration(this.milliseconds * times)
  }
  /** How often `that` goes into this one, fractions included. */
  div(that: DurationLike): number {
    return this.milliseconds / toDuration(that).milliseconds
  }

  /** False for a `that` of zero, of which only zero itself could be a multiple. */
  isMultipleOf(that: DurationLike): boolean {
    return this.milliseconds % toDuration(that).milliseconds === 0
  }
  /** Whether it is of no length. */
  isZero(): boolean {
    return this.milliseconds === 0
  }
  /** The shorter of the two. */
  min(that: DurationLike): Duration {
    return this.less(that) ? this : toDuration(that)
  }
  /** The longer of the two. */
  max(that: DurationLike): Duration {
    return this.greater(that) ? this : toDuration(that)
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

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
  /** As text, save where a number is needed: durations compare with `<` and `>`. */
  [Symbol.toPrimitive](hint: string): string | number {
    return hint === 'number' ? this.milliseconds : this.toString()
  }
}

/** A duration of `milliseconds`. */
export function Milliseconds(milliseconds: number): Duration {
  checkArgument('Milliseconds', aNumber('milliseconds'), milliseconds)
  return new Duration(milliseconds)
}

/** A duration of `seconds`; fractions count, down to the millisecond. */
export function Seconds(seconds: number): Duration {
  checkArgument('Seconds', aNumber('seconds'), seconds)
  // 1.001 * 1000 is 1000.9999999999999: what lies below a nanosecond is noise of the multiplication, not the caller's.
  return new Duration(Math.round(seconds * 1e9) / 1e6)
}

/** A duration of `minutes`; fractions count, down to the millisecond. */
export function Minutes(minutes: number): Duration {
  checkArgument('Minutes', aNumber('minutes'), minutes)
  return Seconds(minutes * 60)
}

/** The same three under the names of Spark's Java API. */
export const Durations = {
  /** {@link Milliseconds} */
  milliseconds: Milliseconds,
  /** {@link Seconds} */
  seconds: Seconds,
  /** {@link Minutes} */
  minutes: Minutes,
} as const

/** A caller's duration as a {@link Duration}: a plain number is seconds. @throws IllegalArgumentException for anything that is none. */
export function toDuration(duration: DurationLike): Duration {
  if (duration instanceof Duration) return duration
  if (typeof duration === 'number') return Seconds(duration)
  const milliseconds = durationTextMs(duration)
  if (milliseconds !== undefined) return new Duration(milliseconds)
  throw new IllegalArgumentException(
    'INVALID_DURATION',
    `a duration must be a Duration, a number of seconds, or a text with a unit such as '10s', but was ${String(duration)}`,
  )
}

/** An argument that is a duration. */
export function aDuration(name: string): Argument {
  return argumentOf(
    name,
    "a Duration, a number of seconds, or a text with a unit such as '10s',",
    (value) => value instanceof Duration || typeof value === 'number' || durationTextMs(value) !== undefined,
    (value) =>
      typeof value === 'string' && /^\s*[0-9]+\s*$/.test(value)
        ? `Text needs its unit: '${value.trim()}s' for seconds, '${value.trim()}ms' for milliseconds.`
        : undefined,
  )
}

/** The milliseconds of a text such as `10s`; undefined for a text without a unit, and for anything else. */
function durationTextMs(value: unknown): number | undefined {
  return typeof value === 'string' && /[a-z]\s*$/i.test(value) ? parseTimeMs(value) : undefined
}

const that = [aDuration('that')]

checkMethods(Duration, 'Duration', {
  less: that,
  lessEq: that,
  greater: that,
  greaterEq: that,
  equals: [anything('that')],
  plus: that,
  minus: that,
  times: [aNumber('times')],
  div: that,
  isMultipleOf: that,
  min: that,
  max: that,
})
