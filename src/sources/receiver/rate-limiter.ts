import type { Clock } from '../../batches/clock.ts'

/** Permits that are not used collect for this long, and can then be used at once. A longer time would allow bursts above the rate. */
const LONGEST_BURST_SECONDS = 1

/**
 * Keeps a receiver to so many records a second, evenly (Spark's `RateLimiter`): a bucket of permits that fills steadily. A rate comes
 * from `spark.streaming.receiver.maxRate`, from `spark.streaming.backpressure.initialRate` at first, and from back-pressure later.
 */
export class RateLimiter {
  readonly #clock: Clock
  readonly #maxRate: number
  #rate: number
  /** Below zero when permits were given in advance. */
  #permits = 0
  #filledAt: number

  /** @param rates records per second; 0 and less mean unlimited. */
  constructor(clock: Clock, rates: { readonly maxRate: number; readonly initialRate: number }) {
    this.#clock = clock
    this.#maxRate = rates.maxRate > 0 ? rates.maxRate : Number.POSITIVE_INFINITY
    this.#rate = Math.min(rates.initialRate > 0 ? rates.initialRate : Number.POSITIVE_INFINITY, this.#maxRate)
    this.#filledAt = clock.now()
  }

  /** Records per second; infinite when unlimited. */
  get currentRate(): number {
    return this.#rate
  }

  /** Takes up a new rate, but none above the maximum; a rate of 0 or less is ignored. */
  updateRate(rate: number): void {
    if (!(rate > 0)) return
    this.#fill()
    this.#rate = Math.min(rate, this.#maxRate)
    if (!Number.isFinite(this.#permits)) this.#permits = 0
  }

  /** Takes one permit, in advance if need be. @returns how long to wait before the record is taken in, in milliseconds. */
  acquire(): number {
    if (this.#rate === Number.POSITIVE_INFINITY) return 0
    this.#fill()
    const waitMs = this.#permits >= 0 ? 0 : (-this.#permits / this.#rate) * 1000
    this.#permits -= 1
    return waitMs
  }

  /** Takes the permits that are there now, whole ones and at most `wanted`. */
  take(wanted: number): number {
    if (this.#rate === Number.POSITIVE_INFINITY) return wanted
    this.#fill()
    // Fractions add up in floating point: half a record in a million is not worth a tick's delay.
    const taken = Math.max(0, Math.min(wanted, Math.floor(this.#permits + 1e-6)))
    this.#permits -= taken
    return taken
  }

  #fill(): void {
    const now = this.#clock.now()
    const seconds = Math.max(0, now - this.#filledAt) / 1000
    this.#filledAt = now
    if (this.#rate === Number.POSITIVE_INFINITY) return
    this.#permits = Math.min(this.#permits + seconds * this.#rate, LONGEST_BURST_SECONDS * this.#rate)
  }
}
