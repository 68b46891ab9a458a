import type { BatchInfo, OutputOperationInfo } from './batch-info.ts'
import type { StreamInputInfo } from './input-info-tracker.ts'
import type { Job } from './job.ts'
import type { Time } from './time.ts'

/** The jobs of one batch and how far they are (Spark's `JobSet`). Times are milliseconds since the epoch. */
export class JobSet {
  readonly time: Time
  readonly jobs: readonly Job[]
  readonly streamIdToInputInfo: ReadonlyMap<number, StreamInputInfo>
  readonly submissionTime: number
  #unfinished: number
  #hasFailed = false
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
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  handleJobStart(at: number): void {
    this.#processingStartTime ??= at
  }

  handleJobCompletion(job: Job, at: number): void {
    this.#unfinished--
    if (job.failureReason !== undefined) this.#hasFailed = true
    if (this.hasCompleted) this.#processingEndTime = at
  }

  /** The batch as it is now, for listeners. */
  toBatchInfo(): BatchInfo {
    const { submissionTime } = this
    const start = this.#processingStartTime
    const end = this.#processingEndTime
    let numRecords = 0
    for (const info of this.streamIdToInputInfo.values()) numRecords += info.numRecords
    return {
      batchTime: this.time,
      streamIdToInputInfo: this.streamIdToInputInfo,
      submissionTime,
      processingStartTime: start,
      processingEndTime: end,
      outputOperationInfos: new Map(this.jobs.map((job) => [job.outputOpId, outputOperationInfo(job)])),
      schedulingDelay: start === undefined ? undefined : start - submissionTime,
      processingDelay: start === undefined || end === undefined ? undefined : end - start,
      totalDelay: end === undefined ? undefined : end - submissionTime,
      numRecords,
    }
  }
}

/** The output operation as it is now, for listeners. */
export function outputOperationInfo(job: Job): OutputOperationInfo {
  const { time, outputOpId, callSite, startTime, endTime, failureReason } = job
  return {
    batchTime: time,
    id: outputOpId,
    name: callSite,
    description: callSite,
    startTime,
    endTime,
    failureReason,
    duration: startTime === undefined || endTime === undefined ? undefined : endTime - startTime,
  }
}
