import { LOCAL_DIR } from '../../settings/application.ts'
import { read, type SettingSource } from '../../settings/read.ts'
import {
  BACKPRESSURE_ENABLED,
  BACKPRESSURE_INITIAL_RATE,
  BLOCK_INTERVAL,
  RECEIVER_BLOCK_STORE_TIMEOUT,
  RECEIVER_MAX_BLOCK_SIZE,
  RECEIVER_MAX_LINE_SIZE,
  RECEIVER_MAX_MEMORY,
  RECEIVER_MAX_PENDING_SIZE,
  RECEIVER_MAX_RATE,
  RECEIVER_RESTART_DELAY,
  RECEIVER_WAL_CLASS,
  RECEIVER_WAL_CLOSE_AFTER_WRITE,
  RECEIVER_WAL_ENABLE,
  RECEIVER_WAL_MAX_FAILURES,
  RECEIVER_WAL_ROLLING_INTERVAL,
} from '../../settings/receivers.ts'

/** The settings of receivers, read from the SparkConf. */
export interface ReceiverSettings {
  /** `spark.streaming.blockInterval`: received data becomes a block this often. */
  readonly blockIntervalMs: number
  /** `spark.streaming.receiverRestartDelay`: between a receiver's stop and its new start. */
  readonly restartDelayMs: number
  /** `spark.streaming.receiver.maxRate`: records per second of each receiver. */
  readonly maxRate: number
  /** `spark.streaming.backpressure.initialRate`: as long as back-pressure has not set another. */
  readonly initialRate: number
  /** `spark.streaming.backpressure.enabled`: whether rates follow how batches go. */
  readonly isBackpressureEnabled: boolean
  /** `millstream.streaming.receiver.maxBlockSize`: a buffer of this size becomes a block before its time. */
  readonly maxBlockBytes: number
  /** `millstream.streaming.receiver.maxPendingSize`: received and not yet processed, per stream, before its source is paused. */
  readonly maxPendingBytes: number
  /** `millstream.streaming.receiver.maxMemory`: blocks of all streams in memory before the oldest go to files. */
  readonly maxMemoryBytes: number
  /** `millstream.streaming.receiver.maxLineSize`: a longer line, or frame of a raw socket, is an error. */
  readonly maxLineBytes: number
  /** `spark.streaming.receiver.writeAheadLog.enable`: whether received data is on the disk before it counts as stored. */
  readonly isLogged: boolean
  /** `spark.streaming.receiver.writeAheadLog.rollingIntervalSecs`: the time after which a log begins a new file. */
  readonly logRollingIntervalMs: number
  /** `spark.streaming.receiver.writeAheadLog.closeFileAfterWrite`: for file systems that show a file only when it is closed. */
  readonly closesLogAfterWrite: boolean
  /** `spark.streaming.receiver.writeAheadLog.maxFailures`: attempts to write a block. */
  readonly maxLogFailures: number
  /** `spark.streaming.receiver.writeAheadLog.class`: a module whose default export is a `WriteAheadLog`. */
  readonly logClass: string | undefined
  /** `spark.streaming.receiver.blockStoreTimeout`: within which the log must take a block. */
  readonly blockStoreTimeoutMs: number
  /** `spark.local.dir`: where blocks go that memory has no room for. */
  readonly localDirectory: string | undefined
}

/** @throws IllegalArgumentException for a setting that cannot be read or is out of range. */
export function receiverSettings(source: SettingSource): ReceiverSettings {
  const maxRate = read(source, RECEIVER_MAX_RATE) ?? 0
  return {
    blockIntervalMs: read(source, BLOCK_INTERVAL),
    restartDelayMs: read(source, RECEIVER_RESTART_DELAY),
    maxRate,
    initialRate: read(source, BACKPRESSURE_INITIAL_RATE) ?? maxRate,
    isBackpressureEnabled: read(source, BACKPRESSURE_ENABLED),
    maxBlockBytes: read(source, RECEIVER_MAX_BLOCK_SIZE),
    maxPendingBytes: read(source, RECEIVER_MAX_PENDING_SIZE),
    maxMemoryBytes: read(source, RECEIVER_MAX_MEMORY),
    maxLineBytes: read(source, RECEIVER_MAX_LINE_SIZE),
    isLogged: read(source, RECEIVER_WAL_ENABLE),
    logRollingIntervalMs: read(source, RECEIVER_WAL_ROLLING_INTERVAL),
    closesLogAfterWrite: read(source, RECEIVER_WAL_CLOSE_AFTER_WRITE),
    maxLogFailures: read(source, RECEIVER_WAL_MAX_FAILURES),
    logClass: read(source, RECEIVER_WAL_CLASS),
    blockStoreTimeoutMs: read(source, RECEIVER_BLOCK_STORE_TIMEOUT),
    localDirectory: read(source, LOCAL_DIR),
  }
}
