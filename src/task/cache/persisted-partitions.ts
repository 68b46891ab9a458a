import type { RecordCodec } from '../codec/index.ts'
import { FrameFile, uniqueFileName } from '../frames.ts'
import type { CacheLevel, StoredBytes } from '../input.ts'
import { heapLimitBytes } from '../memory-gauge.ts'
import type { Chunk } from '../reader.ts'
import { StateVersion } from '../state/state-version.ts'

/** Where a persisted partition ended up, told to the driver, which sends later tasks there. */
export type CacheUpdate =
  | { readonly rddId: number; readonly partition: number; readonly where: 'worker'; readonly sizeBytes: number }
  | { readonly rddId: number; readonly partition: number; readonly where: 'stored'; readonly stored: StoredBytes }
  | { readonly rddId: number; readonly partition: number; readonly where: 'nowhere' }

interface Block {
  readonly rddId: number
  readonly partition: number
  readonly level: CacheLevel
  readonly chunks: readonly Chunk[]
  readonly sizeBytes: number
}

/**
 * The persisted partitions that live as objects in this worker's heap, least recently used first. Together they stay under a limit;
 * for a new block the oldest blocks of other RDDs leave, to disk if their level says so.
 */
export class PersistedPartitions {
  readonly #blocks = new Map<string, Block>()
  readonly #limitBytes: number
  readonly #codec: RecordCodec
  readonly #localDir: () => string
  #usedBytes = 0
  #updates: CacheUpdate[] = []

  /** @param storageFraction part of the heap limit that persisted partitions may take (`spark.memory.storageFraction`). */
  constructor(storageFraction: number, codec: RecordCodec, localDir: () => string) {
    this.#limitBytes = heapLimitBytes() * storageFraction
    this.#codec = codec
    this.#localDir = localDir
  }

  /** @returns the partition's chunks, or undefined when they are not here. */
  get(rddId: number, partition: number): readonly Chunk[] | undefined {
    const key = keyOf(rddId, partition)
    const block = this.#blocks.get(key)
    if (block === undefined) return undefined
    this.#blocks.delete(key)
    if (isRetired(block)) {
      this.#usedBytes -= block.sizeBytes
      this.report({ rddId, partition, where: 'nowhere' })
      return undefined
    }
    this.#blocks.set(key, block)
    return block.chunks
  }

  /** Makes room for a block. @returns whether `sizeBytes` fit once older blocks of other RDDs have left. */
  reserve(rddId: number, sizeBytes: number): boolean {
    if (sizeBytes > this.#limitBytes) return false
    for (const [key, block] of this.#blocks) {
      if (this.#usedBytes + sizeBytes <= this.#limitBytes) break
      // A state takes next to nothing here, and its next version would have to be computed from the last checkpoint.
      if (block.rddId !== rddId && stateOf(block) === null) this.#evict(key, block)
    }
    return this.#usedBytes + sizeBytes <= this.#limitBytes
  }

  put(rddId: number, partition: number, level: CacheLevel, chunks: readonly Chunk[], sizeBytes: number): void {
    const key = keyOf(rddId, partition)
    this.#usedBytes += sizeBytes - (this.#blocks.get(key)?.sizeBytes ?? 0)
    this.#blocks.set(key, { rddId, partition, level, chunks, sizeBytes })
    this.report({ rddId, partition, where: 'worker', sizeBytes })
  }

  /** Forgets all partitions of an RDD. */
  drop(rddId: number): void {
    for (const [key, block] of this.#blocks) {
      if (block.rddId === rddId) this.#forget(key, block)
    }
  }

  report(update: CacheUpdate): void {
    this.#updates.push(update)
  }

  /** @returns what changed since the last call. */
  takeUpdates(): CacheUpdate[] {
    const updates = this.#updates
    this.#updates = []
    return updates
  }

  #evict(key: string, block: Block): void {
    this.#forget(key, block)
    const { rddId, partition } = block
    if (block.level.useDisk) this.report({ rddId, partition, where: 'stored', stored: this.writeToDisk(block.chunks) })
    else this.report({ rddId, partition, where: 'nowhere' })
  }

  #forget(key: string, block: Block): void {
    this.#blocks.delete(key)
    this.#usedBytes -= block.sizeBytes
  }

  /** Writes chunks to a cache file of their own. */
  writeToDisk(chunks: Iterable<Chunk>): StoredBytes {
    const file = new FrameFile(this.#localDir(), uniqueFileName('cache'), this.#codec)
    try {
      for (const chunk of chunks) file.append(chunk)
    } catch (error) {
      file.remove()
      throw error
    }
    file.close()
    return { path: file.path, offset: 0, length: file.length }
  }
}

function stateOf({ chunks }: Block): StateVersion | null {
  const first = chunks[0]?.[0]
  return first instanceof StateVersion ? first : null
}

function isRetired(block: Block): boolean {
  return stateOf(block)?.isRetired ?? false
}

function keyOf(rddId: number, partition: number): string {
  return `${rddId}_${partition}`
}
