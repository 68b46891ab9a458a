import { setImmediate } from 'node:timers/promises'
import type { Clock } from './clock.ts'

/**
 * Calls back at every multiple of a period since the epoch (Spark's `RecurringTimer`). A tick that could not be kept, because the process
 * was busy or asleep, is made up for as soon as possible: none is skipped, and each carries the time at which it was due.
 */
export class RecurringTimer {
  readonly #clock: Clock
  readonly #periodMs: number
  readonly #onTick: (time: number) => void
  readonly #abort = new AbortController()
  #loop: Promise<void> | null = null

  constructor(clock: Clock, periodMs: number, onTick: (time: number) => void) {
    this.#clock = clock
    this.#periodMs = periodMs
    this.#onTick = onTick
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
    this.#loop = this.#run(startTime)
  }

  /** No tick comes after this. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#loop
  }

  async #run(startTime: number): Promise<void> {
    const { signal } = this.#abort
    for (let time = startTime; ; time += this.#periodMs) {
      const now = await this.#clock.waitTill(time, signal)
      if (signal.aborted) return
      this.#onTick(time)
      // Between ticks that are overdue, jobs and sockets get their turn: else a timer that never catches up would let nothing else happen.
      if (now >= time + this.#periodMs) await setImmediate()
    }
  }
}
