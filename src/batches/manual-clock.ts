import { aNumber, anAbortSignal, eitherOf, optional } from '../arguments/argument.ts'
import { checkActions, checkArgument, checkMethods } from '../arguments/check-arguments.ts'
import { IllegalArgumentException } from '../errors.ts'
import type { Clock } from './clock.ts'
import { aDuration, type Duration, toDuration } from './duration.ts'

interface Waiter {
  readonly time: number
  readonly wake: () => void
}

/**
 * A clock that moves only when told to (Spark's `ManualClock`): tests decide when a batch is due. Those who wait are woken in the order
 * of the times they wait for, and among equals in the order in which they came.
 */
export class ManualClock implements Clock {
  /** The time stands still until the program moves it. */
  readonly isManual = true
  #now: number
  /** Sorted by time, then by arrival. */
  readonly #waiters: Waiter[] = []

  /** @param now milliseconds since the epoch. */
  constructor(now = 0) {
    checkArgument('new ManualClock', aNumber('now'), now)
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  /** How many are waiting for a later time. */
  get waiterCount(): number {
    return this.#waiters.length
  }

  /**
   * Moves the clock on.
   * @param by a plain number is milliseconds; a text has a unit: `10s`.
   * @throws IllegalArgumentException when it is not a finite time of at least 0.
   */
  advance(by: number | Duration | string): void {
    this.setTime(this.#now + (typeof by === 'number' ? by : toDuration(by).milliseconds))
  }

  /** Moves the clock to `time`, milliseconds since the epoch. @throws IllegalArgumentException when that is before now. */
  setTime(time: number): void {
    if (!(time >= this.#now)) {
      throw new IllegalArgumentException('CLOCK_WENT_BACK', `a manual clock at ${this.#now} cannot be set to ${time}`)
    }
    this.#now = time
    while (this.#waiters.length > 0 && this.#waiters[0]!.time <= time) this.#waiters.shift()!.wake()
  }

  waitTill(time: number, signal?: AbortSignal): Promise<number> {
    if (time <= this.#now || signal?.aborted) return Promise.resolve(this.#now)
    return new Promise((resolve) => {
      const cancel = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        resolve(this.#now)
      }
      const wake = () => {
        signal?.removeEventListener('abort', cancel)
        resolve(this.#now)
      }
      const waiter: Waiter = { time, wake }
      const later = this.#waiters.findIndex((other) => other.time > time)
      this.#waiters.splice(later === -1 ? this.#waiters.length : later, 0, waiter)
      signal?.addEventListener('abort', cancel, { once: true })
    })
  }
}

const time = aNumber('time')

checkMethods(ManualClock, 'ManualClock', {
  advance: [eitherOf(aNumber('by'), aDuration('by'))],
  setTime: [time],
})
checkActions(ManualClock, 'ManualClock', { waitTill: [time, optional(anAbortSignal())] })
