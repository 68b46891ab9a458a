import { MillstreamError } from '../../errors.ts'

/** A partition could not be written to PostgreSQL. `cause` is the error of the client or of the user's function. */
export type PostgresSinkErrorCode =
  | 'POSTGRES_UNAVAILABLE'
  | 'POSTGRES_CONFLICT'
  | 'POSTGRES_WRITE_FAILED'
  | 'SINK_PARTITIONS_CHANGED'
  | 'SINK_WRITTEN_TWICE'

/** A partition, or a batch, that a {@link postgresSink} could not write. What was not committed is not there: the batch can run again. */
export class PostgresSinkError extends MillstreamError {
  constructor(code: PostgresSinkErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options)
  }
}
