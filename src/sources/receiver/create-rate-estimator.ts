import { IllegalArgumentException } from '../../errors.ts'
import { PIDRateEstimator } from './pid-rate-estimator.ts'
import type { RateEstimator } from './rate-estimator.ts'

/**
 * The estimator that `spark.streaming.backpressure.rateEstimator` names, with its `spark.streaming.backpressure.pid.*` settings.
 * @throws IllegalArgumentException for a name other than `pid`, and for settings out of range.
 */
export function createRateEstimator(
  getSetting: (key: string) => string | undefined,
  batchIntervalMs: number,
): RateEstimator {
  const name = getSetting('spark.streaming.backpressure.rateEstimator') ?? 'pid'
  if (name !== 'pid') {
    throw new IllegalArgumentException('UNKNOWN_RATE_ESTIMATOR', `Unknown rate estimator: ${name}`)
  }
  const number = (key: string, otherwise: number) => {
    const text = getSetting(`spark.streaming.backpressure.pid.${key}`)
    return text === undefined ? otherwise : Number(text)
  }
  return new PIDRateEstimator({
    batchIntervalMs,
    proportional: number('proportional', 1),
    integral: number('integral', 0.2),
    derivative: number('derived', 0),
    minRate: number('minRate', 100),
  })
}
