import { SparkException } from '../../errors.ts'

/** A checkpoint file is torn, truncated, altered, or of a version that this release does not know. */
export class CorruptCheckpointError extends SparkException {
  constructor(message: string, options?: { cause?: unknown }) {
    super('CORRUPT_CHECKPOINT', message, options)
  }
}

/** A checkpoint could not be written; the one before it is as it was. */
export class CheckpointWriteError extends SparkException {
  constructor(message: string, options?: { cause?: unknown }) {
    super('CHECKPOINT_NOT_WRITTEN', message, options)
  }
}

/** The program and the checkpoint do not belong together: an operator with data is gone, or the batch interval is another one. */
export class CheckpointMismatchError extends SparkException {
  constructor(message: string) {
    super('CHECKPOINT_MISMATCH', message)
  }
}
