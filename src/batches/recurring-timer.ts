import { setImmediate } from 'node:timers/promises'
import { log } from '../log.ts'
import type { Clock } from './clock.ts'
import { describeError } from './describe-error.ts'

function logError(error: unknown): void {
  log('ERROR', 'RecurringTimer', describeError(error))
}

/**
 * Calls back at every multiple of a period since the epoch (Spark's `RecurringTimer`). A tick that could not be kept, because the process
 * was busy or asleep, is made up for as soon as possible: none is skipped, and each carries the time at which it was due.
 */
export class RecurringTimer {
  readonly #clock: Clock
  readonly #periodMs: number
  readonly #onTick: (time: number) => void
  readonly #onError: (error: unknown) => void
  readonly #abort = new AbortController()
  #isStarted = false
  /** The time of the next tick, in milliseconds. */
  #next = 0

  /** @param onError told what `onTick` throws, and that a clock of the program has failed: then no tick comes any more. */
  constructor(
    clock: Clock,
    periodMs: number,
    onTick: (time: number) => void,
    onError: (error: unknown) => void = logError,
  ) {
    this.#clock = clock
    this.#periodMs = periodMs
    this.#onTick = onTick
    this.#onError = onError
  }

  /** The first tick's time if the timer were started now. */
  getStartTime(): number {
    return (Math.floor(this.#clock.now() / this.#periodMs) + 1) * this.#periodMs
  }

  /** The first tick's time if the timer went on now in the steps that another began at `originalStart`. */
  getRestartTime(originalStart: number): number {
    const periods = Math.floor((this.#clock.now() - originalStart) / this.#periodMs) + 1
    return periods * this.#periodMs + originalStart
  }

  /** @param startTime the first tick's time, from {@link getStartTime}. */
  start(startTime: number): void {
    this.#next = startTime
    this.#isStarted = true
    this.#run().catch(this.#onError)
  }

  /** Makes the next tick now, before its time has come. Does nothing before the start and after the stop. */
  tickNow(): void {
    if (this.#isStarted && !this.#abort.signal.aborted) this.#tick()
  }

  /** No tick comes after this. A clock that does not end its wait is not waited for. */
  stop(): void {
    this.#abort.abort()
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    for (;;) {
      const time = this.#next
      const now = await this.#clock.waitTill(time, signal)
      if (signal.aborted) return
      // The tick was made before its time.
      if (time < this.#next) continue
      this.#tick()
      // Between ticks that are overdue, jobs and sockets get their turn: else a timer that never catches up would let nothing else happen.
      if (now >= time + this.#periodMs) await setImmediate()
    }
  }

  #tick(): void {
    const time = this.#next
    this.#next += this.#periodMs
    try {
      this.#onTick(time)
    } catch (error) {
      this.#onError(error)
    }
  }
}
