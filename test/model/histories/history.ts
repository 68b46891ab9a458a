import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LocalFileSystem } from '../../../src/files/local-file-system.ts'
import { registerFileSystem, StreamingContext, type Time } from '../../../src/index.ts'
import { ManualClock } from '../../../src/testing/index.ts'
import { LedgerModel, Violation } from '../ledger-model.ts'
import { Faults } from './faults.ts'
import { FaultyFileSystem } from './faulty-file-system.ts'
import type { HistoryContext } from './history-context.ts'
import { freshLogDisk, type LogDisk } from './memory-write-ahead-log.ts'
import type { History, Step } from './program.ts'
import { RunLife } from './run-life.ts'
import { ScriptedReceiver } from './sources.ts'
import { buildProgram, INTERVAL_S } from './streams.ts'

const INTERVAL_MS = INTERVAL_S * 1000
/** What the clock shows at first. */
const START_MS = 1_700_000_000_000
/** So many turns of the event loop in which nothing is under way mean that a program does nothing more by itself. */
const QUIET_TURNS = 6
/** So many turns of the event loop are waited for one by one. */
const SPINNING_TURNS = 40
/** The longest that a program may take until it does nothing more by itself. */
const SETTLE_MS = 60_000
/** The longest that a graceful stop may take, in seconds of real time; the last one of a history must come to its end. */
const GRACEFUL_STOP = '1s'
const LAST_GRACEFUL_STOP = '50s'
/** A graceful stop needs further batches; with more than these it would never end. */
const BATCHES_OF_STOP = 40

const LOG_MODULE = fileURLToPath(new URL('memory-write-ahead-log.ts', import.meta.url))

interface Run {
  readonly ssc: StreamingContext
  readonly life: RunLife
  readonly clock: ManualClock
  readonly receivers: readonly (ScriptedReceiver | null)[]
}

/**
 * Lets a history happen, and checks what came of it.
 * @param directory an empty one for its files. @returns what has happened. @throws Violation, with what has happened until then.
 */
export async function runHistory(
  context: HistoryContext,
  history: History,
  directory: string,
): Promise<readonly string[]> {
  const run = new HistoryRun(context, history, directory)
  try {
    await run.play()
    return run.trace
  } catch (error) {
    const what = error instanceof Violation ? error.message : String(error instanceof Error ? error.stack : error)
    throw new Violation(`${what}\n  ${run.trace.join('\n  ')}`, { cause: error })
  } finally {
    await run.leave()
  }
}

class HistoryRun {
  readonly trace: string[] = []
  readonly #context: HistoryContext
  readonly #history: History
  readonly #directory: string
  readonly #faults = new Faults()
  readonly #model: LedgerModel
  readonly #logDisk: LogDisk
  /** The records of each source that come by themselves, and those of its receiver that were refused. */
  readonly #feeds: { readonly records: number[] }[]
  readonly #refused: number[][]
  readonly #directories: string[]
  /** Output operations that have succeeded in any run, by output and batch. */
  readonly #succeeded = new Set<string>()
  /** The last batch that each source was told of as completed for good. */
  readonly #completedUpTo = new Map<number, number>()
  #violation: Violation | null = null
  #now = START_MS
  #nextRecord = 0
  #hasStarted = false
  #run: Run | null = null

