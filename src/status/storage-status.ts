import type { BlockUpdated, StorageEvent } from '../events/storage-events.ts'

/** A persisted RDD, by partition. */
export interface RDDStatus {
  readonly rddId: number
  readonly blocks: ReadonlyMap<number, BlockUpdated>
}

/** The persisted RDDs, kept up to date from events. A lost partition or a freed RDD is forgotten, so the size is bounded by what is persisted. */
export class StorageStatus {
  readonly #rdds = new Map<number, Map<number, BlockUpdated>>()

  /** The persisted RDDs by their ids, ascending. */
  get rdds(): readonly RDDStatus[] {
    return [...this.#rdds].map(([rddId, blocks]) => ({ rddId, blocks })).sort((a, b) => a.rddId - b.rddId)
  }

  handle(event: StorageEvent): void {
    if (event.kind === 'rddUnpersisted') {
      this.#rdds.delete(event.rddId)
      return
    }
    const { rddId, partition, memoryBytes, diskBytes } = event
    const blocks = this.#rdds.get(rddId) ?? new Map<number, BlockUpdated>()
    if (memoryBytes + diskBytes > 0) blocks.set(partition, event)
    else blocks.delete(partition)
    if (blocks.size === 0) this.#rdds.delete(rddId)
    else this.#rdds.set(rddId, blocks)
  }

  /** Forgets what a worker that died held as objects in its heap. */
  workerDied(worker: number): void {
    for (const [rddId, blocks] of this.#rdds) {
      for (const [partition, block] of blocks) {
        if (block.worker === worker && block.deserialized) blocks.delete(partition)
      }
      if (blocks.size === 0) this.#rdds.delete(rddId)
    }
  }
}
