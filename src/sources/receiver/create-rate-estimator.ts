import { IllegalArgumentException } from '../../errors.ts'
import { read, type SettingSource } from '../../settings/read.ts'
import {
  BACKPRESSURE_PID_DERIVED,
  BACKPRESSURE_PID_INTEGRAL,
  BACKPRESSURE_PID_MIN_RATE,
  BACKPRESSURE_PID_PROPORTIONAL,
  BACKPRESSURE_RATE_ESTIMATOR,
} from '../../settings/receivers.ts'
import { PIDRateEstimator } from './pid-rate-estimator.ts'
import type { RateEstimator } from './rate-estimator.ts'

/**
 * The estimator that `spark.streaming.backpressure.rateEstimator` names, with its `spark.streaming.backpressure.pid.*` settings.
 * @throws IllegalArgumentException for a name other than `pid`, and for settings out of range.
 */
export function createRateEstimator(source: SettingSource, batchIntervalMs: number): RateEstimator {
  const name = read(source, BACKPRESSURE_RATE_ESTIMATOR)
  if (name !== 'pid') {
    throw new IllegalArgumentException('UNKNOWN_RATE_ESTIMATOR', `Unknown rate estimator: ${name}`)
  }
  return new PIDRateEstimator({
    batchIntervalMs,
    proportional: read(source, BACKPRESSURE_PID_PROPORTIONAL),
    integral: read(source, BACKPRESSURE_PID_INTEGRAL),
    derivative: read(source, BACKPRESSURE_PID_DERIVED),
    minRate: read(source, BACKPRESSURE_PID_MIN_RATE),
  })
}