  constructor(context: HistoryContext, history: History, directory: string) {
    this.#context = context
    this.#history = history
    this.#directory = directory
    this.#model = new LedgerModel(history.sources.length, history.operators)
    this.#logDisk = freshLogDisk()
    this.#feeds = history.sources.map(() => ({ records: [] }))
    this.#refused = history.sources.map(() => [])
    this.#directories = history.sources.map((_, index) => join(directory, `in-${index}`))
    for (const input of this.#directories) mkdirSync(input)
  }

  async play(): Promise<void> {
    for (const step of this.#history.steps) {
      this.#note(describeStep(step))
      await this.#do(step)
      if (this.#run?.life.isDead) {
        await this.#leaveIfCrashed()
        this.#pass(this.#history.settings.missedAfterCrash)
      }
      if (this.#violation !== null) throw this.#violation
    }
    await this.#playToTheEnd()
  }

  /** A last run in which nothing goes wrong must settle all that was open, and leave nothing to the one after it. */
  async #playToTheEnd(): Promise<void> {
    this.#note('to the end')
    this.#heal()
    await this.#settle()
    await this.#stop(false)
    // A graceful stop has made the batch of the next tick already, and what came since is in the one after it.
    await this.#tick()
    await this.#tick()
    const last = this.#batchAt(this.#now)
    const first = this.#batchAt(this.#run!.ssc.graph.zeroTime!.milliseconds) + 1
    const { endsGracefully } = this.#history.settings
    await this.#stop(endsGracefully, LAST_GRACEFUL_STOP)
    this.#model.check(first, last)
    if (endsGracefully) await this.#runOnceMore(last)
    if (this.#violation !== null) throw this.#violation
  }

  async #runOnceMore(last: number): Promise<void> {
    const tries = () => JSON.stringify(this.#model.triesUpTo(last))
    const before = tries()
    await this.#tick()
    await this.#stop(false)
    if (tries() === before) return
    throw new Violation(`all batches were completed, and some ran again: ${tries()} after ${before}`)
  }

  /** Ends what is still running, for the next history. */
  async leave(): Promise<void> {
    if (this.#run !== null) {
      this.#run.life.crash()
      await this.#leaveIfCrashed()
    }
    registerFileSystem('file', () => new LocalFileSystem())
  }

  async #do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'put':
        return this.#put(step.source % this.#history.sources.length, step.records, step.isRefused)
      case 'put again':
        return this.#putAgain()
      case 'tick':
        for (let batch = 0; batch < step.batches; batch++) await this.#tick()
        return
      case 'jump':
        await this.#start()
        this.#pass(step.batches)
        return this.#settle()
      case 'fault':
        this.#faults.arm(step.fault)
        return
      case 'release':
        this.#run?.life.release()
        return this.#settle()
      case 'heal':
        this.#heal()
        return this.#settle()
      case 'stop':
        await this.#stop(step.isGraceful)
        this.#pass(step.missed)
        return
      case 'crash':
        this.#run?.life.crash()
        await this.#leaveIfCrashed()
        this.#pass(step.missed)
    }
  }

  async #tick(): Promise<void> {
    if (!(await this.#start())) return
    this.#pass(1)
    await this.#settle()
    await this.#leaveIfCrashed()
  }

  /** Lets batches become due, for the run that is there or for the next one. */
  #pass(batches: number): void {
    this.#now += batches * INTERVAL_MS
    this.#run?.clock.setTime(this.#now)
  }

