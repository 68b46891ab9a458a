import { log } from '../log.ts'
import type { BatchGraph } from './batch-graph.ts'
import type { Checkpoint } from './checkpoint/checkpoint.ts'
import type { Checkpointer } from './checkpoint/checkpointer.ts'
import type { Clock } from './clock.ts'
import { EventLoop } from './event-loop.ts'
import type { JobScheduler } from './job-scheduler.ts'
import { type MaybePromise, whenReady } from './maybe-promise.ts'
import { RecurringTimer } from './recurring-timer.ts'
import { Time } from './time.ts'

/**
 * What the generator does, one after another: make a batch's jobs, clean up behind a batch that is done, or note that it has made all that a
 * recovery had to make up for.
 */
type GeneratorEvent =
  | { readonly kind: 'generateJobs'; readonly time: Time }
  | { readonly kind: 'clearMetadata'; readonly time: Time }
  | { readonly kind: 'caughtUp'; readonly time: Time }

/**
 * Makes the jobs of every batch when it is due, and forgets what a finished batch leaves behind (Spark's `JobGenerator`). Batches are
 * generated strictly in the order of their times, also where the input of one takes a while to list.
 */
export class JobGenerator {
  readonly #graph: BatchGraph
  readonly #scheduler: JobScheduler
  readonly #isUnpersisting: boolean
  readonly #timer: RecurringTimer
  readonly #events: EventLoop<GeneratorEvent>
  /** Those who wait for the generator to get on; each is asked after every event whether it has seen enough. */
  readonly #watchers = new Set<() => void>()
  #checkpointer: Checkpointer | null = null
  #lastTick: Time | null = null
  #lastGenerated: Time | null = null
  #isClosed = false

