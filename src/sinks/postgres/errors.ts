import { MillstreamError } from '../../errors.ts'

/** What can go wrong with a partition on its way into PostgreSQL; `cause` is the client's error, or that of the user's function. */
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
