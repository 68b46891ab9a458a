import type { JobProperties } from '../engine/engine.ts'
import { JOB_TAGS } from '../events/job-events.ts'
import { parseJobTags } from './job-tags.ts'

/** The local properties by which Spark knows a job's group, description and tags. */
export const JOB_GROUP_ID = 'spark.jobGroup.id'
export const JOB_DESCRIPTION = 'spark.job.description'
export const JOB_INTERRUPT_ON_CANCEL = 'spark.job.interruptOnCancel'

interface ActiveJob {
  /** The engine's number of it, once it has one. */
  id: number | null
  readonly group: string | null
  readonly tags: ReadonlySet<string>
  readonly controller: AbortController
}

/** The jobs that run now, so that they can be cancelled by what they were submitted under. */
export class ActiveJobs {
  readonly #jobs = new Set<ActiveJob>()
  /** Groups whose later jobs are cancelled too, each with the reason; the oldest first. */
  readonly #cancelledGroups = new Map<string, string>()
  readonly #maxCancelledGroups: number

  /** @param maxCancelledGroups how many groups are remembered whose later jobs are cancelled. */
  constructor(maxCancelledGroups: number) {
    this.#maxCancelledGroups = maxCancelledGroups
  }

  /**
   * Runs a job's body with a signal that any of the cancel methods fires.
   * @param signal the submitter's own, which cancels the job too
   */
  async run<R>(
    properties: JobProperties,
    signal: AbortSignal | undefined,
    body: (signal: AbortSignal, onStarted: (jobId: number) => void) => Promise<R>,
  ): Promise<R> {
    const controller = new AbortController()
    const abort = () => controller.abort(signal?.reason)
    const tags = parseJobTags(properties.localProperties[JOB_TAGS])
    const job: ActiveJob = { id: null, group: properties.group, tags, controller }
    const groupReason = this.#cancelledGroups.get(properties.group ?? '')
    if (groupReason !== undefined) controller.abort(groupReason)
    const onStarted = (jobId: number) => {
      job.id = jobId
    }
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    this.#jobs.add(job)
    try {
      return await body(controller.signal, onStarted)
    } finally {
      this.#jobs.delete(job)
      signal?.removeEventListener('abort', abort)
    }
  }

  cancelGroup(group: string, reason: string): void {
    this.#cancel((job) => job.group === group, reason)
  }

  /** Cancels the running jobs of a group, and those that are submitted later. */
  cancelGroupForGood(group: string, reason: string): void {
    this.#cancelledGroups.delete(group)
    this.#cancelledGroups.set(group, reason)
    if (this.#cancelledGroups.size > this.#maxCancelledGroups) {
      this.#cancelledGroups.delete(this.#cancelledGroups.keys().next().value as string)
    }
    this.cancelGroup(group, reason)
  }

  cancelJob(jobId: number, reason: string): void {
    this.#cancel((job) => job.id === jobId, reason)
  }

  cancelTag(tag: string, reason: string): void {
    this.#cancel((job) => job.tags.has(tag), reason)
  }

  cancelAll(reason: string): void {
    this.#cancel(() => true, reason)
  }

  #cancel(matches: (job: ActiveJob) => boolean, reason: string): void {
    for (const job of this.#jobs) if (matches(job)) job.controller.abort(reason)
  }
}
