import { MillstreamError } from '../errors.ts'
import { MLlibError, type MLlibErrorCode } from './records/mllib-error.ts'

/** The codes that tasks raise for data; the job's error has the task's as its cause. */
const DATA_ERRORS: ReadonlySet<string> = new Set<MLlibErrorCode>([
  'VECTOR_SIZE_MISMATCH',
  'INPUT_VALIDATION_FAILED',
  'NOT_A_FINITE_NUMBER',
  'NOT_A_VECTOR',
])

/** Runs a job on vectors; where a record was at fault, the error says so itself and has the job's error as its cause. */
export async function runOnColumns<T>(job: () => Promise<T>): Promise<T> {
  try {
    return await job()
  } catch (error) {
    const cause = error instanceof MillstreamError ? (error.cause as { code?: unknown; message?: unknown }) : undefined
    if (typeof cause?.code !== 'string' || !DATA_ERRORS.has(cause.code)) throw error
    throw new MLlibError(cause.code as MLlibErrorCode, String(cause.message), { cause: error })
  }
}
