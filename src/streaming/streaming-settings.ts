import { type Clock, SystemClock } from '../batches/clock.ts'
import { type Duration, type DurationLike, toDuration } from '../batches/duration.ts'
import type { LedgerOptions } from '../batches/ledger/batch-ledger.ts'
import { ManualClock } from '../batches/manual-clock.ts'
import { IllegalArgumentException } from '../errors.ts'
import type { SparkConf } from '../settings/spark-conf.ts'
import { BATCH_MAX_ATTEMPTS, BATCH_MAX_WAITING, BATCH_RETRY_DELAY, CLOCK } from '../settings/streaming.ts'

/** The batch interval as a user gives it. @throws IllegalArgumentException when it is missing or not above zero. */
export function batchInterval(batchDuration: DurationLike | null | undefined): Duration {
  if (batchDuration === null || batchDuration === undefined) {
    throw new IllegalArgumentException(
      'ILLEGAL_ARGUMENT',
      'requirement failed: Batch duration for StreamingContext cannot be null',
    )
  }
  const isNoNumber = typeof batchDuration !== 'string' && Number.isNaN(Number(batchDuration))
  const interval = isNoNumber ? null : toDuration(batchDuration)
  if (interval !== null && interval.milliseconds > 0) return interval
  throw new IllegalArgumentException(
    'INVALID_BATCH_DURATION',
    `the batch interval must be at least 1 ms, but was ${String(batchDuration)}${typeof batchDuration === 'number' ? ' s' : ''}`,
  )
}

/** How the batches of a context are tried, and how many may wait to run again. @throws IllegalArgumentException for a setting out of range. */
export function ledgerOptions(conf: SparkConf): LedgerOptions {
  return {
    maxAttempts: conf.readSetting(BATCH_MAX_ATTEMPTS),
    retryDelayMs: conf.readSetting(BATCH_RETRY_DELAY),
    maxWaiting: conf.readSetting(BATCH_MAX_WAITING),
  }
}

/** The clock that the settings ask for. @throws IllegalArgumentException for a name that is none. */
export function clockOf(conf: SparkConf): Clock {
  return conf.readSetting(CLOCK).endsWith('ManualClock') ? new ManualClock() : new SystemClock()
}
