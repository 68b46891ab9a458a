import type { EventTime } from './event-time.ts'

/** The local property that holds a job's tags, with commas between. */
export const JOB_TAGS = 'spark.job.tags'
/** The local property of the jobs of a batch: the batch's time in milliseconds. */
export const STREAMING_BATCH_TIME = 'spark.streaming.internal.batchTime'
/** The local property of the jobs of a batch: the number of their output operation. */
export const STREAMING_OUTPUT_OP_ID = 'spark.streaming.internal.outputOpId'

/** An action began a job. */
export interface JobStarted extends EventTime {
  readonly kind: 'jobStarted'
  readonly jobId: number
  /** The action and the user's line, for instance `count at app.ts:3:9`. */
  readonly callSite: string
  readonly description: string | null
  readonly group: string | null
  readonly tags: readonly string[]
  /** The batch whose output operation runs the job, in milliseconds since the epoch; null outside of streams. */
  readonly batchTime: number | null
  /** The number of that output operation, from 0; null outside of streams. */
  readonly outputOpId: number | null
  /** The local properties of the code that ran the action. */
  readonly properties: Readonly<Record<string, string>>
}

/** A job is over. */
export interface JobEnded extends EventTime {
  readonly kind: 'jobEnded'
  readonly jobId: number
  /** The error's message when the job failed or was cancelled, else null. */
  readonly failureReason: string | null
  /** The stages that ran for the job, in the order in which they began. */
  readonly stageIds: readonly number[]
}

/** The events of jobs. */
export type JobEvent = JobStarted | JobEnded
