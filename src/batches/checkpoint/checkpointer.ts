import assert from 'node:assert'
import type { BatchLedger } from '../ledger/batch-ledger.ts'
import type { CheckpointToWrite, OperatorCheckpoint } from './checkpoint.ts'
import type { CheckpointDirectory } from './checkpoint-directory.ts'

/** The callback's argument after a checkpoint has been written to the disk. */
export interface WrittenCheckpoint {
  /** Batches that it keeps as completed, and that the sources were not told of, in milliseconds, ascending. */
  readonly completed: readonly number[]
  /** No batch that it keeps has data which was received before this time, in milliseconds. */
  readonly oldestMs: number
}

/** The collaborators of a checkpointer. */
export interface CheckpointerOptions {
  readonly directory: CheckpointDirectory
  readonly ledger: BatchLedger
  /** Returns the current data of every operator, by operator id. */
  readonly captureOperators: () => Readonly<Record<string, OperatorCheckpoint>>
  readonly batchIntervalMs: number
  /** Told of a checkpoint that could not be written. */
  readonly onError: (error: unknown) => void
  readonly onWritten: (written: WrittenCheckpoint) => void
}

/**
 * Writes the checkpoints of a running context: one before a batch's jobs run, so that a later run gives the batch the same input, and one
 * when it is over. What it writes of batches is the ledger. Writes follow one another; what happens during one is in the next.
 */
export class Checkpointer {
  readonly directory: CheckpointDirectory
  readonly #options: CheckpointerOptions
  /** The run's times; null until {@link open}. No checkpoint is written before, because a later run could not tell from which time to continue. */
  #times: { readonly zeroTime: number; checkpointTime: number } | null = null
  #current: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null
  #reported: unknown = null

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.directory = options.directory
  }

  /**
   * Writes the first checkpoint of this run.
   * @param checkpointTime the batch before the first tick.
   * @throws CheckpointWriteError when that fails: a run whose directory cannot be written does not begin.
   */
  async open(zeroTime: number, checkpointTime: number): Promise<void> {
    await this.directory.open()
    this.#times = { zeroTime, checkpointTime }
    await this.#save()
  }

  /**
   * Resolves when what the batches that were planned until now read is on the disk.
   * @throws CheckpointWriteError when it could not be brought there: the batch must not run, as it might be another one the next time.
   */
  async beforeJobs(): Promise<void> {
    try {
      await this.#save()
    } catch (error) {
      this.#reported = error
      throw error
    }
  }

  /** Has a checkpoint written in a while, after what a batch leaves behind was cleaned up. */
  afterBatch(): void {
    this.#save().catch((error) => this.#report(error))
  }

  /** The last checkpoint; resolves when it is on the disk, or could not be brought there. A run whose start failed before its first one writes none. */
  async close(): Promise<void> {
    if (this.#times === null) return
    await this.#save().catch((error) => this.#report(error))
  }

  /** Resolves when a checkpoint is on the disk that holds all that was so at this moment. */
  #save(): Promise<void> {
    this.#next ??= this.#current
      .catch(() => {})
      .then(() => {
        this.#next = null
        this.#current = this.#write()
        return this.#current
      })
    return this.#next
  }

  async #write(): Promise<void> {
    const { captureOperators, batchIntervalMs, ledger, onWritten } = this.#options
    const times = this.#times
    assert(times !== null, 'checkpoints are written of a run that has begun')
    // A batch that failed before its jobs is in the checkpoint too, because its sources have already moved past the records that they planned for it.
    times.checkpointTime = Math.max(ledger.newestDue, times.checkpointTime)
    const checkpoint: CheckpointToWrite = {
      batchIntervalMs,
      ...times,
      ledger: ledger.toKept(),
      operators: captureOperators(),
    }
    // Note the completed batches now: a batch that completes while the file is being written is not completed in the file.
    const completed = ledger.unsettled
    // A batch reads data that arrived after the previous batch was planned, and the previous batch was not planned before its own time.
    const oldestMs = (ledger.oldest ?? times.checkpointTime) - batchIntervalMs
    await this.directory.write(checkpoint)
    onWritten({ completed, oldestMs })
  }

  /** Several may have waited for the write that failed. */
  #report(error: unknown): void {
    if (error === this.#reported) return
    this.#reported = error
    this.#options.onError(error)
  }
}
