import type { Checkpoint, OperatorCheckpoint } from './checkpoint.ts'
import type { CheckpointDirectory } from './checkpoint-directory.ts'

/** What a checkpointer works with. */
export interface CheckpointerOptions {
  readonly directory: CheckpointDirectory
  /** What there is to keep of every operator at this moment, by operator id. */
  readonly captureOperators: () => Readonly<Record<string, OperatorCheckpoint>>
  readonly batchIntervalMs: number
  /** Whether the batch at a time, in milliseconds, is over without having failed. */
  readonly isCompleted: (time: number) => boolean
  /** Told of a checkpoint that could not be written. */
  readonly onError: (error: unknown) => void
}

/**
 * Writes the checkpoints of a running context: one before a batch's jobs run, so that a later run gives the batch the same input, and one
 * when it is over. Writes follow one another; what happens during one is in the next.
 */
export class Checkpointer {
  readonly directory: CheckpointDirectory
  readonly #options: CheckpointerOptions
  /** Batches that were generated or have to be, and are not completed. */
  readonly #pending = new Set<number>()
  #zeroTime = 0
  #checkpointTime = 0
  #current: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null
  #reported: unknown = null

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.directory = options.directory
  }

  /**
   * Writes the first checkpoint of this run.
   * @param times the batches that this run has to make up for. @param checkpointTime the batch before the first tick.
   * @throws CheckpointWriteError when that fails: a run whose directory cannot be written does not begin.
   */
  async open(zeroTime: number, checkpointTime: number, times: readonly number[] = []): Promise<void> {
    this.#zeroTime = zeroTime
    this.#checkpointTime = checkpointTime
    for (const time of times) this.#pending.add(time)
    await this.directory.open()
    await this.#save()
  }

  /**
   * Resolves when what the batch at `time` reads is on the disk.
   * @throws CheckpointWriteError when it could not be brought there: the batch must not run, as it might be another one the next time. It stays
   * pending.
   */
  async beforeJobs(time: number, hasJobs: boolean): Promise<void> {
    this.#checkpointTime = Math.max(time, this.#checkpointTime)
    if (hasJobs) this.#pending.add(time)
    else this.#pending.delete(time)
    try {
      await this.#save()
    } catch (error) {
      this.#reported = error
      throw error
    }
  }

  /** Notes the end of a batch. */
  batchEnded(time: number): void {
    if (this.#options.isCompleted(time)) this.#pending.delete(time)
  }

  /** Has a checkpoint written in a while, after what a batch leaves behind was cleaned up. */
  afterBatch(): void {
    this.#save().catch((error) => this.#report(error))
  }

  /** The last checkpoint; resolves when it is on the disk, or could not be brought there. */
  async close(): Promise<void> {
    await this.#save().catch((error) => this.#report(error))
  }

  /** Resolves when a checkpoint is on the disk that holds all that was so at this moment. */
  #save(): Promise<void> {
    this.#next ??= this.#current
      .catch(() => {})
      .then(() => {
        this.#next = null
        this.#current = this.directory.write(this.#capture())
        return this.#current
      })
    return this.#next
  }

  /** Several may have waited for the write that failed. */
  #report(error: unknown): void {
    if (error === this.#reported) return
    this.#reported = error
    this.#options.onError(error)
  }

  #capture(): Checkpoint {
    const { captureOperators, batchIntervalMs } = this.#options
    return {
      batchIntervalMs,
      zeroTime: this.#zeroTime,
      checkpointTime: this.#checkpointTime,
      pendingTimes: [...this.#pending].sort((a, b) => a - b),
      operators: captureOperators(),
    }
  }
}
