import { CombineTable } from '../aggregation/combine-table.ts'
import { combiningReader } from '../aggregation/combining-reader.ts'
import { type Merge, mergeOfCombiners, mergeOfValues } from '../aggregation/merge.ts'
import { sortingReader } from '../aggregation/sorting-reader.ts'
import type { Aggregator } from '../aggregator.ts'
import { countedShuffle } from '../counted-reader.ts'
import type { Program } from '../program.ts'
import { type Chunk, forEachChunk, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import { combineTail } from './combine-tail.ts'
import { fuseLoop } from './fused-loop.ts'
import type { Open } from './open.ts'
import { segmentsReader } from './open-source.ts'

/** The reduce side of a shuffle: segments combined, or passed on, and sorted where an ordering asks for it. */
export function compileShuffleRead(program: Extract<Program, { kind: 'shuffleRead' }>, runtime: TaskRuntime): Open {
  const { aggregator, isCombined, ordering } = program
  const sorted = (reader: Reader): Reader => {
    if (ordering === null) return reader
    const compare = ordering as (a: unknown, b: unknown) => number
    return sortingReader(reader, (a, b) => compare((a as [unknown])[0], (b as [unknown])[0]), runtime)
  }
  const open: Open = (input) => countedShuffle(segmentsReader(input, runtime), input)
  if (aggregator === null) return (input) => sorted(open(input))
  const merge = isCombined ? mergeOfCombiners(mergeOfValues(aggregator)) : mergeOfValues(aggregator)
  const taken = isCombined ? combinerAggregator(aggregator, merge.combine) : aggregator
  // A table and its loop are used again by the next task, whose records then meet optimised code.
  let idle: LoopedTable | null = null
  return (input) => {
    const used = idle ?? loopedTable(merge, taken, runtime)
    idle = null
    const segments = open(input)
    const feed = (): void | Promise<void> =>
      forEachChunk(segments, (chunk) => {
        runtime.checkCancelled()
        return used.loop(chunk)
      })
    const giveBack = (): void => {
      void segments.close()
      idle = used
    }
    return sorted(combiningReader(merge, feed, segments.isAsync, runtime, 0, used.table, giveBack))
  }
}

interface LoopedTable {
  readonly table: CombineTable
  readonly loop: (chunk: Chunk) => undefined
}

function loopedTable(merge: Merge, aggregator: Aggregator, runtime: TaskRuntime): LoopedTable {
  const table = new CombineTable(merge, runtime.memory)
  return { table, loop: fuseLoop([], combineTail(aggregator, table), true) }
}

/** Combiners from map tasks merge like plain values under their own merge function. */
function combinerAggregator(aggregator: Aggregator, combine: (a: unknown, b: unknown) => unknown): Aggregator {
  if (aggregator.kind === 'reduce') return aggregator
  const merge = combine as (a: never, b: never) => unknown
  return { kind: 'combine', createCombiner: (value) => value, mergeValue: merge, mergeCombiners: merge }
}
