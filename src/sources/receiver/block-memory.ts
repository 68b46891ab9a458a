import type { DataBlock } from '../../engine/lineage.ts'
import { BlockDirectory } from './block-directory.ts'
import type { Region } from './line-buffer.ts'
import { type LoggedPlace, ReceivedBlock } from './received-block.ts'
import { type Slab, SlabPool } from './slab-pool.ts'

/** The limits of a block memory. */
export interface BlockMemoryLimits {
  readonly maxBlockBytes: number
  readonly maxMemoryBytes: number
  readonly localDirectory: string | undefined
}

/**
 * Holds the blocks of all receivers of a context in memory, and moves the oldest to files when they are more than the limit. Data is
 * never lost for want of memory, and a window or a stream that is remembered for long costs disk.
 */
export class BlockMemory {
  readonly pool: SlabPool
  readonly #maxMemoryBytes: number
  readonly #directory: BlockDirectory
  /** In the order in which they came; those that left memory are dropped when they are met. */
  #blocks: ReceivedBlock[] = []
  /** The slab that small blocks share, and how much of it is taken. */
  #shared: Slab | null = null
  #sharedUsed = 0

  constructor({ maxBlockBytes, maxMemoryBytes, localDirectory }: BlockMemoryLimits) {
    this.pool = new SlabPool(maxBlockBytes)
    this.#maxMemoryBytes = maxMemoryBytes
    this.#directory = new BlockDirectory(localDirectory)
  }

  /** Bytes of memory that blocks and the buffers before them use. */
  get bytesInUse(): number {
    return this.pool.bytesInUse
  }

  /** Copies bytes to memory that every thread can read. */
  copy(bytes: Uint8Array, recordCount: number): Region {
    const region = this.reserve(bytes.length, recordCount)
    region.bytes.set(bytes)
    return region
  }

  /** Memory for `byteLength` bytes that the caller is about to write. */
  reserve(byteLength: number, recordCount: number): Region {
    if (byteLength > this.pool.slabBytes / 2) {
      const slab = this.pool.take(byteLength)
      return { slab, bytes: slab.bytes.subarray(0, byteLength), recordCount }
    }
    if (this.#shared === null || this.#shared.bytes.length - this.#sharedUsed < byteLength) {
      this.#shared?.release()
      this.#shared = this.pool.take()
      this.#sharedUsed = 0
    }
    const slab = this.#shared
    slab.retain()
    const bytes = slab.bytes.subarray(this.#sharedUsed, this.#sharedUsed + byteLength)
    this.#sharedUsed += byteLength
    return { slab, bytes, recordCount }
  }

  /** Makes a block of a region and keeps it within the memory's limit. */
  add(
    id: string,
    streamId: number,
    format: DataBlock['format'],
    region: Region,
    options: { readonly metadata?: unknown; readonly toDisk?: boolean; readonly logged?: LoggedPlace | null } = {},
  ): ReceivedBlock {
    const block = new ReceivedBlock(id, streamId, format, region, options.metadata, options.logged ?? null)
    if (options.toDisk === true) block.moveToFile(this.#directory)
    else this.#blocks.push(block)
    this.#keepWithinLimit()
    return block
  }

  /** Removes all blocks and their files. */
  close(): void {
    for (const block of this.#blocks) block.remove()
    this.#blocks = []
    this.#shared?.release()
    this.#shared = null
    this.pool.close()
    this.#directory.close()
  }

  #keepWithinLimit(): void {
    let next = 0
    while (next < this.#blocks.length) {
      const block = this.#blocks[next] as ReceivedBlock
      if (block.isInMemory) {
        if (this.pool.bytesInUse <= this.#maxMemoryBytes) break
        block.moveToFile(this.#directory)
      }
      next++
    }
    if (next > 0) this.#blocks = this.#blocks.slice(next)
  }
}
