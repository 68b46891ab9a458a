import type { BatchDescription } from '../events/stream-events.ts'
import type { StreamInputInfo } from './input-info-tracker.ts'
import { type Job, outputOf } from './job.ts'
import type { Time } from './time.ts'

/** The jobs of one batch and how far they are (Spark's `JobSet`). Times are milliseconds since the epoch. */
export class JobSet {
  readonly time: Time
  readonly jobs: readonly Job[]
  readonly streamIdToInputInfo: ReadonlyMap<number, StreamInputInfo>
  readonly submissionTime: number
  #unfinished: number
  readonly #failed: Job[] = []
  #processingStartTime: number | undefined
  #processingEndTime: number | undefined

  constructor(
    time: Time,
    jobs: readonly Job[],
    streamIdToInputInfo: ReadonlyMap<number, StreamInputInfo>,
    submissionTime: number,
  ) {
    this.time = time
    this.jobs = jobs
    this.streamIdToInputInfo = streamIdToInputInfo
    this.submissionTime = submissionTime
    this.#unfinished = jobs.length
  }

  get hasStarted(): boolean {
    return this.#processingStartTime !== undefined
  }
  get hasCompleted(): boolean {
    return this.#unfinished === 0
  }
  /** The jobs that failed so far. */
  get failedJobs(): readonly Job[] {
    return this.#failed
  }

  handleJobStart(at: number): void {
    this.#processingStartTime ??= at
  }

  handleJobCompletion(job: Job, at: number): void {
    this.#unfinished--
    if (job.failureReason !== undefined) this.#failed.push(job)
    if (this.hasCompleted) this.#processingEndTime = at
  }

  /** The batch as it is now, for listeners. */
  describe(): BatchDescription {
    return {
      batchTime: this.time.milliseconds,
      inputs: [...this.streamIdToInputInfo.values()].map(({ inputStreamId: streamId, numRecords, metadata }) => ({
        streamId,
        numRecords,
        metadata: Object.fromEntries(metadata),
      })),
      submissionTime: this.submissionTime,
      processingStartTime: this.#processingStartTime ?? null,
      processingEndTime: this.#processingEndTime ?? null,
      outputs: this.jobs.map(outputOf),
    }
  }
}
