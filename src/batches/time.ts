import { type Argument, aNumber, anything, argumentOf, eitherOf, optional } from '../arguments/argument.ts'
import { checkArgument, checkMethods } from '../arguments/check-arguments.ts'
import { IllegalArgumentException } from '../errors.ts'
import { aDuration, Duration, type DurationLike, toDuration } from './duration.ts'

/** A batch's time, in whole milliseconds since the epoch (Spark's `Time`): the end of the interval that the batch covers. */
export class Time {
  /** Whole milliseconds since the epoch. */
  readonly milliseconds: number

  /** @param milliseconds since the epoch; a fraction is cut off. @throws IllegalArgumentException when it is not a finite number. */
  constructor(milliseconds: number) {
    checkArgument('new Time', aNumber('milliseconds'), milliseconds)
    if (!Number.isFinite(milliseconds)) {
      throw new IllegalArgumentException('INVALID_TIME', `a time must be a finite number, but was ${milliseconds}`)
    }
    this.milliseconds = Math.trunc(milliseconds)
  }

  /** Whether it is earlier than `that`. */
  less(that: Time): boolean {
    return this.milliseconds < that.milliseconds
  }
  /** Whether it is no later than `that`. */
  lessEq(that: Time): boolean {
    return this.milliseconds <= that.milliseconds
  }
  /** Whether it is later than `that`. */
  greater(that: Time): boolean {
    return this.milliseconds > that.milliseconds
  }
  /** Whether it is no earlier than `that`. */
  greaterEq(that: Time): boolean {
    return this.milliseconds >= that.milliseconds
  }
  /** Whether `that` is the same time. */
  equals(that: unknown): boolean {
    return that instanceof Time && that.milliseconds === this.milliseconds
  }

  /** The time a duration later. */
  plus(that: DurationLike): Time {
    return new Time(this.milliseconds + toDuration(that).milliseconds)
  }
  /** The duration since `that` time, or the time a duration earlier. */
  minus(that: Time): Duration
  minus(that: DurationLike): Time
  minus(that: Time | DurationLike): Duration | Time {
    if (that instanceof Time) return new Duration(this.milliseconds - that.milliseconds)
    return new Time(this.milliseconds - toDuration(that).milliseconds)
  }

  /** The last multiple of `duration`, counted from `zeroTime`, that is not later than this time. */
  floor(duration: DurationLike, zeroTime: Time = EPOCH): Time {
    const { milliseconds: step } = toDuration(duration)
    const { milliseconds: zero } = zeroTime
    return new Time(Math.floor((this.milliseconds - zero) / step) * step + zero)
  }
  /** Whether it is a multiple of a duration, counted from the epoch. */
  isMultipleOf(that: DurationLike): boolean {
    return this.milliseconds % toDuration(that).milliseconds === 0
  }
  /** The earlier of the two. */
  min(that: Time): Time {
    return this.less(that) ? this : that
  }
  /** The later of the two. */
  max(that: Time): Time {
    return this.greater(that) ? this : that
  }

  /** This time and every `interval` after it, as long as it is before `that`. */
  until(that: Time, interval: DurationLike): Time[] {
    return times(this.milliseconds, that.milliseconds - 1, toDuration(interval))
  }
  /** This time and every `interval` after it, up to and including `that`. */
  to(that: Time, interval: DurationLike): Time[] {
    return times(this.milliseconds, that.milliseconds, toDuration(interval))
  }

  /** The same moment as a `Date`. */
  toDate(): Date {
    return new Date(this.milliseconds)
  }
  /** `1700000000000 ms` */
  toString(): string {
    return `${this.milliseconds} ms`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
  /** As text, save where a number is needed: times compare with `<` and `>`. */
  [Symbol.toPrimitive](hint: string): string | number {
    return hint === 'number' ? this.milliseconds : this.toString()
  }
}

const EPOCH = new Time(0)

function times(first: number, last: number, interval: Duration): Time[] {
  const step = interval.milliseconds
  if (step <= 0)
    throw new IllegalArgumentException('INVALID_DURATION', `an interval must be above zero, but was ${interval}`)
  const result: Time[] = []
  for (let at = first; at <= last; at += step) result.push(new Time(at))
  return result
}

/** An argument that is a time. */
export function aTime(name: string): Argument {
  return argumentOf(name, 'a Time, for instance new Time(0),', (value) => value instanceof Time)
}

const that = [aTime('that')]
const thatAndInterval = [aTime('that'), aDuration('interval')]

checkMethods(Time, 'Time', {
  less: that,
  lessEq: that,
  greater: that,
  greaterEq: that,
  equals: [anything('that')],
  plus: [aDuration('that')],
  minus: [eitherOf(aTime('that'), aDuration('that'))],
  floor: [aDuration('duration'), optional(aTime('zeroTime'))],
  isMultipleOf: [aDuration('that')],
  min: that,
  max: that,
  until: thatAndInterval,
  to: thatAndInterval,
})
