import { setMaxListeners } from 'node:events'
import { log } from '../log.ts'
import type { BatchGraph } from './batch-graph.ts'
import type { BatchInput } from './batch-input.ts'
import { BatchPlanner } from './batch-planner.ts'
import type { Checkpoint } from './checkpoint/checkpoint.ts'
import type { Checkpointer, WrittenCheckpoint } from './checkpoint/checkpointer.ts'
import type { Clock } from './clock.ts'
import { CompletionTeller } from './completion-teller.ts'
import { EventLoop } from './event-loop.ts'
import { Job } from './job.ts'
import type { JobScheduler } from './job-scheduler.ts'
import type { BatchLedger } from './ledger/batch-ledger.ts'
import { type MaybePromise, whenReady } from './maybe-promise.ts'
import { RecurringTimer } from './recurring-timer.ts'
import { Time } from './time.ts'

/**
 * The generator's events, which it handles one after another: run a batch that is due, run a failed batch again, clean up after an attempt that is over,
 * or note that every batch of a recovery has been generated.
 */
type GeneratorEvent =
  | { readonly kind: 'generateJobs'; readonly time: Time }
  | { readonly kind: 'runAgain'; readonly time: Time }
  | { readonly kind: 'attemptEnded'; readonly time: Time }
  | { readonly kind: 'caughtUp'; readonly time: Time }

/** The collaborators of a job generator. */
export interface JobGeneratorOptions {
  readonly clock: Clock
  readonly graph: BatchGraph
  readonly scheduler: JobScheduler
  readonly ledger: BatchLedger
  /** Whether RDDs that no batch needs any more are unpersisted (`spark.streaming.unpersist`). */
  readonly isUnpersisting: boolean
}

/** Batches that are due and not generated, while too many that failed wait to run again. Times are milliseconds. */
interface HeldBatches {
  from: number
  to: number
}

/**
 * Makes the jobs of every batch when it is due, and forgets what a finished batch leaves behind (Spark's `JobGenerator`). Batches are
 * generated strictly in the order of their times, also where the input of one takes a while to list.
 *
 * An attempt to run a batch plans it (fixes what it reads), generates its jobs, has the ledger written, and submits the jobs. Whatever of it fails, the
 * attempt fails, and the {@link BatchLedger} says whether and when there is another one.
 */
export class JobGenerator {
  readonly #options: JobGeneratorOptions
  readonly #timer: RecurringTimer
  readonly #events: EventLoop<GeneratorEvent>
  readonly #planner: BatchPlanner
  readonly #teller: CompletionTeller
  /** Jobs that a batch's next attempt has to run, by batch time: those that an earlier attempt generated and that have not succeeded. */
  readonly #readyJobs = new Map<number, readonly Job[]>()
  /** Callers that wait for the generator to make progress. After every event the generator asks each of them whether its condition holds. */
  readonly #watchers = new Set<() => void>()
  readonly #closing = new AbortController()
  #checkpointer: Checkpointer | null = null
  #lastTick: Time | null = null
  #lastGenerated: Time | null = null
  #held: HeldBatches | null = null

