import assert from 'node:assert'
import type { PlainData } from '../checkpoint/plain-data.ts'
import { type BatchEntry, keptInputsOf } from './batch-entry.ts'
import { FinishedBatches } from './finished-batches.ts'
import type { KeptInputs, KeptLedger } from './kept-ledger.ts'
import type { SegmentedLedger } from './ledger-segment.ts'
import { NeededBatches, type StateFloor } from './needed-batches.ts'

/**
 * How far a batch is.
 * - `due`: its time has come; not every source has fixed what the batch reads.
 * - `planned`: what it reads is fixed, and never changes again.
 * - `running`: an attempt is under way: it is planned, generated, checkpointed, or its output operations run.
 * - `failed`: its last attempt failed, at whatever step.
 * - `completed`: every output operation succeeded, or there was none.
 */
export type BatchState = 'due' | 'planned' | 'running' | 'failed' | 'completed'

/** How a ledger decides. */
export interface LedgerOptions {
  /** How often a batch is tried within a run (`millstream.streaming.batch.maxAttempts`). */
  readonly maxAttempts: number
  /** The pause before the second attempt, in milliseconds; doubled before each further one (`millstream.streaming.batch.retryDelay`). */
  readonly retryDelayMs: number
  /** The number of failed batches that may wait to run again. While more are waiting, no new batch is generated (`millstream.streaming.batch.maxWaiting`). */
  readonly maxWaiting: number
  /** Finished batches that a checkpoint keeps together in a file; 128 unless given. Tests take fewer. */
  readonly segmentSize?: number | undefined
}

/** The number of finished batches in one segment file. Each checkpoint rewrites half as many finished batches on average, so a large number makes checkpoints slow and a small one makes many files. */
const SEGMENT_SIZE = 128

/** The longest pause between two attempts of a batch: one hour. Doubling the pause ends here. */
const MAX_RETRY_DELAY_MS = 3_600_000
/** The number of completed batches that may wait behind a batch that is held up, before sources are told of them. Beyond this number the oldest are dropped. */
const MAX_UNSETTLED = 1000

/**
 * The single owner of all knowledge about batches: which batches are due, planned, running, failed or completed, what each batch reads, and which batches may run again. A
 * checkpoint persists the ledger. A component that holds data of a batch's input or result asks the ledger before it frees the data.
 *
 * A batch that may run again keeps what it needs: one that failed keeps its input until it is completed, in this run or in a later one.
 */
export class BatchLedger {
  readonly #options: LedgerOptions
  /** Batches that have not ended for good, by time in milliseconds, ascending. */
  readonly #unfinished = new Map<number, BatchEntry>()
  /** Batches that have ended for good, and that later ones may reach back to, by time. */
  readonly #finished: FinishedBatches
  /** Completed batches that sources were not told of, in the order in which they were completed. */
  readonly #unsettled = new Set<number>()
  #floors: () => readonly StateFloor[] = () => []
  #isDurable = false
  #newestDue = Number.NEGATIVE_INFINITY
  #newestEnded = Number.NEGATIVE_INFINITY
  /** Answers to {@link needed} and {@link neededLater}, until something changes. */
  #needed: NeededBatches | null = null
  #neededLater: NeededBatches | null = null

  constructor(options: LedgerOptions) {
    this.#options = options
    this.#finished = new FinishedBatches(options.segmentSize ?? SEGMENT_SIZE)
  }

  /**
   * Opens the ledger for a context that starts.
   * @param isDurable whether a later run may continue from this run's checkpoints, so that a batch that this run gives up may run in the later run.
   * @param floors where the states of the program's streams are on the disk.
   */
  open(isDurable: boolean, floors: () => readonly StateFloor[]): void {
    this.#isDurable = isDurable
    this.#floors = floors
    this.#changed()
  }

