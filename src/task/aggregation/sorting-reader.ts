import { FrameFile, framesReader, uniqueFileName } from '../frames.ts'
import type { StoredBytes } from '../input.ts'
import { CHUNK_RECORDS, type Chunk, concatReaders, forEachChunk, isPromise, type Reader } from '../reader.ts'
import { noteSpill } from '../task-counters.ts'
import type { TaskRuntime } from '../task-runtime.ts'

const FRAME_RECORDS = 1024

/**
 * Hands out an input's records in order. What does not fit in memory is written as sorted runs, which are merged as they are read.
 * Stable: equal records keep their order.
 */
export function sortingReader(
  input: Reader,
  compare: (a: unknown, b: unknown) => number,
  runtime: TaskRuntime,
): Reader {
  let held: unknown[] = []
  let runs: Run[] | null = null
  let file: FrameFile | null = null
  let merged: Reader | null = null
  let countdown = Math.min(runtime.memory.interval, runtime.memory.maxEntries)

  const spill = (): void => {
    held.sort(compare)
    file ??= new FrameFile(runtime.localDir(), uniqueFileName('spill'), runtime.codec)
    const stored: StoredBytes[] = []
    for (let i = 0; i < held.length; i += FRAME_RECORDS) stored.push(file.append(held.slice(i, i + FRAME_RECORDS)))
    runs ??= []
    runs.push(new Run(stored, runtime))
    held = []
    runtime.memory.afterSpill()
  }
  const take = (chunk: Chunk): undefined => {
    runtime.checkCancelled()
    for (const record of chunk) {
      held.push(record)
      countdown -= 1
      if (countdown > 0) continue
      countdown = Math.min(runtime.memory.interval, runtime.memory.maxEntries)
      if (runtime.memory.isShort(held.length)) spill()
    }
  }
  const finish = (): Reader => {
    if (runs === null) {
      held.sort(compare)
      return sortedArrayReader(held)
    }
    spill()
    file?.close()
    noteSpill(file?.length ?? 0)
    return mergingReader(runs, compare)
  }
  return {
    isAsync: input.isAsync,
    next() {
      if (merged !== null) return merged.next()
      const read = forEachChunk(input, take)
      const first = (): Chunk | null => {
        merged = finish()
        return merged.next() as Chunk | null
      }
      return isPromise(read) ? read.then(first) : first()
    },
    close() {
      for (const run of runs ?? []) run.close()
      file?.remove()
      held = []
      return input.close()
    },
  }
}

function sortedArrayReader(records: readonly unknown[]): Reader {
  let position = 0
  return {
    isAsync: false,
    next() {
      if (position >= records.length) return null
      const chunk = records.slice(position, position + CHUNK_RECORDS)
      position += chunk.length
      return chunk
    },
    close() {
      position = records.length
    },
  }
}

/** One sorted run on disk, read a frame at a time. */
class Run {
  readonly #reader: Reader
  #chunk: Chunk = []
  #index = 0

  constructor(stored: readonly StoredBytes[], runtime: TaskRuntime) {
    this.#reader = concatReaders(
      stored.map((bytes) => () => framesReader(bytes, runtime.codec)),
      false,
    )
  }

  /** Moves to the next record. @returns whether there is one. */
  advance(): boolean {
    this.#index += 1
    if (this.#index < this.#chunk.length) return true
    const chunk = this.#reader.next() as Chunk | null
    if (chunk === null) return false
    this.#chunk = chunk
    this.#index = 0
    return true
  }

  get head(): unknown {
    return this.#chunk[this.#index]
  }

  close(): void {
    void this.#reader.close()
  }
}

/** Merges sorted runs with a binary heap of their heads; on equal heads the earlier run goes first. */
function mergingReader(runs: readonly Run[], compare: (a: unknown, b: unknown) => number): Reader {
  const heap: number[] = []
  const isBefore = (a: number, b: number): boolean => {
    const order = compare((runs[a] as Run).head, (runs[b] as Run).head)
    return order === 0 ? a < b : order < 0
  }
  const sink = (): void => {
    let at = 0
    for (;;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child] as number, heap[least] as number)) least = child
      }
      if (least === at) return
      const moved = heap[at] as number
      heap[at] = heap[least] as number
      heap[least] = moved
      at = least
    }
  }
  runs.forEach((run, i) => {
    if (!run.advance()) return
    heap.push(i)
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at] as number, heap[parent] as number)) break
      const moved = heap[at] as number
      heap[at] = heap[parent] as number
      heap[parent] = moved
      at = parent
    }
  })
  return {
    isAsync: false,
    next() {
      const chunk: unknown[] = []
      while (chunk.length < CHUNK_RECORDS && heap.length > 0) {
        const run = runs[heap[0] as number] as Run
        chunk.push(run.head)
        if (!run.advance()) {
          const last = heap.pop() as number
          if (heap.length > 0) heap[0] = last
        }
        sink()
      }
      return chunk.length === 0 ? null : chunk
    },
    close() {
      for (const run of runs) run.close()
    },
  }
}
