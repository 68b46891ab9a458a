import { CHUNK_RECORDS, type Chunk, forEachChunk, isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { CombineTable } from './combine-table.ts'
import { type Merge, mergeOfCombiners } from './merge.ts'
import { SpilledBuckets } from './spilled-buckets.ts'

/** Feeds records to a table: one compiled loop, or several sources in turn. Returns a promise only for an asynchronous source. */
export type TableFeed = (table: CombineTable) => void | Promise<void>

/**
 * Combines records by key and hands out [key, combiner] pairs. A table that outgrows memory is divided over buckets on disk and
 * combined bucket by bucket, so that only one bucket's distinct keys are in memory at a time.
 * @param lent an empty table to use, given back through `onClose`.
 */
export function combiningReader(
  merge: Merge,
  feed: TableFeed,
  isAsync: boolean,
  runtime: TaskRuntime,
  level = 0,
  lent: CombineTable | null = null,
  onClose: () => void = () => {},
): Reader {
  let spilled: SpilledBuckets | null = null
  const spill = (full: CombineTable): void => {
    if (isIndivisible(full, level)) return
    spilled ??= new SpilledBuckets(level, runtime)
    for (let i = 0; i < full.size; i++) spilled.add([full.keys[i], full.values[i]])
    full.clear()
    runtime.memory.afterSpill()
  }
  let table: CombineTable | null = lent ?? new CombineTable(merge, runtime.memory)
  table.onShort = spill
  let isFed = false
  let isClosed = false
  let position = 0
  let buckets: (() => Reader)[] | null = null
  let bucket: Reader | null = null

  const feedTable = (): void | Promise<void> => {
    const result = feed(table as CombineTable)
    if (isPromise(result)) return result.then(endFeed)
    endFeed()
  }
  const endFeed = (): void => {
    isFed = true
    if (spilled === null || table === null) return
    for (let i = 0; i < table.size; i++) spilled.add([table.keys[i], table.values[i]])
    table.clear()
    table = null
    buckets = spilled.finish()
  }
  const nextOfTable = (full: CombineTable): Chunk | null => {
    if (position >= full.size) {
      close()
      return null
    }
    const from = position
    position = Math.min(full.size, from + CHUNK_RECORDS)
    return full.pairs(from, position)
  }
  const nextOfBuckets = (): Chunk | null => {
    for (;;) {
      if (bucket === null) {
        const open = buckets?.shift()
        if (open === undefined) {
          close()
          return null
        }
        bucket = combiningReader(mergeOfCombiners(merge), feedOf(open(), runtime), false, runtime, level + 1)
      }
      const chunk = bucket.next() as Chunk | null
      if (chunk !== null) return chunk
      bucket = null
    }
  }
  const nextFed = (): Chunk | null => (table === null ? nextOfBuckets() : nextOfTable(table))
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    void bucket?.close()
    bucket = null
    buckets = []
    spilled?.remove()
    table?.clear()
    lent?.clear()
    onClose()
  }
  return {
    isAsync,
    next() {
      if (isClosed) return null
      if (isFed) return nextFed()
      const fed = feedTable()
      return isPromise(fed) ? fed.then(nextFed) : nextFed()
    },
    close,
  }
}

/** Few keys with huge combiners gain nothing from another division: one key's combiner has to fit in memory, as in Spark. */
function isIndivisible(table: CombineTable, level: number): boolean {
  return level > 0 && (table.size <= 32 || level >= MAX_LEVEL)
}

const MAX_LEVEL = 6

/** Feeds a table from a reader of pairs. */
export function feedOf(reader: Reader, runtime: TaskRuntime): TableFeed {
  return (table) =>
    forEachChunk(reader, (chunk) => {
      runtime.checkCancelled()
      for (const record of chunk) table.add(record)
      return undefined
    })
}
