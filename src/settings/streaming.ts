import { booleanSetting, integerSetting, textSetting, timeSetting } from './setting.ts'

export const CONCURRENT_JOBS = integerSetting('spark.streaming.concurrentJobs', {
  default: 1,
  min: 1,
  doc: 'output operations that run at the same time',
})

export const UNPERSIST = booleanSetting('spark.streaming.unpersist', {
  default: true,
  doc: 'whether what a batch kept is freed when no later batch needs it',
})

export const CHECKPOINT_DIRECTORY = textSetting('spark.streaming.checkpoint.directory', {
  default: undefined,
  expects: 'a directory',
  example: 'checkpoints',
  doc: 'where checkpoints are written, as with `ssc.checkpoint(directory)`',
})

export const EXTRA_LISTENERS = textSetting('spark.streaming.extraListeners', {
  default: undefined,
  expects: 'a list of modules with commas between',
  example: './listeners.js',
  doc: 'modules whose default export is a class of streaming listeners',
})

export const STOP_SPARK_CONTEXT_BY_DEFAULT = booleanSetting('spark.streaming.stopSparkContextByDefault', {
  default: true,
  doc: 'whether `ssc.stop()` stops the SparkContext too',
})

export const STOP_GRACEFULLY_ON_SHUTDOWN = booleanSetting('spark.streaming.stopGracefullyOnShutdown', {
  default: true,
  doc: 'whether SIGINT and SIGTERM stop gracefully',
})

export const GRACEFUL_STOP_TIMEOUT = timeSetting('spark.streaming.gracefulStopTimeout', {
  default: undefined,
  defaultText: 'an hour, 30 s on a signal; ten batches if that is more',
  min: 0,
  example: '30s',
  doc: 'how long a graceful stop waits for batches',
})

export const STOP_TIMEOUT = timeSetting('millstream.streaming.stopTimeout', {
  default: 10_000,
  min: 0,
  doc: 'how long a stop waits for code of the program that does not end: the `close` of a source or of a write-ahead log, the last checkpoint',
})

export const FILE_STREAM_MIN_REMEMBER_DURATION = timeSetting('spark.streaming.fileStream.minRememberDuration', {
  default: 60_000,
  unit: 's',
  min: 0,
  olderKeys: ['spark.streaming.minRememberDuration'],
  doc: 'how long after its modification a file may still be found new',
})

export const CLOCK = textSetting('spark.streaming.clock', {
  default: 'SystemClock',
  // Spark programs give the name of the class with its package.
  pattern: /(^|\.)(System|Manual)Clock$/,
  expects: '`SystemClock` or `ManualClock`',
  doc: 'where time comes from: the machine, or a clock that a test moves',
})

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
