import { booleanSetting, integerSetting, numberSetting, sizeSetting, textSetting, timeSetting } from './setting.ts'

const MIB = 1024 * 1024

export const BLOCK_INTERVAL = timeSetting('spark.streaming.blockInterval', {
  default: 200,
  min: 1,
  doc: 'what was received becomes a block, and so a partition, this often',
})

export const RECEIVER_RESTART_DELAY = timeSetting('spark.streaming.receiverRestartDelay', {
  default: 2000,
  min: 0,
  doc: "pause between a receiver's stop and its new start",
})

export const RECEIVER_MAX_RATE = numberSetting('spark.streaming.receiver.maxRate', {
  default: undefined,
  defaultText: 'no limit',
  example: '1000',
  doc: 'records per second of each receiver; `0` or less is no limit',
})

export const RECEIVER_WAL_ENABLE = booleanSetting('spark.streaming.receiver.writeAheadLog.enable', {
  default: false,
  doc: 'whether received data is on the disk before it counts as stored; see [checkpoints](checkpointing.md#receivers-the-write-ahead-log)',
})

export const RECEIVER_WAL_ROLLING_INTERVAL = timeSetting('spark.streaming.receiver.writeAheadLog.rollingIntervalSecs', {
  default: 60_000,
  unit: 's',
  min: 1,
  doc: 'time after which the log goes on in a new file',
})

export const RECEIVER_WAL_CLOSE_AFTER_WRITE = booleanSetting(
  'spark.streaming.receiver.writeAheadLog.closeFileAfterWrite',
  {
    default: false,
    doc: "whether the log's file is closed after each block, for file systems that show a file only when it is closed",
  },
)

export const RECEIVER_WAL_MAX_FAILURES = integerSetting('spark.streaming.receiver.writeAheadLog.maxFailures', {
  default: 3,
  min: 1,
  doc: 'attempts to write a block, each in a file of its own, before `store` rejects',
})

export const RECEIVER_WAL_CLASS = textSetting('spark.streaming.receiver.writeAheadLog.class', {
  default: undefined,
  defaultText: 'files in the checkpoint directory',
  expects: 'a module',
  example: './my-log.js',
  doc: 'a module whose default export extends `WriteAheadLog`, to keep the log elsewhere',
})

export const RECEIVER_BLOCK_STORE_TIMEOUT = timeSetting('spark.streaming.receiver.blockStoreTimeout', {
  default: 30_000,
  unit: 's',
  min: 1,
  doc: 'time within which the log must take a block',
})

export const BACKPRESSURE_ENABLED = booleanSetting('spark.streaming.backpressure.enabled', {
  default: false,
  doc: 'whether rates follow how the batches go',
})

export const BACKPRESSURE_INITIAL_RATE = numberSetting('spark.streaming.backpressure.initialRate', {
  default: undefined,
  defaultText: '`spark.streaming.receiver.maxRate`',
  example: '1000',
  doc: 'records per second of each receiver until the first batches tell a rate',
})

export const BACKPRESSURE_RATE_ESTIMATOR = textSetting('spark.streaming.backpressure.rateEstimator', {
  default: 'pid',
  expects: '`pid`',
  doc: 'how a rate is found; there is one way',
})

export const BACKPRESSURE_PID_PROPORTIONAL = numberSetting('spark.streaming.backpressure.pid.proportional', {
  default: 1,
  min: 0,
  doc: 'weight of how far the last rate was off',
})

export const BACKPRESSURE_PID_INTEGRAL = numberSetting('spark.streaming.backpressure.pid.integral', {
  default: 0.2,
  min: 0,
  doc: 'weight of the work that waits',
})

export const BACKPRESSURE_PID_DERIVED = numberSetting('spark.streaming.backpressure.pid.derived', {
  default: 0,
  min: 0,
  doc: 'weight of how fast the error changes',
})

export const BACKPRESSURE_PID_MIN_RATE = numberSetting('spark.streaming.backpressure.pid.minRate', {
  default: 100,
  above: 0,
  doc: 'records per second that are always allowed',
})

export const RECEIVER_MAX_BLOCK_SIZE = sizeSetting('millstream.streaming.receiver.maxBlockSize', {
  default: 8 * MIB,
  min: 1,
  doc: 'a buffer of this size becomes a block before its time',
})

export const RECEIVER_MAX_PENDING_SIZE = sizeSetting('millstream.streaming.receiver.maxPendingSize', {
  default: 256 * MIB,
  min: 1,
  doc: 'received and not yet processed data of a stream, above which its source is paused',
})

export const RECEIVER_MAX_MEMORY = sizeSetting('millstream.streaming.receiver.maxMemory', {
  default: 512 * MIB,
  min: 1,
  doc: 'blocks of all streams in memory, above which the oldest go to files',
})

export const RECEIVER_MAX_LINE_SIZE = sizeSetting('millstream.streaming.receiver.maxLineSize', {
  default: 256 * MIB,
  min: 1,
  doc: 'a longer line, or frame of a raw socket, is an error',
})
