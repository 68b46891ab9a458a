import fs from 'node:fs'
import type { CacheUpdate } from '../../task/cache/persisted-partitions.ts'
import type { StoredBytes } from '../../task/input.ts'
import type { KeptRDD } from '../engine.ts'
import { sharedMemoryReleased } from './shared-memory-pressure.ts'

type Place = { readonly slot: number; readonly sizeBytes: number } | { readonly stored: StoredBytes }

/**
 * Where every persisted partition is: as objects in one worker's heap, or as bytes that all can read. Bytes in memory stay under a
 * limit; the RDD least recently used gives its bytes up and is computed again when needed.
 */
export class CacheDirectory {
  readonly #rdds = new Map<number, Map<number, Place>>()
  readonly #limitBytes: number
  #memoryBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  update(slot: number, update: CacheUpdate): void {
    const { rddId, partition } = update
    const places = this.#touch(rddId)
    this.#free(places.get(partition))
    switch (update.where) {
      case 'worker':
        places.set(partition, { slot, sizeBytes: update.sizeBytes })
        break
      case 'stored':
        places.set(partition, { stored: update.stored })
        if (update.stored instanceof Uint8Array) this.#memoryBytes += update.stored.length
        this.#shrink(rddId)
        break
      case 'nowhere':
        places.delete(partition)
        break
    }
  }

  /** @returns the worker that holds the partition as objects, or null. */
  slotOf(rddId: number, partition: number): number | null {
    const place = this.#rdds.get(rddId)?.get(partition)
    return place !== undefined && 'slot' in place ? place.slot : null
  }

  stored(rddId: number, partition: number): StoredBytes | null {
    const place = this.#rdds.get(rddId)?.get(partition)
    if (place === undefined || !('stored' in place)) return null
    this.#touch(rddId)
    return place.stored
  }

  /** @returns whether all partitions of the RDD are kept somewhere. */
  isComplete(rddId: number, partitions: number): boolean {
    return (this.#rdds.get(rddId)?.size ?? 0) === partitions
  }

  /** What is kept of each RDD. */
  keptRDDs(): KeptRDD[] {
    return [...this.#rdds]
      .filter(([, places]) => places.size > 0)
      .map(([rddId, places]) => {
        let memoryBytes = 0
        let diskBytes = 0
        for (const place of places.values()) {
          if ('slot' in place) memoryBytes += place.sizeBytes
          else if (place.stored instanceof Uint8Array) memoryBytes += place.stored.length
          else diskBytes += place.stored.length
        }
        return { rddId, numCachedPartitions: places.size, memoryBytes, diskBytes }
      })
  }

  /** Bytes that a worker keeps as objects. */
  bytesOfSlot(slot: number): number {
    let sum = 0
    for (const places of this.#rdds.values()) {
      for (const place of places.values()) if ('slot' in place && place.slot === slot) sum += place.sizeBytes
    }
    return sum
  }

  /** Forgets what a worker held in its heap. */
  dropSlot(slot: number): void {
    for (const places of this.#rdds.values()) {
      for (const [partition, place] of places) {
        if ('slot' in place && place.slot === slot) places.delete(partition)
      }
    }
  }

  /** Forgets a partition whose file is gone. */
  dropLost(path: string): void {
    for (const places of this.#rdds.values()) {
      for (const [partition, place] of places) {
        if ('stored' in place && !(place.stored instanceof Uint8Array) && place.stored.path === path)
          places.delete(partition)
      }
    }
  }

  /** @returns whether anything was kept of the RDD. */
  forget(rddId: number): boolean {
    const places = this.#rdds.get(rddId)
    if (places === undefined) return false
    for (const place of places.values()) this.#free(place)
    this.#rdds.delete(rddId)
    return true
  }

  #touch(rddId: number): Map<number, Place> {
    const places = this.#rdds.get(rddId) ?? new Map<number, Place>()
    this.#rdds.delete(rddId)
    this.#rdds.set(rddId, places)
    return places
  }

  #shrink(keep: number): void {
    for (const [rddId, places] of this.#rdds) {
      if (this.#memoryBytes <= this.#limitBytes) return
      if (rddId === keep) continue
      for (const [partition, place] of places) {
        if (!('stored' in place) || !(place.stored instanceof Uint8Array)) continue
        this.#free(place)
        places.delete(partition)
      }
    }
  }

  #free(place: Place | undefined): void {
    if (place === undefined || !('stored' in place)) return
    if (place.stored instanceof Uint8Array) {
      this.#memoryBytes -= place.stored.length
      sharedMemoryReleased(place.stored.length)
    } else fs.rm(place.stored.path, { force: true }, () => {})
  }
}
