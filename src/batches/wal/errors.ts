import { SparkException } from '../../errors.ts'

/** A received block could not be brought to the write-ahead log, or could not be brought back from it. */
export class WriteAheadLogError extends SparkException {
  constructor(message: string, options?: { cause?: unknown }) {
    super('WRITE_AHEAD_LOG_FAILED', message, options)
  }
}
