import { SparkException } from '../errors.ts'

/** A job that was cancelled before its end: Spark's `SPARK_JOB_CANCELLED`. The message names the job and the reason. */
export class JobCancelledException extends SparkException {
  /**
   * @param jobId null for an action that was cancelled before its job had a number.
   * @param reason what follows `Job 3 cancelled`, for instance `part of cancelled job group nightly`; may be empty.
   */
  constructor(jobId: number | null, reason: string) {
    super(
      'SPARK_JOB_CANCELLED',
      `Job${jobId === null ? '' : ` ${jobId}`} cancelled${reason === '' ? '' : ` ${reason}`}`,
    )
  }
}

/** The reason that an abort signal carries, as words; empty when it has none of ours. */
export function cancelReason(signal: AbortSignal): string {
  const reason: unknown = signal.reason
  if (typeof reason === 'string') return reason
  return reason instanceof Error && reason.name !== 'AbortError' ? reason.message : ''
}
