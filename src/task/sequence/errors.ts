import { MillstreamError } from '../../errors.ts'

/** A file is no whole SequenceFile. */
export class SequenceFileError extends MillstreamError {
  constructor(path: string, what: string, cause?: unknown) {
    super(
      'CORRUPT_SEQUENCE_FILE',
      `Cannot read ${path} as a SequenceFile: ${what}. Read it with the operation that fits it, or write or copy it again.`,
      cause === undefined ? undefined : { cause },
    )
  }
}
