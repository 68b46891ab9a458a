import type { PlainData } from '../../batches/checkpoint/checkpoint.ts'
import type { Clock } from '../../batches/clock.ts'
import { WriteAheadLogError } from '../../batches/wal/errors.ts'
import type { LoggedBlock } from '../../batches/wal/log-frame.ts'
import type { BlockMemory } from './block-memory.ts'
import type { LoggedPlace, ReceivedBlock } from './received-block.ts'

/** What a log keeps of a block beside its data and its number. */
export type BlockDescription = Omit<LoggedBlock, 'sequence'>

/** A block of the log as a checkpoint names it. */
export type KeptBlock = readonly [
  sequence: number,
  id: string,
  format: 'records' | 'lines',
  recordCount: number,
  ...place: readonly [file: string, offset: number, length: number] | readonly [handle: PlainData],
]

/** Where one stream's blocks go: files of ours, or what the user's log makes of them. */
export interface BlockStore {
  /** The directory of the stream's log, relative to the checkpoint directory. */
  readonly directory: string
  /** The file that is written to, or was last; null without one. */
  readonly fileName: string | null
  /** That of the block that is written next. */
  readonly nextSequence: number
  /** Makes it ready to be written to, behind all blocks that it has. @returns those behind a sequence number. */
  open(streamId: number, memory: BlockMemory, afterSequence: number): Promise<readonly ReceivedBlock[]>
  /** A block that a checkpoint names. */
  restore(streamId: number, memory: BlockMemory, kept: KeptBlock): Promise<ReceivedBlock>
  /** @param data must stay as it is until then. @returns where the block is once it is on the disk. */
  append(block: BlockDescription, data: Uint8Array): Promise<LoggedPlace>
  /** No checkpoint needs the blocks that were written before a time, in milliseconds. */
  clean(threshold: number): Promise<void>
  close(): Promise<void>
}

/** The log that a receiver's blocks go to before anybody has them. */
export class BlockLog {
  readonly #store: BlockStore
  readonly #clock: Clock
  readonly #timeoutMs: number
  #settledUpTo = 0

  /** @param timeoutMs within which a block must be written. */
  constructor(store: BlockStore, clock: Clock, timeoutMs: number) {
    this.#store = store
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  /** The number of the last block that was written or given up: none before it is still under way. */
  get settledUpTo(): number {
    return this.#settledUpTo
  }

  /**
   * @param data must stay as it is until `done` resolves, which is later than the other where a block was given up.
   * @returns where the block is once it is on the disk. @throws WriteAheadLogError
   */
  append(
    block: BlockDescription,
    data: Uint8Array,
  ): { readonly place: Promise<LoggedPlace>; readonly done: Promise<void> } {
    const sequence = this.#store.nextSequence
    const written = this.#store.append(block, data)
    const done = written.then(
      () => {},
      () => {},
    )
    const place = this.#inTime(written).catch((cause: unknown) => {
      throw new WriteAheadLogError(
        `Block ${block.id} (${data.length} bytes) could not be written to the write-ahead log ${this.#store.directory}: ` +
          `${cause instanceof Error ? cause.message : String(cause)}. Free space, or make the directory writable; the receiver starts again meanwhile.`,
        { cause },
      )
    })
    const settle = () => {
      this.#settledUpTo = Math.max(sequence, this.#settledUpTo)
    }
    place.then(settle, settle)
    return { place, done }
  }

  async #inTime<T>(written: Promise<T>): Promise<T> {
    const over = new AbortController()
    const key = 'spark.streaming.receiver.blockStoreTimeout'
    const timeout = this.#clock.waitTill(this.#clock.now() + this.#timeoutMs, over.signal).then(() => {
      if (over.signal.aborted) return written
      throw new Error(`it was not done within ${this.#timeoutMs} ms, see ${key}`)
    })
    try {
      return await Promise.race([written, timeout])
    } finally {
      over.abort()
    }
  }
}
