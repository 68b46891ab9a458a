import type { SparkContext } from '../context/spark-context.ts'
import { JOB_TAGS, STREAMING_BATCH_TIME, STREAMING_OUTPUT_OP_ID } from '../events/job-events.ts'
import { log } from '../log.ts'
import { JobScope } from '../rdd/job-scope.ts'
import { foldStackOf } from '../stack-frames.ts'
import { batchTimeOfDay } from './batch-time.ts'
import type { Clock } from './clock.ts'
import { describeError, logFailure, noteFailed } from './describe-error.ts'
import { InputInfoTracker } from './input-info-tracker.ts'
import type { Job } from './job.ts'
import { JobSet } from './job-set.ts'
import type { ReceiverTracker } from './receiver-tracker.ts'
import type { StreamingEvents } from './streaming-events.ts'
import type { Time } from './time.ts'

/** The collaborators of a job scheduler. */
export interface JobSchedulerOptions {
  readonly sparkContext: SparkContext
  readonly clock: Clock
  readonly events: StreamingEvents
  /** Jobs that may run at the same time (`spark.streaming.concurrentJobs`). */
  readonly concurrentJobs: number
  /** Milliseconds between batches, which decides how batch times are shown. */
  readonly batchIntervalMs: number
  /** Called with every error of a batch, a job or the generator. @returns whether a caller waits for the context and gets the error now. */
  readonly onError: (error: unknown) => boolean
  /** Whether errors are logged, besides being told to `onError`. */
  readonly logsFailures: boolean
  /** The local properties of the code that started the context. Batches have the same properties. */
  readonly localProperties: () => Readonly<Record<string, string>>
  /** Tag of all jobs, by which they can be cancelled together. */
  readonly jobTag: string
  /**
   * The batch, in milliseconds, that later ones wait for, because it is tried again and they build on it; undefined where none waits. Asked each time
   * that a job could begin.
   */
  readonly awaitedBatch: () => number | undefined
  /** Called with the failed jobs when all jobs of an attempt to run a batch are over. */
  readonly onJobsEnded: (time: Time, failed: readonly Job[]) => void
}

interface QueuedJob {
  readonly job: Job
  readonly jobSet: JobSet
}

/**
 * Runs the jobs of the batches, first come first served, `concurrentJobs` at a time, and tells the listeners (Spark's `JobScheduler`).
 * A job that fails fails its batch and is reported; the jobs behind it run all the same.
 */
export class JobScheduler {
  readonly inputInfoTracker = new InputInfoTracker()
  /** The driver's side of the receivers, made by the first receiver input stream of the context; null when there is none. */
  receiverTracker: ReceiverTracker | null = null
  readonly #options: JobSchedulerOptions
  #queue: QueuedJob[] = []
  #running = 0
  #isStopped = false
  readonly #unfinished = new Set<JobSet>()
  readonly #idleWaiters = new Set<() => void>()

  constructor(options: JobSchedulerOptions) {
    this.#options = options
  }

  get events(): StreamingEvents {
    return this.#options.events
  }

  /** Whether no job is running or waiting. */
  get isIdle(): boolean {
    return this.#unfinished.size === 0
  }

