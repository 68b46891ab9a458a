import type { Duration } from './duration.ts'
import type { Time } from './time.ts'

/** The span from `beginTime` to `endTime` (Spark's `Interval`). */
export class Interval {
  readonly beginTime: Time
  readonly endTime: Time
  constructor(beginTime: Time, endTime: Time) {
    this.beginTime = beginTime
    this.endTime = endTime
  }
  duration(): Duration {
    return this.endTime.minus(this.beginTime)
  }
  plus(time: Duration): Interval {
    return new Interval(this.beginTime.plus(time), this.endTime.plus(time))
  }
  minus(time: Duration): Interval {
    return new Interval(this.beginTime.minus(time), this.endTime.minus(time))
  }
  toString(): string {
    return `[${this.beginTime}, ${this.endTime}]`
  }
}