  #heal(): void {
    this.#faults.heal()
    this.#run?.life.release()
  }

  async #put(source: number, count: number, isRefused: boolean): Promise<void> {
    const kind = this.#history.sources[source]!
    // What comes before the program's first start is, but for a direct source, none of its business.
    if ((kind === 'files' || kind === 'receiver') && !this.#hasStarted && !(await this.#start())) return
    if (kind === 'receiver' && !(await this.#start())) return
    const records = Array.from({ length: count }, () => this.#nextRecord++)
    switch (kind) {
      case 'direct':
      case 'own':
        this.#accept(source, records)
        this.#feeds[source]!.records.push(...records)
        return
      case 'files':
        this.#accept(source, records)
        this.#writeFile(source, records)
        return
      case 'receiver':
        this.#store(source, records, isRefused ? { ack: () => {} } : undefined)
        return this.#settle()
    }
  }

  #accept(source: number, records: readonly number[]): void {
    for (const record of records) this.#model.setFate(source, record, 'accepted')
  }

  #writeFile(source: number, records: readonly number[]): void {
    const made = join(this.#directory, 'new file')
    writeFileSync(made, records.map((record) => `${record}\n`).join(''))
    // In the midst of a batch: a file of the very moment of a batch might be missed by it, as in Spark.
    const seconds = (this.#now + INTERVAL_MS / 2) / 1000
    utimesSync(made, seconds, seconds)
    renameSync(made, join(this.#directories[source]!, `${records[0]}.txt`))
  }

  #store(source: number, records: readonly number[], metadata?: unknown): void {
    const { life, receivers } = this.#run!
    const doubts = life.doubtfulWrites
    for (const record of records) this.#model.setFate(source, record, 'unknown')
    const settle = (fate: 'accepted' | 'refused') => {
      if (life.isDead) return
      if (fate === 'refused' && metadata === undefined && life.doubtfulWrites !== doubts) return
      this.#note(`${fate} ${records}`)
      for (const record of records) this.#model.setFate(source, record, fate)
      if (fate === 'refused') this.#refused[source]!.push(...records)
    }
    const stored = async () => receivers[source]!.store(records, metadata)
    stored().then(
      () => settle('accepted'),
      () => settle('refused'),
    )
  }

  async #putAgain(): Promise<void> {
    if (!(await this.#start())) return
    for (const [source, refused] of this.#refused.entries()) {
      if (refused.length > 0) this.#store(source, refused.splice(0))
    }
    await this.#settle()
  }

  /** Starts the program unless it runs. @returns whether it runs. */
  async #start(): Promise<boolean> {
    if (this.#run !== null) return true
    this.#note(`starts at batch ${this.#batchAt(this.#now)}`)
    const life = new RunLife(this.#faults, (line) => this.#note(line))
    const clock = new ManualClock(this.#now)
    const receivers = this.#history.sources.map((kind) => (kind === 'receiver' ? new ScriptedReceiver() : null))
    registerFileSystem('file', () => new FaultyFileSystem(life))
    this.#logDisk.life = life
    this.#context.settings = this.#settings(GRACEFUL_STOP)
    let ssc: StreamingContext | null = null
    const succeeded = new Set<string>()
    const setup = () => {
      ssc = buildProgram({
        sparkContext: this.#context,
        clock,
        history: this.#history,
        life,
        batchOf: (time: Time) => this.#batchAt(time.milliseconds),
        receivers,
        feeds: this.#feeds,
        directories: this.#directories,
        onOutput: (output, batch, rows) => {
          if (succeeded.has(`${output}/${batch}`))
            this.#violate(`output ${output} of batch ${batch} succeeded, and ran again`)
          this.#observe(life, output, batch, rows)
        },
        onCompleted: (source, batch) => this.#noteCompleted(source, batch),
        onSuccess: (output, batch) => {
          succeeded.add(`${output}/${batch}`)
          this.#succeeded.add(`${output}/${batch}`)
        },
      })
      return ssc
    }
    const start = async () => {
      const made = await StreamingContext.getOrCreate(join(this.#directory, 'checkpoints'), setup)
      await made.start()
      return made
    }
    let failure: unknown = null
    try {
      ssc = await this.#finish(start(), life, () => life.release())
      this.#hasStarted = true
    } catch (error) {
      failure = error
    }
    if (ssc !== null) this.#run = { ssc, life, clock, receivers }
    if (failure !== null) {
      this.#note(`did not start: ${failure}`)
      if (life.faultsStruck === 0) throw new Violation(`a run did not start although nothing went wrong: ${failure}`)
      life.crash()
      await this.#leaveIfCrashed()
      return false
    }
    await this.#settle()
    await this.#leaveIfCrashed()
    return this.#run !== null
  }

  /** Notes what must never happen, where an error would be taken for one of the program's. */
  #violate(message: string): void {
    this.#violation ??= new Violation(message)
  }

  /** A source may forget what it was told of: every batch up to that one must have been put out, and never run again. */
  #noteCompleted(source: number, batch: number): void {
    this.#note(`source ${source} hears that batch ${batch} is completed`)
    const last = this.#completedUpTo.get(source) ?? 0
    if (batch < last) this.#violate(`source ${source} hears of batch ${batch} after batch ${last}`)
    this.#completedUpTo.set(source, Math.max(batch, last))
    for (const output of this.#history.sources.keys()) {
      if (this.#succeeded.has(`${output}/${batch}`)) continue
      this.#violate(`source ${source} hears that batch ${batch} is completed, and output ${output} has not succeeded`)
    }
  }

  #observe(life: RunLife, output: number, batch: number, rows: readonly unknown[]): void {
    life.assertAlive()
    this.#note(`output ${output} of batch ${batch}: ${JSON.stringify(rows)}`)
    const completedUpTo = Math.max(0, ...this.#completedUpTo.values())
    if (batch <= completedUpTo)
      this.#violate(`batch ${batch} runs again, and sources heard that ${completedUpTo} is completed`)
    try {
      this.#model.observe(output, batch, rows)
    } catch (error) {
      this.#violation ??= error as Violation
      throw error
    }
  }

  async #stop(isGraceful: boolean, gracefulStopTimeout = GRACEFUL_STOP): Promise<void> {
    const run = this.#run
    if (run === null) return
    run.life.release()
    await this.#settle()
    this.#context.settings = this.#settings(gracefulStopTimeout)
    let batches = 0
    const goOn = () => {
      run.life.release()
      if (isGraceful && batches++ < BATCHES_OF_STOP) this.#pass(1)
    }
    if (!run.life.isDead) {
      if (this.#violation !== null) throw this.#violation
      await this.#checkErrors(run)
      const stopping = run.ssc.stop({ stopSparkContext: false, stopGracefully: isGraceful })
      await this.#finish(stopping, run.life, goOn)
    }
    run.life.crash()
    await this.#leaveIfCrashed()
  }

  /** A batch that failed, and was not to be tried again, is told of by `awaitTermination`; without a fault there is nothing to tell. */
  async #checkErrors({ ssc, life }: Run): Promise<void> {
    const error = await ssc.awaitTerminationOrTimeout(0).then(
      () => null,
      (reported: unknown) => ({ reported }),
    )
    if (error === null && life.failedBatches > 0 && this.#history.settings.maxAttempts === 1) {
      throw new Violation('a batch failed, and awaitTermination tells of no error')
    }
    if (error !== null && life.faultsStruck === 0) {
      throw new Violation(`nothing went wrong, and awaitTermination tells of an error: ${error.reported}`)
    }
  }

  /** Leaves a run that has crashed or was stopped, once nothing of it is under way any more. */
  async #leaveIfCrashed(): Promise<void> {
    const run = this.#run
    if (run === null || !run.life.isDead) return
    this.#run = null
    await this.#finish(run.ssc.stop({ stopSparkContext: false }), run.life, () => {})
    await this.#whileBusy(run.life, () => run.life.activeSteps > 0)
    await this.#context.unpersistAll()
  }

  /** Waits until the program does nothing more by itself: until a batch is due, or somebody releases what waits. */
  async #settle(): Promise<void> {
    const life = this.#run?.life
    if (life === undefined) return
    let quiet = 0
    await this.#whileBusy(life, () => {
      quiet = this.#isBusy(life) ? 0 : quiet + 1
      return quiet < QUIET_TURNS && !life.isDead
    })
  }

  #isBusy(life: RunLife): boolean {
    return life.activeSteps > 0 || this.#context.statusTracker.getActiveJobIds().length > 0
  }

  /** Waits for a promise. @param goOn called whenever the program does nothing more by itself and the promise is not settled. */
  async #finish<T>(promise: Promise<T>, life: RunLife, goOn: () => void): Promise<T> {
    let isSettled = false
    const settled = promise.then(
      () => {},
      () => {},
    )
    void settled.then(() => {
      isSettled = true
    })
    let quiet = 0
    await this.#whileBusy(life, () => {
      if (isSettled) return false
      quiet = this.#isBusy(life) ? 0 : quiet + 1
      if (quiet === QUIET_TURNS) {
        quiet = 0
        goOn()
      }
      return true
    })
    return promise
  }

  async #whileBusy(life: RunLife, isBusy: () => boolean): Promise<void> {
    const deadline = performance.now() + SETTLE_MS
    let turns = 0
    while (isBusy()) {
      if (performance.now() > deadline) {
        const jobs = this.#context.statusTracker.getActiveJobIds()
        throw new Violation(`stuck, with ${life.activeSteps} steps and the jobs [${jobs}] under way`)
      }
      // Where it takes longer, the workers get the processor for themselves.
      if (turns++ < SPINNING_TURNS) await setImmediate()
      else await setTimeout(1)
    }
  }

  #settings(gracefulStopTimeout: string): Readonly<Record<string, string | number | boolean>> {
    const { settings } = this.#history
    const log = 'spark.streaming.receiver.writeAheadLog'
    const batch = 'millstream.streaming.batch'
    return {
      'spark.streaming.stopSparkContextByDefault': false,
      'spark.streaming.gracefulStopTimeout': gracefulStopTimeout,
      'spark.streaming.concurrentJobs': settings.concurrentJobs,
      'spark.streaming.fileStream.minRememberDuration': settings.rememberFiles * INTERVAL_S,
      'spark.streaming.receiver.blockStoreTimeout': 2 * INTERVAL_S,
      [`${log}.enable`]: true,
      ...(settings.hasLogOfItsOwn ? { [`${log}.class`]: LOG_MODULE } : {}),
      [`${log}.maxFailures`]: settings.maxLogFailures,
      [`${log}.rollingIntervalSecs`]: settings.logRollsEvery * INTERVAL_S,
      [`${log}.closeFileAfterWrite`]: settings.closesLogAfterWrite,
      [`${batch}.maxAttempts`]: settings.maxAttempts,
      [`${batch}.retryDelay`]: `${settings.retryDelay * INTERVAL_MS}ms`,
      ...(settings.maxWaiting === null ? {} : { [`${batch}.maxWaiting`]: settings.maxWaiting }),
    }
  }

  #batchAt(time: number): number {
    return (time - START_MS) / INTERVAL_MS
  }

  #note(line: string): void {
    this.trace.push(line)
  }
}

function describeStep(step: Step): string {
  if (step.kind !== 'fault') return `- ${JSON.stringify(step)}`
  const { point, effect, skip, times, isLasting } = step.fault
  return `- fault: ${effect} at ${point}, after ${skip}, ${times} times${isLasting ? ', lasting' : ''}`
}