  /** Queues the jobs of a batch, of which there is at least one, behind those of earlier batches. */
  submitJobs(time: Time, jobs: readonly Job[]): void {
    if (this.#isStopped) return
    const jobSet = new JobSet(time, jobs, this.inputInfoTracker.getInfo(time), this.#options.clock.now())
    this.#unfinished.add(jobSet)
    this.events.batch('batchSubmitted', jobSet)
    // A batch that runs again goes before the later ones that wait for it.
    const later = this.#queue.findIndex((queued) => queued.jobSet.time.greater(time))
    const added = jobs.map((job) => ({ job, jobSet }))
    if (later === -1) for (const job of added) this.#queue.push(job)
    else this.#queue = [...this.#queue.slice(0, later), ...added, ...this.#queue.slice(later)]
    this.#runQueued()
  }

  /** Lets jobs begin that waited for a batch which is not tried again any more. */
  runWaiting(): void {
    this.#runQueued()
  }

  /**
   * Logs an error and reports it to callers that wait for the context. When there is such a caller, the log line waits a moment: an error that ends
   * the program is shown by the end of the program, and is then not logged a second time.
   */
  reportError(message: string, error: unknown): void {
    foldStackOf(error)
    noteFailed(error, message)
    const isAwaited = this.#options.onError(error)
    if (!this.#options.logsFailures) return
    if (isAwaited) setImmediate(() => logFailure('JobScheduler', message, error))
    else logFailure('JobScheduler', message, error)
  }

  /** Resolves once no job runs or waits, or when `signal` aborts. */
  whenIdle(signal?: AbortSignal): Promise<void> {
    if (this.isIdle || signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        this.#idleWaiters.delete(finish)
        signal?.removeEventListener('abort', finish)
        resolve()
      }
      this.#idleWaiters.add(finish)
      signal?.addEventListener('abort', finish, { once: true })
    })
  }

  /** Starts no further job. Running jobs continue. */
  close(): void {
    this.#isStopped = true
    const dropped = new Set(this.#queue.map(({ jobSet }) => jobSet))
    this.#queue = []
    for (const jobSet of dropped) if (!this.#isRunning(jobSet)) this.#unfinished.delete(jobSet)
    this.#wakeIfIdle()
  }

  #isRunning(jobSet: JobSet): boolean {
    return jobSet.jobs.some((job) => job.startTime !== undefined && job.endTime === undefined)
  }

  #runQueued(): void {
    while (this.#running < this.#options.concurrentJobs) {
      const next = this.#queue[0]
      const awaited = this.#options.awaitedBatch()
      if (next === undefined || (awaited !== undefined && next.jobSet.time.milliseconds > awaited)) return
      this.#queue.shift()
      this.#running++
      this.#run(next.job, next.jobSet).catch((error) => this.reportError(`Error at the end of ${next.job}`, error))
    }
  }

  async #run(job: Job, jobSet: JobSet): Promise<void> {
    this.#begin(job, jobSet)
    let failure: { readonly error: unknown } | null = null
    const scope = this.newJobScope(job)
    try {
      await scope.run(() => this.#options.sparkContext.withLocalProperties(this.#propertiesOf(job), job.run))
    } catch (error) {
      foldStackOf(error)
      failure = { error }
    }
    try {
      // Also actions that the operation did not wait for.
      await scope.end()
    } catch (error) {
      failure ??= { error }
    }
    if (failure !== null) job.failureReason = describeError(failure.error)
    this.#end(job, jobSet)
    if (failure !== null) this.#reportFailure(job, failure.error)
    this.#running--
    if (jobSet.hasCompleted || (this.#isStopped && !this.#isRunning(jobSet))) this.#finishBatch(jobSet)
    this.#runQueued()
  }

  /** A scope for the jobs of a function of the program. @param what whose function it is, for the log. */
  newJobScope(what: { toString(): string }): JobScope {
    return new JobScope((error) =>
      this.reportError(`An action of ${what} that was not waited for failed after the end of its batch`, error),
    )
  }

  #reportFailure(job: Job, error: unknown): void {
    // Every job fails after the SparkContext was stopped, and the code that stopped it knows that.
    if (this.#options.sparkContext.isStopped) log('WARN', 'JobScheduler', `The SparkContext was stopped during ${job}`)
    else this.reportError(`Error running job ${job}`, error)
  }

  #begin(job: Job, jobSet: JobSet): void {
    const now = this.#options.clock.now()
    const isFirst = !jobSet.hasStarted
    jobSet.handleJobStart(now)
    if (isFirst) this.events.batch('batchStarted', jobSet)
    job.startTime = now
    this.events.output('outputOperationStarted', job)
  }

  #end(job: Job, jobSet: JobSet): void {
    const now = this.#options.clock.now()
    job.endTime = now
    jobSet.handleJobCompletion(job, now)
    this.events.output('outputOperationCompleted', job)
    if (jobSet.hasCompleted) this.events.batch('batchCompleted', jobSet)
  }

  #finishBatch(jobSet: JobSet): void {
    this.#unfinished.delete(jobSet)
    // A batch that a stop cut off is neither completed nor failed: the next run runs it again.
    if (jobSet.hasCompleted) this.#options.onJobsEnded(jobSet.time, jobSet.failedJobs)
    this.#wakeIfIdle()
  }

  #wakeIfIdle(): void {
    if (this.isIdle) for (const wake of [...this.#idleWaiters]) wake()
  }

  #propertiesOf(job: Job): Readonly<Record<string, string>> {
    const batchTime = batchTimeOfDay(job.time, this.#options.batchIntervalMs)
    const started = this.#options.localProperties()
    return {
      ...started,
      'spark.job.description': `Streaming job from [output operation ${job.outputOpId}, batch time ${batchTime}]`,
      [JOB_TAGS]: started[JOB_TAGS] ? `${started[JOB_TAGS]},${this.#options.jobTag}` : this.#options.jobTag,
      ...(job.namesActions ? { 'callSite.short': job.callSite } : {}),
      [STREAMING_BATCH_TIME]: String(job.time.milliseconds),
      [STREAMING_OUTPUT_OP_ID]: String(job.outputOpId),
    }
  }
}
