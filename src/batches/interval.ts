import { checkArguments, checkMethods } from '../arguments/check-arguments.ts'
import { aDuration, type Duration, type DurationLike } from './duration.ts'
import { aTime, type Time } from './time.ts'

/** The span from `beginTime` to `endTime` (Spark's `Interval`). */
export class Interval {
  /** Where the span begins. */
  readonly beginTime: Time
  /** Where the span ends. */
  readonly endTime: Time
  constructor(beginTime: Time, endTime: Time) {
    checkArguments('new Interval', [aTime('beginTime'), aTime('endTime')], [beginTime, endTime])
    this.beginTime = beginTime
    this.endTime = endTime
  }
  /** How long it is. */
  duration(): Duration {
    return this.endTime.minus(this.beginTime)
  }
  /** The same span, later by `time`. */
  plus(time: DurationLike): Interval {
    return new Interval(this.beginTime.plus(time), this.endTime.plus(time))
  }
  /** The same span, earlier by `time`. */
  minus(time: DurationLike): Interval {
    return new Interval(this.beginTime.minus(time), this.endTime.minus(time))
  }
  /** `[1000 ms, 2000 ms]` */
  toString(): string {
    return `[${this.beginTime}, ${this.endTime}]`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

const time = [aDuration('time')]

checkMethods(Interval, 'Interval', { plus: time, minus: time })
