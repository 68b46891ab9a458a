import fs from 'node:fs'
import type { StoredBytes } from '../../task/input.ts'
import type { ShuffleOutput } from '../../task/shuffle/bucket-writer.ts'
import { sharedMemoryReleased } from './shared-memory-pressure.ts'

interface Shuffle {
  readonly ownerId: number
  readonly outputs: (ShuffleOutput | null)[]
  memoryBytes: number
  /** Jobs that read or write it now; it is not dropped meanwhile. */
  users: number
  /** The stage that wrote it, or writes it; null before. */
  stageId: number | null
}

/**
 * The map outputs of all shuffles, kept so that a later job on the same lineage skips the map stage. Together they stay under a limit:
 * the least recently used shuffle that no job uses is dropped and, should it be needed again, computed again from lineage.
 */
export class ShuffleStore {
  readonly #shuffles = new Map<string, Shuffle>()
  readonly #limitBytes: number
  readonly #maxShuffles: number
  #memoryBytes = 0

  constructor(limitBytes: number, maxShuffles: number) {
    this.#limitBytes = limitBytes
    this.#maxShuffles = maxShuffles
  }

  /** Begins a use of a shuffle; every use must be ended. */
  acquire(key: string, ownerId: number, mapPartitions: number): void {
    let shuffle = this.#shuffles.get(key)
    if (shuffle === undefined) {
      shuffle = { ownerId, outputs: new Array<null>(mapPartitions).fill(null), memoryBytes: 0, users: 0, stageId: null }
    } else {
      this.#shuffles.delete(key)
    }
    this.#shuffles.set(key, shuffle)
    shuffle.users += 1
  }

  release(key: string): void {
    const shuffle = this.#shuffles.get(key)
    if (shuffle !== undefined) shuffle.users -= 1
    this.#shrink()
  }

  /** @returns the map partitions whose output is not there. */
  missing(key: string): number[] {
    const missing: number[] = []
    this.#get(key).outputs.forEach((output, partition) => {
      if (output === null) missing.push(partition)
    })
    return missing
  }

  register(key: string, mapPartition: number, output: ShuffleOutput): void {
    const shuffle = this.#get(key)
    shuffle.outputs[mapPartition] = output
    shuffle.memoryBytes += output.bytes.length
    this.#memoryBytes += output.bytes.length
  }

  /** Notes the stage that writes a shuffle. */
  ranIn(key: string, stageId: number): void {
    this.#get(key).stageId = stageId
  }

  /** @returns the stage that wrote a shuffle, null when it is not there. */
  stageOf(key: string): number | null {
    return this.#shuffles.get(key)?.stageId ?? null
  }

  /** Bytes that one more map task may leave in memory. */
  allowance(tasks: number): number {
    return Math.max(0, (this.#limitBytes - this.#memoryBytes) / Math.max(1, tasks))
  }

  /** @returns what the map tasks wrote for one reduce partition, in the map partitions' order. */
  segments(key: string, partition: number): StoredBytes[] {
    const segments: StoredBytes[] = []
    for (const output of this.#get(key).outputs) {
      if (output === null) throw new Error(`shuffle ${key} lacks a map output`)
      for (const stored of output.fileSegments?.[partition] ?? []) segments.push(stored)
      const from = output.offsets[partition] as number
      const to = output.offsets[partition + 1] as number
      if (to > from) segments.push(segmentOf(output.bytes, from, to))
    }
    return segments
  }

  /** Drops outputs whose files are gone, so that the next attempt makes them again. */
  dropLost(path: string): void {
    for (const { outputs } of this.#shuffles.values()) {
      outputs.forEach((output, i) => {
        if (
          output?.fileSegments?.some((stored) =>
            stored.some((one) => !(one instanceof Uint8Array) && one.path === path),
          )
        ) {
          outputs[i] = null
        }
      })
    }
  }

  /** Drops the shuffles of nodes to which no reference is left. */
  forget(nodeIds: ReadonlySet<number>): void {
    for (const [key, shuffle] of this.#shuffles) {
      if (nodeIds.has(shuffle.ownerId) && shuffle.users === 0) this.#drop(key, shuffle)
    }
  }

  #get(key: string): Shuffle {
    const shuffle = this.#shuffles.get(key)
    if (shuffle === undefined) throw new Error(`shuffle ${key} is not in use`)
    return shuffle
  }

  #shrink(): void {
    if (this.#memoryBytes <= this.#limitBytes && this.#shuffles.size <= this.#maxShuffles) return
    for (const [key, shuffle] of this.#shuffles) {
      if (this.#memoryBytes <= this.#limitBytes && this.#shuffles.size <= this.#maxShuffles) return
      if (shuffle.users === 0) this.#drop(key, shuffle)
    }
  }

  #drop(key: string, shuffle: Shuffle): void {
    this.#shuffles.delete(key)
    this.#memoryBytes -= shuffle.memoryBytes
    sharedMemoryReleased(shuffle.memoryBytes)
    for (const output of shuffle.outputs) {
      for (const path of filesOf(output)) fs.rm(path, { force: true }, () => {})
    }
  }
}

/** Shared memory goes to a task as a view; bytes of our own are copied out, or the whole output would travel with each part. */
function segmentOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? bytes.subarray(from, to) : bytes.slice(from, to)
}

function filesOf(output: ShuffleOutput | null): Set<string> {
  const paths = new Set<string>()
  for (const stored of output?.fileSegments?.flat() ?? []) {
    if (!(stored instanceof Uint8Array)) paths.add(stored.path)
  }
  return paths
}
