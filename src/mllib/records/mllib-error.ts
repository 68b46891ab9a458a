import { SparkException } from '../../errors.ts'

/** What a {@link MLlibError} can be about. */
export type MLlibErrorCode =
  | 'CANNOT_PARSE_NUMERIC'
  | 'VECTOR_SIZE_MISMATCH'
  | 'INPUT_VALIDATION_FAILED'
  | 'NOT_A_FINITE_NUMBER'
  | 'NOT_A_VECTOR'
  | 'MODEL_FILE_MISMATCH'

/** What `millstream/mllib` raises for data that it cannot use: text, vectors, labels or model files. The message has the record and its place. */
export class MLlibError extends SparkException {
  declare readonly code: MLlibErrorCode

  constructor(code: MLlibErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options)
  }
}