  constructor(options: JobGeneratorOptions) {
    this.#options = options
    // Any number of batches may wait for their next attempt at once.
    setMaxListeners(0, this.#closing.signal)
    const { clock, graph, ledger, scheduler } = options
    const batchMs = graph.batchDuration.milliseconds
    this.#timer = new RecurringTimer(
      clock,
      batchMs,
      (time) => this.#due(time),
      (error) => scheduler.reportError('Error in the clock of the batches', error),
    )
    this.#events = new EventLoop<GeneratorEvent>(
      (event) => this.#handle(event),
      (error) => scheduler.reportError('Error in job generator', error),
    )
    this.#planner = new BatchPlanner(ledger, () => graph.inputs)
    this.#teller = new CompletionTeller(ledger, () => graph.inputs)
  }

  /**
   * Starts the graph and then the ticks: the first batch is the next multiple of the interval.
   * @param checkpointer writes the checkpoints of this run; null for none.
   */
  async start(checkpointer: Checkpointer | null): Promise<void> {
    this.#checkpointer = checkpointer
    const { graph } = this.#options
    const startTime = this.#timer.getStartTime()
    const zeroTime = new Time(startTime).minus(graph.batchDuration)
    await graph.start(zeroTime)
    await this.#startReceiving(async () => {
      // Before the first block: what is in a log counts from a checkpoint on.
      await checkpointer?.open(zeroTime.milliseconds, zeroTime.milliseconds)
    })
    this.#timer.start(startTime)
    log('INFO', 'JobGenerator', `Started JobGenerator at ${startTime} ms`)
  }

  /**
   * Continues where an earlier run ended: first the batches that the earlier run did not complete and those that were missed since, with their own
   * times, then the ticks. The ledger and the streams have been restored from the checkpoint before.
   * @returns how many batches run again, and how many were missed since.
   */
  async restart(
    checkpointer: Checkpointer,
    checkpoint: Checkpoint,
  ): Promise<{ readonly again: number; readonly missed: number }> {
    this.#checkpointer = checkpointer
    const { graph, ledger } = this.#options
    const { zeroTime, checkpointTime, batchIntervalMs } = checkpoint
    await graph.start(new Time(zeroTime))
    // A clock that was set back must not make the same batch twice.
    const restartTime = Math.max(this.#timer.getRestartTime(zeroTime), checkpointTime + batchIntervalMs)
    const missed = new Time(checkpointTime + batchIntervalMs).until(new Time(restartTime), graph.batchDuration)
    const again = ledger.unfinished.length
    for (const time of missed) ledger.due(time.milliseconds)
    const times = ledger.unfinished
    log('INFO', 'JobGenerator', `Batches to run again or to make up for: ${times.join(', ')}`)
    await this.#startReceiving(() => checkpointer.open(zeroTime, restartTime - batchIntervalMs))
    for (const time of times) this.#due(time)
    this.#lastTick = new Time(restartTime - batchIntervalMs)
    this.#events.post({ kind: 'caughtUp', time: this.#lastTick })
    this.#timer.start(restartTime)
    log('INFO', 'JobGenerator', `Restarted JobGenerator at ${restartTime} ms`)
    return { again, missed: times.length - again }
  }

  async #startReceiving(openCheckpoints: () => Promise<void>): Promise<void> {
    const { scheduler, ledger, graph } = this.#options
    const { receiverTracker } = scheduler
    ledger.open(this.#checkpointer !== null, () => graph.stateFloors())
    const directory = this.#checkpointer?.directory.path ?? null
    await receiverTracker?.open(directory, (inputId) => ledger.inputsOf(inputId))
    await openCheckpoints()
    await receiverTracker?.start()
  }

  #due(time: number): void {
    this.#lastTick = new Time(time)
    this.#events.post({ kind: 'generateJobs', time: this.#lastTick })
  }

  /** The time of the last batch whose first attempt was prepared, or failed to be; null before the first. */
  get lastGenerated(): Time | null {
    return this.#lastGenerated
  }

  /** Whether every batch that was due so far has had its first attempt prepared, or is held back for as long as others wait to run again. */
  get hasCaughtUp(): boolean {
    return this.#held !== null || this.#lastGenerated === this.#lastTick
  }

  /** Whether a batch that failed is tried again in this run, or is about to be. */
  get isRetrying(): boolean {
    return this.#options.ledger.oldestRetried !== undefined
  }

  /** Whether batches that are due are held back, as too many that failed wait to run again. */
  get isHoldingBack(): boolean {
    return this.#held !== null
  }

  /** Makes the batch of the next tick due before its time has come: for a clock that stands still. */
  tickNow(): void {
    this.#timer.tickNow()
  }

  /** Stops the ticks at once; batches that were due may still be generated, and cleaned up behind. */
  stopTicks(): void {
    this.#timer.stop()
  }

  /** After this, no batch is generated or tried again any more. */
  close(): void {
    this.#closing.abort()
    this.#events.stop()
  }

  /** Resolves when every source has been told of its completed batches, or when `signal` aborts. */
  completionsTold(signal: AbortSignal): Promise<void> {
    return this.#teller.whenDone(signal)
  }

  /** Handles a checkpoint that is on the disk: no later run repeats the batches that are completed in the checkpoint. */
  checkpointWritten({ completed, oldestMs }: WrittenCheckpoint): void {
    this.#teller.tell(completed)
    for (const input of this.#options.graph.inputs) {
      Promise.resolve(input.checkpointWritten?.(oldestMs)).catch((error) =>
        this.#options.scheduler.reportError('Error telling an input of a checkpoint', error),
      )
    }
  }

  /** The jobs of an attempt are over. @param failed those that failed. */
  jobsEnded(time: Time, failed: readonly Job[]): void {
    if (failed.length === 0) this.#completed(time)
    else this.#failed(time, failed)
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
        return this.#generateUnlessHeld(time)
      case 'runAgain':
        return this.#attempt(time)
      case 'attemptEnded':
        return whenReady(this.#cleanUp(time), () => this.#generateHeld())
      case 'caughtUp':
        this.#lastGenerated = time
    }
  }

  #notifyWatchers(): void {
    for (const check of this.#watchers) check()
  }

  #generateUnlessHeld(time: Time): MaybePromise<void> {
    const { ledger } = this.#options
    if (this.#held !== null) this.#held.to = time.milliseconds
    else if (ledger.isHoldingBack) {
      this.#held = { from: time.milliseconds, to: time.milliseconds }
      log(
        'ERROR',
        'JobGenerator',
        `No batch is generated from ${time} on, as more batches failed and wait to run again than millstream.streaming.batch.maxWaiting allows. Their input is kept, ` +
          'and nothing further is read. Mend what makes them fail; batches that have no attempts left (millstream.streaming.batch.maxAttempts) run after a restart.',
      )
    } else {
      ledger.due(time.milliseconds)
      return whenReady(this.#attempt(time), () => {
        this.#lastGenerated = time
      })
    }
  }

  /** Generates the batches that were held back, one after another, until too many wait again. */
  #generateHeld(): MaybePromise<void> {
    const { graph, ledger } = this.#options
    while (this.#held !== null && !ledger.isHoldingBack) {
      const time = this.#held.from
      this.#held.from += graph.batchDuration.milliseconds
      if (this.#held.from > this.#held.to) this.#held = null
      ledger.due(time)
      const attempt = whenReady(this.#attempt(new Time(time)), () => {
        this.#lastGenerated = time === this.#lastTick?.milliseconds ? this.#lastTick : new Time(time)
      })
      if (attempt instanceof Promise) return attempt.then(() => this.#generateHeld())
    }
  }

  #attempt(time: Time): MaybePromise<void> {
    this.#options.ledger.beginAttempt(time.milliseconds)
    this.#forEachInput((input) => input.attemptBegan?.(time.milliseconds))
    const failed = (error: unknown) => {
      // Ignore errors after a stop: stopping the context interrupts jobs that were being generated.
      if (!this.#closing.signal.aborted) {
        this.#options.scheduler.reportError(`Error generating jobs for time ${time}`, error)
      }
      this.#failed(time, this.#readyJobs.get(time.milliseconds) ?? null)
    }
    try {
      const prepared = this.#prepare(time)
      if (prepared instanceof Promise) return prepared.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  #prepare(time: Time): MaybePromise<void> {
    return whenReady(this.#jobsOf(time), (jobs) =>
      whenReady(this.#checkpointer?.beforeJobs(), () => {
        this.#readyJobs.delete(time.milliseconds)
        if (jobs.length === 0) {
          log('INFO', 'JobGenerator', `No jobs added for time ${time}`)
          this.#completed(time)
        } else {
          this.#options.scheduler.submitJobs(time, jobs)
        }
      }),
    )
  }

  #jobsOf(time: Time): MaybePromise<readonly Job[]> {
    const ready = this.#readyJobs.get(time.milliseconds)
    if (ready !== undefined) return ready
    const { graph } = this.#options
    return whenReady(
      this.#inScope(time, () => whenReady(this.#planner.planUpTo(time), () => graph.generateJobs(time))),
      (jobs) => {
        this.#readyJobs.set(time.milliseconds, jobs)
        return jobs
      },
    )
  }

  /** Runs functions of the program for a batch, which is made once the jobs that they began have ended: `transform` may run actions. */
  #inScope<T>(time: Time, body: () => MaybePromise<T>): MaybePromise<T> {
    const scope = this.#options.scheduler.newJobScope(`the batch at ${time}`)
    const failed = (error: unknown): never => {
      scope.abandon()
      throw error
    }
    try {
      const made = scope.run(body)
      if (!(made instanceof Promise)) return whenReady(scope.end() as MaybePromise<void>, () => made)
      return made.then((value) => whenReady(scope.end() as MaybePromise<void>, () => value)).catch(failed)
    } catch (error) {
      return failed(error)
    }
  }

  #completed(time: Time): void {
    this.#options.ledger.completed(time.milliseconds)
    this.#attemptEnded(time)
  }

  /** @param jobs what the next attempt has to run; null where it has to generate the batch. */
  #failed(time: Time, jobs: readonly Job[] | null): void {
    const { ledger, clock } = this.#options
    const delayMs = ledger.failed(time.milliseconds)
    this.#readyJobs.delete(time.milliseconds)
    if (delayMs !== null) {
      if (jobs !== null) this.#readyJobs.set(time.milliseconds, jobs.map(Job.again))
      const { signal } = this.#closing
      log('WARN', 'JobGenerator', `The batch at ${time} failed and is tried again in ${delayMs} ms`)
      clock
        .waitTill(clock.now() + delayMs, signal)
        .then(() => {
          if (!signal.aborted) this.#events.post({ kind: 'runAgain', time })
        })
        .catch((error) => this.#options.scheduler.reportError('Error in the clock of the batches', error))
    }
    this.#attemptEnded(time)
  }

  #attemptEnded(time: Time): void {
    this.#forEachInput((input) => input.attemptEnded?.(time.milliseconds))
    this.#options.scheduler.runWaiting()
    this.#events.post({ kind: 'attemptEnded', time })
  }

  #cleanUp(time: Time): void {
    const { graph, ledger, scheduler, isUnpersisting } = this.#options
    graph.clearMetadata(time, isUnpersisting)
    const reachMs = graph.maxInputStreamRememberDuration.milliseconds
    for (const forgotten of ledger.forget(reachMs)) {
      this.#forEachInput((input) => input.forget?.(forgotten))
      scheduler.inputInfoTracker.forget(forgotten)
    }
    this.#forEachInput((input) => input.release?.(ledger.needed, reachMs))
    if (this.#checkpointer === null) this.#teller.tell(ledger.unsettled)
    else this.#checkpointer.afterBatch()
  }

  #forEachInput(f: (input: BatchInput) => void): void {
    this.#options.graph.inputs.forEach(f)
  }
}