  constructor(clock: Clock, graph: BatchGraph, scheduler: JobScheduler, isUnpersisting: boolean) {
    this.#graph = graph
    this.#scheduler = scheduler
    this.#isUnpersisting = isUnpersisting
    this.#timer = new RecurringTimer(clock, graph.batchDuration.milliseconds, (time) => this.#due(time))
    this.#events = new EventLoop<GeneratorEvent>(
      (event) => this.#handle(event),
      (error) => this.#scheduler.reportError('Error in job generator', error),
    )
  }

  /**
   * Starts the graph and then the ticks: the first batch is the next multiple of the interval.
   * @param checkpointer writes the checkpoints of this run; null for none.
   */
  async start(checkpointer: Checkpointer | null): Promise<void> {
    this.#checkpointer = checkpointer
    const { receiverTracker } = this.#scheduler
    const startTime = this.#timer.getStartTime()
    const zeroTime = new Time(startTime).minus(this.#graph.batchDuration)
    await this.#graph.start(zeroTime)
    await receiverTracker?.open(checkpointer?.directory.path ?? null)
    // Before the first block: what is in a log counts from a checkpoint on.
    await checkpointer?.open(zeroTime.milliseconds, zeroTime.milliseconds)
    await receiverTracker?.start()
    this.#timer.start(startTime)
    log('INFO', 'JobGenerator', `Started JobGenerator at ${startTime} ms`)
  }

  /**
   * Goes on where an earlier run ended: first the batches that it did not complete and those that were missed since, with their own times,
   * then the ticks. The streams have been given what the checkpoint kept of them.
   */
  async restart(checkpointer: Checkpointer, checkpoint: Checkpoint): Promise<void> {
    this.#checkpointer = checkpointer
    const { zeroTime, checkpointTime, batchIntervalMs } = checkpoint
    await this.#graph.start(new Time(zeroTime))
    const { receiverTracker } = this.#scheduler
    await receiverTracker?.open(checkpointer.directory.path)
    // A clock that was set back must not make the same batch twice.
    const restartTime = Math.max(this.#timer.getRestartTime(zeroTime), checkpointTime + batchIntervalMs)
    const missed = new Time(checkpointTime + batchIntervalMs).until(new Time(restartTime), this.#graph.batchDuration)
    const times = [...checkpoint.pendingTimes, ...missed.map((time) => time.milliseconds)]
    log('INFO', 'JobGenerator', `Batches to run again or to make up for: ${times.join(', ')}`)
    await checkpointer.open(zeroTime, restartTime - batchIntervalMs, times)
    await receiverTracker?.start()
    for (const time of times) this.#due(time)
    this.#lastTick = new Time(restartTime - batchIntervalMs)
    this.#events.post({ kind: 'caughtUp', time: this.#lastTick })
    this.#timer.start(restartTime)
    log('INFO', 'JobGenerator', `Restarted JobGenerator at ${restartTime} ms`)
  }

  #due(time: number): void {
    this.#lastTick = new Time(time)
    this.#events.post({ kind: 'generateJobs', time: this.#lastTick })
  }

  /** The time of the last batch whose jobs were made, or null. */
  get lastGenerated(): Time | null {
    return this.#lastGenerated
  }

  /** Whether the jobs of every batch that was due so far are made. */
  get hasCaughtUp(): boolean {
    return this.#lastGenerated === this.#lastTick
  }

  /** Stops the ticks at once; batches that were due may still be generated, and cleaned up behind. */
  async stopTicks(): Promise<void> {
    await this.#timer.stop()
  }

  /** After this, nothing happens any more. */
  close(): void {
    this.#isClosed = true
    this.#events.stop()
  }

  onBatchCompletion(time: Time): void {
    this.#checkpointer?.batchEnded(time.milliseconds)
    this.#events.post({ kind: 'clearMetadata', time })
  }

  /** Resolves after the first event upon which `condition` holds, at once when it holds already, and when `signal` aborts. */
  waitUntil(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    if (condition() || signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        this.#watchers.delete(check)
        signal?.removeEventListener('abort', finish)
        resolve()
      }
      const check = () => {
        if (condition()) finish()
      }
      this.#watchers.add(check)
      signal?.addEventListener('abort', finish, { once: true })
    })
  }

  #handle(event: GeneratorEvent): MaybePromise<void> {
    return whenReady(this.#do(event), () => this.#notifyWatchers())
  }

  #do({ kind, time }: GeneratorEvent): MaybePromise<void> {
    switch (kind) {
      case 'generateJobs':
        return this.#generateJobs(time)
      case 'clearMetadata':
        return this.#clearMetadata(time)
      case 'caughtUp':
        this.#lastGenerated = time
    }
  }

  #notifyWatchers(): void {
    for (const check of this.#watchers) check()
  }

  #generateJobs(time: Time): MaybePromise<void> {
    const failed = (error: unknown) => {
      // What a stop tears down fails because of the stop.
      if (!this.#isClosed) this.#scheduler.reportError(`Error generating jobs for time ${time}`, error)
    }
    const finished = () => {
      this.#lastGenerated = time
    }
    try {
      const submitted = whenReady(this.#scheduler.receiverTracker?.allocateBlocksToBatch(time), () =>
        whenReady(this.#graph.generateJobs(time), (jobs) =>
          whenReady(this.#checkpointer?.beforeJobs(time.milliseconds, jobs.length > 0), () =>
            this.#scheduler.submitJobs(time, jobs),
          ),
        ),
      )
      if (submitted instanceof Promise) return submitted.catch(failed).then(finished)
    } catch (error) {
      failed(error)
    }
    finished()
  }

  #clearMetadata(time: Time): MaybePromise<void> {
    this.#graph.clearMetadata(time, this.#isUnpersisting)
    const threshold = time.minus(this.#graph.maxInputStreamRememberDuration)
    this.#scheduler.inputInfoTracker.cleanup(threshold)
    return whenReady(this.#scheduler.receiverTracker?.cleanupOldBlocksAndBatches(threshold), () =>
      this.#checkpointer?.afterBatch(),
    )
  }
}
