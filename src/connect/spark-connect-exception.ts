import { SparkException } from '../errors.ts'

/** An error that Spark reported: `code` is Spark's error class (`INVALID_HANDLE.SESSION_CLOSED`, …) where it has one. */
export class SparkConnectException extends SparkException {
  /** Spark's SQLSTATE, or null where it has none. */
  readonly sqlState: string | null
  /** gRPC's status code. */
  readonly grpcCode: number

  constructor(code: string, message: string, details: { sqlState: string | null; grpcCode: number; cause?: unknown }) {
    super(code, message, details.cause === undefined ? undefined : { cause: details.cause })
    this.sqlState = details.sqlState
    this.grpcCode = details.grpcCode
  }
}
