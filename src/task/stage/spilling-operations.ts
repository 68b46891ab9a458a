import { CombineTable } from '../aggregation/combine-table.ts'
import { combiningReader, feedOf } from '../aggregation/combining-reader.ts'
import { mergeOfValues } from '../aggregation/merge.ts'
import { sortingReader } from '../aggregation/sorting-reader.ts'
import type { Aggregator } from '../aggregator.ts'
import { compareValues } from '../ordering.ts'
import { assertPair } from '../pair.ts'
import type { SentOrdering } from '../partition-functions/top-records.ts'
import type { NarrowOp } from '../program.ts'
import { type Chunk, isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'

type Builtin = Extract<NarrowOp, { kind: 'builtin' }>

/**
 * Built-in operations that gather a whole partition, as readers that go on on disk when memory is short: what an aggregation or a sort
 * becomes where its records are in their partitions already. Null for an operation that gathers nothing.
 */
export function spillingOperation(op: Builtin, runtime: TaskRuntime): ((input: Reader) => Reader) | null {
  if (op.name === 'combineByKey') {
    const merge = mergeOfValues(op.args[0] as Aggregator)
    return (input) => {
      const table = new CombineTable(merge, runtime.memory)
      const feed = feedOf(input, runtime)
      return combiningReader(merge, feed, input.isAsync, runtime, 0, table, () => void input.close())
    }
  }
  if (op.name === 'sortByKey') {
    const ordering = (op.args[0] as SentOrdering) ?? compareValues
    const compare = (a: unknown, b: unknown) => ordering((a as [unknown])[0], (b as [unknown])[0])
    return (input) => sortingReader(readerOfPairs(input), compare, runtime)
  }
  return null
}

/** The same records. @throws SparkException at the first that is no pair. */
function readerOfPairs(input: Reader): Reader {
  const checked = (chunk: Chunk | null): Chunk | null => {
    if (chunk !== null) for (const record of chunk) assertPair(record)
    return chunk
  }
  return {
    isAsync: input.isAsync,
    next() {
      const chunk = input.next()
      return isPromise(chunk) ? chunk.then(checked) : checked(chunk)
    },
    close: () => input.close(),
  }
}
