import v8 from 'node:v8'
import { resourceLimits } from 'node:worker_threads'
import { collectGarbage } from './collect-garbage.ts'
import { noteHeap } from './task-counters.ts'

/** How a worker's memory is shared out. */
export interface MemoryLimits {
  /** Part of the heap limit in use above which a growing table or sort buffer is spilled. */
  readonly spillFraction: number
  /** Entries of a table or sort buffer after which it is spilled whatever the heap says (`spark.shuffle.spill.numElementsForceSpillThreshold`). */
  readonly maxEntries: number
}

export const DEFAULT_MEMORY_LIMITS: MemoryLimits = { spillFraction: 0.6, maxEntries: Number.MAX_SAFE_INTEGER }

/** Part of the limit below which collecting garbage alone was enough. */
const ENOUGH_FREED = 0.8

/** Tells a growing structure when to spill: looks at this thread's real heap, so that whatever else fills it counts too. */
export class MemoryGauge {
  readonly #limits: MemoryLimits
  readonly #limitBytes: number

  constructor(limits: MemoryLimits) {
    this.#limits = limits
    this.#limitBytes = heapLimitBytes() * limits.spillFraction
  }

  /** Frees heap that can be had back from disk later, before anybody is told that memory is short; null when nothing can. @returns whether any was freed. */
  onShort: (() => boolean) | null = null

  /** Records between two looks at the heap; a look costs about a microsecond. */
  readonly interval = 8192

  /** @param entries entries the asking structure holds. @returns whether it should spill now. */
  isShort(entries: number): boolean {
    if (entries >= this.#limits.maxEntries) return true
    if (!this.#isOverLimit()) return false
    if (this.onShort === null) return true
    // Data that is spilled must be read again, so garbage is collected first. When little memory is free afterwards, spill now instead of measuring again at once.
    collectGarbage()
    if (v8.getHeapStatistics().used_heap_size < this.#limitBytes * ENOUGH_FREED) return false
    if (this.onShort()) collectGarbage()
    return this.#isOverLimit()
  }

  /** Entries above which a structure must be told even between intervals. */
  get maxEntries(): number {
    return this.#limits.maxEntries
  }

  /** Collects garbage after a spill, so that the next look sees what is really held and does not spill a small table again. */
  afterSpill(): void {
    if (this.#isOverLimit()) collectGarbage()
  }

  #isOverLimit(): boolean {
    const used = v8.getHeapStatistics().used_heap_size
    noteHeap(used)
    return used > this.#limitBytes
  }
}

/**
 * The limit on all long-lived objects of this thread together. V8's own figure counts the young generation too, which a small heap limit
 * would make larger than the limit itself.
 */
export function heapLimitBytes(): number {
  const { maxOldGenerationSizeMb } = resourceLimits
  return maxOldGenerationSizeMb === undefined
    ? v8.getHeapStatistics().heap_size_limit
    : maxOldGenerationSizeMb * 1024 * 1024
}