  /** The batch's time has come; does nothing for one that is known. Batches become due in the order of their times. */
  due(time: number): void {
    if (this.#unfinished.has(time) || this.#finished.has(time)) return
    this.#unfinished.set(time, { time, phase: 'waiting', isPlanned: false, attempts: 0, inputs: new Map() })
    this.#newestDue = Math.max(time, this.#newestDue)
    this.#changed()
  }

  /** A source has fixed what the batch reads from it; this never changes. */
  fixInput(time: number, sourceId: string, positions: PlainData): void {
    const { inputs } = this.#entryOf(time)
    assert(!inputs.has(sourceId), `the input of batch ${time} from ${sourceId} is fixed once`)
    inputs.set(sourceId, positions)
  }

  /** The positions that the source has fixed for the batch; undefined when the source has not planned the batch, or when the batch is forgotten. */
  inputOf(time: number, sourceId: string): PlainData | undefined {
    return (this.#unfinished.get(time) ?? this.#finished.get(time))?.inputs.get(sourceId)
  }

  /** The positions that the source has fixed, by batch time in milliseconds, ascending. */
  inputsOf(sourceId: string): ReadonlyMap<number, PlainData> {
    const inputs = new Map<number, PlainData>()
    for (const entry of this.#sorted()) {
      const positions = entry.inputs.get(sourceId)
      if (positions !== undefined) inputs.set(entry.time, positions)
    }
    return inputs
  }

  /** Every source has fixed what the batch reads. */
  planned(time: number): void {
    this.#entryOf(time).isPlanned = true
  }

  /**
   * Batches up to `time` whose input is not wholly fixed, ascending. Sources plan them in this order, so that a batch that could not be planned at its
   * time still comes before later ones.
   */
  unplannedUpTo(time: number): number[] {
    return this.#unfinishedWhere((entry) => entry.time <= time && !entry.isPlanned)
  }

  /** An attempt to run the batch begins. @returns how many there were in this run, with this one. */
  beginAttempt(time: number): number {
    const entry = this.#entryOf(time)
    entry.phase = 'running'
    this.#changed()
    return ++entry.attempts
  }

  /**
   * An attempt failed, at whatever step.
   * @returns after how many milliseconds the batch is tried again in this run; null when it is not.
   */
  failed(time: number): number | null {
    const entry = this.#entryOf(time)
    entry.phase = 'failed'
    this.#noteEnd(entry)
    if (!this.#hasAttemptsLeft(entry)) return null
    return Math.min(this.#options.retryDelayMs * 2 ** (entry.attempts - 1), MAX_RETRY_DELAY_MS)
  }

  /** Every output operation of the batch succeeded, or it has none. */
  completed(time: number): void {
    const entry = this.#entryOf(time)
    entry.phase = 'completed'
    this.#unsettled.add(time)
    this.#noteEnd(entry)
  }

  stateOf(time: number): BatchState | undefined {
    const entry = this.#unfinished.get(time) ?? this.#finished.get(time)
    if (entry?.phase === 'waiting') return entry.isPlanned ? 'planned' : 'due'
    return entry?.phase
  }

  /** Batches that have not ended for good, ascending: those included that only a later run can run again. */
  get unfinished(): readonly number[] {
    return [...this.#unfinished.keys()]
  }

  /** The oldest batch that has not ended for good; undefined when all have. */
  get oldestUnfinished(): number | undefined {
    for (const time of this.#unfinished.keys()) return time
    return undefined
  }

  /** The oldest batch that failed and is tried again in this run, or is being tried again; undefined when there is none. */
  get oldestRetried(): number | undefined {
    for (const entry of this.#unfinished.values()) {
      const isRetried = entry.phase === 'failed' ? this.#hasAttemptsLeft(entry) : entry.attempts > 1
      if (isRetried) return entry.time
    }
    return undefined
  }

  /** Whether so many batches failed and wait to run again that no further one may be generated: what they hold would grow without a limit. */
  get isHoldingBack(): boolean {
    if (this.#unfinished.size <= this.#options.maxWaiting) return false
    return this.#unfinishedWhere(({ phase }) => phase === 'failed').length > this.#options.maxWaiting
  }

  /** The earlier batches that batches of this run may still need. */
  get needed(): NeededBatches {
    this.#needed ??= new NeededBatches(
      this.#unfinishedWhere((entry) => entry.phase !== 'failed' || this.#hasAttemptsLeft(entry)),
      this.#newestEnded,
      this.#floors(),
    )
    return this.#needed
  }

  /** The earlier batches that batches of this run or of a later run may still need. */
  get neededLater(): NeededBatches {
    this.#neededLater ??= new NeededBatches(this.unfinished, this.#newestEnded, this.#floors())
    return this.#neededLater
  }

  /** The oldest batch that is known; undefined when there is none. */
  get oldest(): number | undefined {
    const { oldestUnfinished } = this
    const { oldest } = this.#finished
    if (oldestUnfinished === undefined || oldest === undefined) return oldestUnfinished ?? oldest
    return Math.min(oldestUnfinished, oldest)
  }

  /**
   * Forgets the batches that nothing needs any more.
   * @param reachMs how far back the batches' inputs are needed.
   * @returns their times, ascending, for those who hold something of them.
   */
  forget(reachMs: number): readonly number[] {
    const isHeld = (time: number) => this.#unsettled.has(time)
    return this.neededLater.gaps(reachMs).flatMap((gap) => this.#finished.forgetBetween(gap, isHeld))
  }

  /** Completed batches that no unfinished one stands before and that sources have not been told of, ascending. */
  get unsettled(): readonly number[] {
    // A batch that is held up for long must not let completed batches pile up here: a source that learns that the newest is completed knows the same of the older ones.
    for (const time of this.#unsettled) {
      if (this.#unsettled.size <= MAX_UNSETTLED) break
      this.#unsettled.delete(time)
    }
    const oldest = this.oldestUnfinished ?? Number.POSITIVE_INFINITY
    return [...this.#unsettled].filter((time) => time < oldest).sort((a, b) => a - b)
  }

  /** Sources were told that the batch is completed. */
  settled(time: number): void {
    this.#unsettled.delete(time)
  }

  /** The newest batch that is due, in this run or in the run that this run continues; minus infinity before the first batch. */
  get newestDue(): number {
    return this.#newestDue
  }

  /**
   * Returns what a checkpoint keeps: every batch up to {@link newestDue}. The next run generates the batches after that. When there are enough finished batches for a
   * segment, they move into a segment and stay in it.
   */
  toKept(): SegmentedLedger {
    return { unfinished: keptInputsOf(this.#unfinished.values()), ...this.#finished.toKept() }
  }

  /** Takes up what an earlier run has kept; before anything else. */
  restore({ unfinished, finished }: KeptLedger): void {
    for (const [time, inputs] of sortedEntries(finished)) {
      this.#finished.add({ time, phase: 'completed', isPlanned: true, attempts: 0, inputs })
      this.#newestEnded = time
      this.#newestDue = Math.max(time, this.#newestDue)
    }
    for (const [time, inputs] of sortedEntries(unfinished)) {
      this.#unfinished.set(time, { time, phase: 'waiting', isPlanned: false, attempts: 0, inputs })
      this.#newestDue = Math.max(time, this.#newestDue)
    }
    this.#changed()
  }

  #entryOf(time: number): BatchEntry {
    const entry = this.#unfinished.get(time)
    assert(entry !== undefined, `batch ${time} is due, and has not ended`)
    return entry
  }

  #hasAttemptsLeft({ attempts }: BatchEntry): boolean {
    return attempts < this.#options.maxAttempts
  }

  #noteEnd(entry: BatchEntry): void {
    this.#newestEnded = Math.max(entry.time, this.#newestEnded)
    // Without checkpoints no later run knows of a batch that is given up: then it has ended for good, as in Spark.
    const isOver = entry.phase === 'completed' || !(this.#isDurable || this.#hasAttemptsLeft(entry))
    if (isOver) {
      this.#unfinished.delete(entry.time)
      this.#finished.add(entry)
    }
    this.#changed()
  }

  #unfinishedWhere(holds: (entry: BatchEntry) => boolean): number[] {
    const times: number[] = []
    for (const entry of this.#unfinished.values()) if (holds(entry)) times.push(entry.time)
    return times
  }

  #sorted(): BatchEntry[] {
    return [...this.#finished.entries(), ...this.#unfinished.values()].sort((a, b) => a.time - b.time)
  }

  #changed(): void {
    this.#needed = null
    this.#neededLater = null
  }
}

function sortedEntries(kept: Readonly<Record<string, KeptInputs>>): (readonly [number, Map<string, PlainData>])[] {
  return Object.entries(kept)
    .map(([time, inputs]) => [Number(time), new Map(Object.entries(inputs))] as const)
    .sort(([a], [b]) => a - b)
}
