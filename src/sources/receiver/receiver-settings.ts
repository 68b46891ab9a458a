import { IllegalArgumentException } from '../../errors.ts'
import { parseSizeBytes, parseTimeMs } from '../../settings/conf-units.ts'

/** What receivers are told by the SparkConf. */
export interface ReceiverSettings {
  /** `spark.streaming.blockInterval`: received data becomes a block this often; 200 ms. */
  readonly blockIntervalMs: number
  /** `spark.streaming.receiverRestartDelay`: between a receiver's stop and its new start; 2000 ms. */
  readonly restartDelayMs: number
  /** `spark.streaming.receiver.maxRate`: records per second of each receiver; 0 is unlimited. */
  readonly maxRate: number
  /** `spark.streaming.backpressure.initialRate`: as long as back-pressure has not set another; `maxRate` unless set. */
  readonly initialRate: number
  /** `spark.streaming.backpressure.enabled`: whether rates follow how batches go. */
  readonly isBackpressureEnabled: boolean
  /** `millstream.streaming.receiver.maxBlockSize`: a buffer of this size becomes a block before its time; 8 MiB. */
  readonly maxBlockBytes: number
  /** `millstream.streaming.receiver.maxPendingSize`: received and not yet processed, per stream, before its source is paused; 256 MiB. */
  readonly maxPendingBytes: number
  /** `millstream.streaming.receiver.maxMemory`: blocks of all streams in memory before the oldest go to files; 512 MiB. */
  readonly maxMemoryBytes: number
  /** `millstream.streaming.receiver.maxLineSize`: a longer line, or frame of a raw socket, is an error; 256 MiB. */
  readonly maxLineBytes: number
  /** `spark.streaming.receiver.writeAheadLog.enable`: whether received data is on the disk before it counts as stored; false. */
  readonly isLogged: boolean
  /** `spark.streaming.receiver.writeAheadLog.rollingIntervalSecs`: after which a log goes on in a new file; 60 s. */
  readonly logRollingIntervalMs: number
  /** `spark.streaming.receiver.writeAheadLog.closeFileAfterWrite`: for file systems that show a file only when it is closed; false. */
  readonly closesLogAfterWrite: boolean
  /** `spark.streaming.receiver.writeAheadLog.maxFailures`: attempts to write a block; 3. */
  readonly maxLogFailures: number
  /** `spark.streaming.receiver.writeAheadLog.class`: a module whose default export is a `WriteAheadLog`; files of ours unless set. */
  readonly logClass: string | undefined
  /** `spark.streaming.receiver.blockStoreTimeout`: within which the log must take a block; 30 s. */
  readonly blockStoreTimeoutMs: number
  /** `spark.local.dir`: where blocks go that memory has no room for; the system's temporary directory unless set. */
  readonly localDirectory: string | undefined
}

const ROLLING_INTERVAL = 'spark.streaming.receiver.writeAheadLog.rollingIntervalSecs'
const MAX_FAILURES = 'spark.streaming.receiver.writeAheadLog.maxFailures'
const BLOCK_STORE_TIMEOUT = 'spark.streaming.receiver.blockStoreTimeout'
/** The setting that names the class of logs. */
export const LOG_CLASS = 'spark.streaming.receiver.writeAheadLog.class'

/** @throws IllegalArgumentException for a setting that cannot be read or is out of range. */
export function receiverSettings(getSetting: (key: string) => string | undefined): ReceiverSettings {
  const time = (key: string, otherwise: string) => parseTimeMs(key, getSetting(key) ?? otherwise)
  const size = (key: string, otherwise: string) => {
    const name = `millstream.streaming.receiver.${key}`
    const bytes = parseSizeBytes(name, getSetting(name) ?? otherwise)
    if (bytes < 1) throw invalid(name, `must be above 0, but was ${bytes}`)
    return bytes
  }
  const rate = (key: string, otherwise: number) => {
    const text = getSetting(key)
    const value = text === undefined ? otherwise : Number(text)
    if (Number.isNaN(value)) throw invalid(key, `must be a number of records per second, but was '${text}'`)
    return value
  }
  const blockIntervalMs = time('spark.streaming.blockInterval', '200ms')
  if (blockIntervalMs <= 0) throw invalid('spark.streaming.blockInterval', 'should be a positive value')
  const maxLogFailures = Number(getSetting(MAX_FAILURES) ?? 3)
  if (!Number.isInteger(maxLogFailures) || maxLogFailures < 1)
    throw invalid(MAX_FAILURES, 'must be a whole number above 0')
  const blockStoreTimeoutMs = parseTimeMs(BLOCK_STORE_TIMEOUT, getSetting(BLOCK_STORE_TIMEOUT) ?? '30', 's')
  if (blockStoreTimeoutMs <= 0) throw invalid(BLOCK_STORE_TIMEOUT, 'should be a positive value')
  const maxRate = rate('spark.streaming.receiver.maxRate', 0)
  return {
    blockIntervalMs,
    restartDelayMs: time('spark.streaming.receiverRestartDelay', '2000ms'),
    maxRate,
    initialRate: rate('spark.streaming.backpressure.initialRate', maxRate),
    isBackpressureEnabled: getSetting('spark.streaming.backpressure.enabled') === 'true',
    maxBlockBytes: size('maxBlockSize', '8m'),
    maxPendingBytes: size('maxPendingSize', '256m'),
    maxMemoryBytes: size('maxMemory', '512m'),
    maxLineBytes: size('maxLineSize', '256m'),
    isLogged: getSetting('spark.streaming.receiver.writeAheadLog.enable') === 'true',
    logRollingIntervalMs: parseTimeMs(ROLLING_INTERVAL, getSetting(ROLLING_INTERVAL) ?? '60', 's'),
    closesLogAfterWrite: getSetting('spark.streaming.receiver.writeAheadLog.closeFileAfterWrite') === 'true',
    maxLogFailures,
    logClass: getSetting(LOG_CLASS),
    blockStoreTimeoutMs,
    localDirectory: getSetting('spark.local.dir'),
  }
}

function invalid(key: string, message: string): IllegalArgumentException {
  return new IllegalArgumentException('INVALID_SETTING', `requirement failed: '${key}' ${message}`)
}
