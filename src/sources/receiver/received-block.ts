import assert from 'node:assert'
import type { LogEntry } from '../../batches/wal/log-reader.ts'
import type { WriteAheadLogRecordHandle } from '../../batches/wal/write-ahead-log.ts'
import { leaseBlock } from '../../engine/block-lease.ts'
import type { DataBlock } from '../../engine/lineage.ts'
import type { BlockDirectory } from './block-directory.ts'
import type { Region } from './line-buffer.ts'
import type { Slab } from './slab-pool.ts'

/** Where a block stands in a file of its stream's log. */
export interface LogFilePlace extends Pick<LogEntry, 'segment'> {
  readonly sequence: number
  /** The log file, for those who read it. */
  readonly path: string
}

/** Where a block stands in the log of its stream: in a file, or where a log of the user's has put it. */
export type LoggedPlace = LogFilePlace | { readonly sequence: number; readonly handle: WriteAheadLogRecordHandle }

/** The place in a file, which anybody can read; null for another place, or none. */
export function logFilePlace(place: LoggedPlace | null): LogFilePlace | null {
  return place !== null && 'segment' in place ? place : null
}

/** The content of a block that stands in the log only. */
interface LoggedContent {
  readonly recordCount: number
}

/**
 * A block that a receiver stored (Spark's `ReceivedBlock` and its info): in memory at first, in a file once memory is short. Its memory is
 * given back when the block was removed or moved, and no job reads it any more.
 */
export class ReceivedBlock {
  /** `input-<stream>-<number>`. */
  readonly id: string
  readonly streamId: number
  readonly byteLength: number
  /** Records inside, or -1 where nobody counted. */
  readonly recordCount: number
  /** The metadata that the receiver stored with the data. */
  readonly metadata: unknown
  /** The reference to a block in lineage. `bytes` returns where the data is at the moment. */
  readonly data: DataBlock
  /** Where the log has it; null without a log. What is in a log file needs none of its own. */
  readonly logged: LoggedPlace | null
  /** Null once no reader may find it any more. */
  #memory: Region | null
  #file: string | null = null
  #directory: BlockDirectory | null = null
  /** Memory that jobs still read although the block has left it. */
  #leaving: Slab | null = null
  #readers = 0
  #isRemoved = false

  constructor(
    id: string,
    streamId: number,
    format: DataBlock['format'],
    content: Region | LoggedContent,
    metadata: unknown = undefined,
    logged: LoggedPlace | null = null,
  ) {
    this.id = id
    this.streamId = streamId
    const region = 'slab' in content ? content : null
    this.byteLength = region?.bytes.length ?? logFilePlace(logged)!.segment.length
    this.recordCount = content.recordCount
    this.metadata = metadata
    this.logged = logged
    this.#memory = region
    const locate = () => this.#location()
    this.data = Object.freeze({
      format,
      recordCount: content.recordCount,
      get bytes() {
        return locate()
      },
    })
    leaseBlock(this.data, { retain: () => this.#retain(), release: () => this.#release() })
  }

  get isInMemory(): boolean {
    return this.#memory !== null
  }

  /** Writes the data to a file, and gives its memory back as soon as no job reads it. */
  moveToFile(directory: BlockDirectory): void {
    if (this.#memory === null) return
    if (logFilePlace(this.logged) === null) {
      this.#file = directory.write(this.id, this.#memory.bytes)
      this.#directory = directory
    }
    this.#leaveMemory()
  }

  /** Frees the data, at once or when the last job that reads it is done. */
  remove(): void {
    if (this.#isRemoved) return
    this.#isRemoved = true
    this.#leaveMemory()
    if (this.#readers === 0) this.#removeFile()
  }

  #location(): DataBlock['bytes'] {
    if (this.#isRemoved) {
      // A file that cannot be there: only a task that does read the block fails, and says why.
      const why = `${this.id} was removed when its batch was forgotten: keep it with StreamingContext.remember() or persist()`
      return { path: why, offset: 0, length: this.byteLength }
    }
    if (this.#memory !== null) return this.#memory.bytes
    const place = logFilePlace(this.logged)
    if (place === null) return { path: this.#file as string, offset: 0, length: this.byteLength }
    return { path: place.path, offset: place.segment.offset, length: place.segment.length }
  }

  #retain(): void {
    this.#readers++
  }

  #release(): void {
    assert(this.#readers > 0, 'a block is released once for each time it was retained')
    if (--this.#readers > 0) return
    this.#leaving?.release()
    this.#leaving = null
    if (this.#isRemoved) this.#removeFile()
  }

  #leaveMemory(): void {
    if (this.#memory === null) return
    if (this.#readers > 0) this.#leaving = this.#memory.slab
    else this.#memory.slab.release()
    this.#memory = null
  }

  #removeFile(): void {
    if (this.#file !== null) this.#directory?.remove(this.#file)
    this.#file = null
  }
}
