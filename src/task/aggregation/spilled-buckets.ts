import { FrameFile, framesReader, uniqueFileName } from '../frames.ts'
import type { StoredBytes } from '../input.ts'
import { hashKey } from '../key/index.ts'
import { type Chunk, concatReaders, type Reader } from '../reader.ts'
import { noteSpill } from '../task-counters.ts'
import type { TaskRuntime } from '../task-runtime.ts'

/** Parts into which a table that does not fit is divided; each is handled on its own, and divided again if need be. */
const BUCKETS = 32
const BUCKET_RECORDS = 512

/**
 * Pairs of a table that outgrew memory, divided by key hash over one file, so that equal keys meet in one bucket. `level` varies
 * the hash, so that a bucket that is still too large divides again.
 */
export class SpilledBuckets {
  readonly #runtime: TaskRuntime
  readonly #level: number
  readonly #file: FrameFile
  readonly #pending: unknown[][] = Array.from({ length: BUCKETS }, () => [])
  readonly #stored: StoredBytes[][] = Array.from({ length: BUCKETS }, () => [])

  constructor(level: number, runtime: TaskRuntime) {
    this.#runtime = runtime
    this.#level = level
    this.#file = new FrameFile(runtime.localDir(), uniqueFileName('spill'), runtime.codec)
  }

  add(pair: readonly [unknown, unknown]): void {
    const bucket = mix(hashKey(pair[0]), this.#level) % BUCKETS
    const pending = this.#pending[bucket] as unknown[]
    pending.push(pair)
    if (pending.length === BUCKET_RECORDS) this.#flush(bucket)
  }

  /** Ends writing. @returns a reader for each bucket that holds anything. */
  finish(): (() => Reader)[] {
    const opens: (() => Reader)[] = []
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#flush(bucket)
      const stored = this.#stored[bucket] as StoredBytes[]
      if (stored.length === 0) continue
      opens.push(() =>
        concatReaders(
          stored.map((bytes) => () => framesReader(bytes, this.#runtime.codec)),
          false,
        ),
      )
    }
    this.#file.close()
    noteSpill(this.#file.length)
    return opens
  }

  remove(): void {
    this.#file.remove()
  }

  #flush(bucket: number): void {
    const pending = this.#pending[bucket] as unknown[]
    if (pending.length === 0) return
    this.#stored[bucket]?.push(this.#file.append(pending as Chunk))
    pending.length = 0
  }
}

/** A second hash: the partitioner used the first one's low digits already. */
function mix(hash: number, level: number): number {
  let h = Math.imul(hash ^ Math.imul(level + 1, 0x9e3779b1), 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
