import { integerSetting, timeSetting } from './setting.ts'

export const BATCH_MAX_ATTEMPTS = integerSetting('millstream.streaming.batch.maxAttempts', {
  default: 1,
  min: 1,
  doc: 'how often a batch is tried within a run before it counts as failed',
})

export const BATCH_RETRY_DELAY = timeSetting('millstream.streaming.batch.retryDelay', {
  default: 1000,
  min: 0,
  doc: 'pause before the second attempt of a batch; it doubles for each further one',
})

export const BATCH_MAX_WAITING = integerSetting('millstream.streaming.batch.maxWaiting', {
  default: 1000,
  min: 1,
  doc: 'batches that failed and wait to run again; while there are more, no further batch is generated, and sources wait',
})
