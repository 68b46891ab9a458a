import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import type { Clock } from '../../batches/clock.ts'
import { WriteAheadLogError } from '../../batches/wal/errors.ts'
import type { LoggedBlock } from '../../batches/wal/log-frame.ts'
import type { DataBlock } from '../../engine/lineage.ts'
import { RECEIVER_BLOCK_STORE_TIMEOUT } from '../../settings/receivers.ts'
import type { BlockMemory } from './block-memory.ts'
import type { LoggedPlace, ReceivedBlock } from './received-block.ts'

/** The metadata that a log keeps of a block, beside the data, the block's number and the refused numbers. */
export type BlockDescription = Omit<LoggedBlock, 'sequence' | 'refused'>

/** A block of the log as a checkpoint names it. */
export type KeptBlock = readonly [
  sequence: number,
  id: string,
  format: DataBlock['format'],
  recordCount: number,
  ...place: readonly [file: string, offset: number, length: number] | readonly [handle: PlainData],
]

/** The blocks that a log holds when it is opened. */
export interface OpenedLog {
  /** The blocks behind the number that was asked for, in their order. */
  readonly blocks: readonly ReceivedBlock[]
  /** The first number that no block has had. */
  readonly nextSequence: number
}

/** Where one stream's blocks go: files of ours, or what the user's log makes of them. */
export interface BlockStore {
  /** The directory of the stream's log, relative to the checkpoint directory. */
  readonly directory: string
  /** The file that is written to, or was last; null without one. */
  readonly fileName: string | null
  /** Makes it ready to be written to, behind all blocks that it has. @param afterSequence blocks up to this number are not wanted. */
  open(streamId: number, memory: BlockMemory, afterSequence: number): Promise<OpenedLog>
  /** A block that a checkpoint names. */
  restore(streamId: number, memory: BlockMemory, kept: KeptBlock): Promise<ReceivedBlock>
  /** @param data must stay as it is until then. @returns where the block is once it is on the disk. */
  append(block: LoggedBlock, data: Uint8Array): Promise<LoggedPlace>
  /** No checkpoint needs the blocks that were written before a time, in milliseconds. */
  clean(threshold: number): Promise<void>
  close(): Promise<void>
}

/**
 * The log that a receiver's blocks go to before anybody has them. It gives each block its number, once: the number of a block that was refused is never
 * given to another one, or a checkpoint that has passed over the first would pass over the second.
 */
export class BlockLog {
  readonly #store: BlockStore
  readonly #clock: Clock
  readonly #timeoutMs: number
  #nextSequence: number
  #settledUpTo = 0
  /** Numbers of refused blocks that may be in the log all the same, until a later block that names them is. */
  #refused = new Set<number>()

  /** @param nextSequence the number of the first block. @param timeoutMs within which a block must be written. */
  constructor(store: BlockStore, clock: Clock, nextSequence: number, timeoutMs: number) {
    this.#store = store
    this.#clock = clock
    this.#nextSequence = nextSequence
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
    const sequence = this.#nextSequence++
    const refused = [...this.#refused]
    // A description that cannot be encoded, and a log that throws at once, refuse the block as a failed write does.
    const written = Promise.resolve().then(() => this.#store.append({ ...block, sequence, refused }, data))
    const done = written.then(
      () => {},
      () => {},
    )
    const place = this.#inTime(written).then(
      (at) => {
        for (const number of refused) this.#refused.delete(number)
        this.#settle(sequence)
        return at
      },
      (cause: unknown) => {
        this.#refused.add(sequence)
        this.#settle(sequence)
        throw new WriteAheadLogError(
          `Block ${block.id} (${data.length} bytes) could not be written to the write-ahead log ${this.#store.directory}: ` +
            `${cause instanceof Error ? cause.message : String(cause)}. Free space, or make the directory writable; the receiver starts again meanwhile.`,
          { cause },
        )
      },
    )
    return { place, done }
  }

  #settle(sequence: number): void {
    this.#settledUpTo = Math.max(sequence, this.#settledUpTo)
  }

  async #inTime<T>(written: Promise<T>): Promise<T> {
    const over = new AbortController()
    const timeout = this.#clock.waitTill(this.#clock.now() + this.#timeoutMs, over.signal).then(() => {
      if (over.signal.aborted) return written
      throw new Error(`it was not done within ${this.#timeoutMs} ms, see ${RECEIVER_BLOCK_STORE_TIMEOUT.key}`)
    })
    try {
      return await Promise.race([written, timeout])
    } finally {
      over.abort()
    }
  }
}
