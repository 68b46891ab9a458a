import type { FileSystem, LogFile } from '../../files/file-system.ts'
import { log } from '../../log.ts'
import type { Clock } from '../clock.ts'
import { frameBefore, type LoggedBlock } from './log-frame.ts'
import { type LogSegment, logFileName } from './log-reader.ts'

/** A log file that has reached this size is closed and a new one begins, even when its time is not over. */
const MAX_FILE_BYTES = 128 * 1024 * 1024

/** The settings of a log. */
export interface FileBasedLogOptions {
  readonly fileSystem: FileSystem
  readonly directory: string
  readonly clock: Clock
  /** The log begins a new file when the current one is this old, in milliseconds. */
  readonly rollingIntervalMs: number
  /** Whether each write ends its file, for file systems that show a file only when it is closed. */
  readonly closesFileAfterWrite: boolean
  /** How often it is tried to write a block before that is given up. */
  readonly maxFailures: number
}

interface PendingBlock {
  readonly sequence: number
  readonly before: Uint8Array
  readonly data: Uint8Array
  readonly resolve: (segment: LogSegment) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes the blocks of one stream to files that only grow (Spark's `FileBasedWriteAheadLog`), each with its length and checksum. Blocks
 * that come while others are written go to the disk together.
 */
export class FileBasedWriteAheadLog {
  readonly #options: FileBasedLogOptions
  #pending: PendingBlock[] = []
  #writing: Promise<void> | null = null
  #file: LogFile | null = null
  #fileName: string | null = null
  #fileBytes = 0
  #fileEndsAt = 0

  constructor(options: FileBasedLogOptions) {
    this.#options = options
  }

  /** The file that is written to, or was last; null before the first. */
  get fileName(): string | null {
    return this.#fileName
  }

  /**
   * Appends a block. `data` must stay as it is until the promise is settled; blocks are on the disk, and their promises settled, in the order
   * of the calls.
   * @param block its number is above those of the blocks before it.
   * @returns where the data is, once it is on the disk.
   */
  append(block: LoggedBlock, data: Uint8Array): Promise<LogSegment> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ sequence: block.sequence, before: frameBefore(block, data), data, resolve, reject })
      this.#writing ??= this.#writePending()
    })
  }

  /** Ends the log once all that was appended is written. */
  async close(): Promise<void> {
    await this.#writing
    await this.#closeFile()
  }

  async #writePending(): Promise<void> {
    while (this.#pending.length > 0) {
      const blocks = this.#pending
      this.#pending = []
      await this.#write(blocks)
    }
    this.#writing = null
  }

  async #write(blocks: readonly PendingBlock[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const segments = await this.#append(blocks, attempt - 1)
        for (const [index, { resolve }] of blocks.entries()) resolve(segments[index]!)
        break
      } catch (error) {
        await this.#abandonFile()
        if (attempt < this.#options.maxFailures) continue
        for (const { reject } of blocks) reject(error)
        return
      }
    }
    // The block is on the disk, so an error while closing its file does not fail the write. The next block goes to a new file.
    if (this.#options.closesFileAfterWrite) await this.#closeFile().catch(() => {})
  }

  async #append(blocks: readonly PendingBlock[], attempt: number): Promise<LogSegment[]> {
    const file = await this.#fileFor(blocks[0]!.sequence, attempt)
    let position = this.#fileBytes
    const segments = blocks.map(({ before, data }) => {
      const offset = position + before.length
      position = offset + data.length
      return { file: this.#fileName!, offset, length: data.length }
    })
    await file.append(blocks.flatMap(({ before, data }) => [before, data]))
    this.#fileBytes = position
    return segments
  }

  /** After a failed write the file may end with a part of the block. The file is cut back to the last whole block, and the next block goes to another file. */
  async #abandonFile(): Promise<void> {
    try {
      await this.#file?.truncate(this.#fileBytes)
    } catch (error) {
      const path = `${this.#options.directory}/${this.#fileName}`
      log('WARN', 'WriteAheadLog', `${path} could not be cut off behind its last whole block: ${String(error)}`)
    }
    await this.#closeFile().catch(() => {})
  }

  async #fileFor(sequence: number, attempt: number): Promise<LogFile> {
    const { clock, fileSystem, directory, rollingIntervalMs } = this.#options
    const isFull = this.#fileBytes >= MAX_FILE_BYTES || clock.now() >= this.#fileEndsAt
    if (this.#file !== null && isFull) await this.#closeFile()
    if (this.#file !== null) return this.#file
    const name = logFileName(sequence, attempt)
    this.#file = await fileSystem.createLog(`${directory}/${name}`)
    // The file counts as existing only from here on: checkpoints refer to it, and recovery must not look for a file that could not be made.
    this.#fileName = name
    this.#fileBytes = 0
    this.#fileEndsAt = clock.now() + rollingIntervalMs
    return this.#file
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close()
  }
}
