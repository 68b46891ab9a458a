import { IllegalArgumentException } from '../../errors.ts'
import type { RateEstimator } from './rate-estimator.ts'

/** The weights and bounds of a {@link PIDRateEstimator}. */
export interface PIDSettings {
  /** Above 0. */
  readonly batchIntervalMs: number
  /** Weight of how far the last rate was off; at least 0. */
  readonly proportional: number
  /** Weight of the work that waits, as a rate; at least 0. */
  readonly integral: number
  /** Weight of how quickly the error changes; at least 0. */
  readonly derivative: number
  /** Records per second, never less; above 0. */
  readonly minRate: number
}

/**
 * Steers a stream's rate towards what its batches manage (Spark's `PIDRateEstimator`): the error is the last rate minus the rate at which
 * the batch was processed, its history is the work that waited. The first batch sets the starting point and gives no rate.
 */
export class PIDRateEstimator implements RateEstimator {
  readonly #settings: PIDSettings
  #isFirst = true
  #latestTime = -1
  #latestRate = -1
  #latestError = 0

  /** @throws IllegalArgumentException for a setting out of its range. */
  constructor(settings: PIDSettings) {
    const { batchIntervalMs, proportional, integral, derivative, minRate } = settings
    requireThat(batchIntervalMs > 0, `the batch interval must be above 0 ms, but was ${batchIntervalMs}`)
    requireThat(proportional >= 0, `the proportional term must be at least 0, but was ${proportional}`)
    requireThat(integral >= 0, `the integral term must be at least 0, but was ${integral}`)
    requireThat(derivative >= 0, `the derivative term must be at least 0, but was ${derivative}`)
    requireThat(minRate > 0, `the minimum rate must be above 0, but was ${minRate}`)
    this.#settings = settings
  }

  compute(time: number, numElements: number, processingDelayMs: number, schedulingDelayMs: number): number | undefined {
    if (!(time > this.#latestTime && numElements > 0 && processingDelayMs > 0)) return undefined
    const { batchIntervalMs, proportional, integral, derivative, minRate } = this.#settings
    const secondsSinceUpdate = (time - this.#latestTime) / 1000
    const processingRate = (numElements / processingDelayMs) * 1000
    const error = this.#latestRate - processingRate
    const historicalError = (schedulingDelayMs * processingRate) / batchIntervalMs
    const errorChange = (error - this.#latestError) / secondsSinceUpdate
    this.#latestTime = time
    if (this.#isFirst) {
      this.#isFirst = false
      this.#latestRate = processingRate
      this.#latestError = 0
      return undefined
    }
    const rate = this.#latestRate - proportional * error - integral * historicalError - derivative * errorChange
    this.#latestRate = Math.max(rate, minRate)
    this.#latestError = error
    return this.#latestRate
  }
}

function requireThat(condition: boolean, message: string): void {
  if (!condition) throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `requirement failed: ${message}`)
}
