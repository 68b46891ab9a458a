import { CombineTable } from '../aggregation/combine-table.ts'
import { combiningReader } from '../aggregation/combining-reader.ts'
import { mergeOfValues } from '../aggregation/merge.ts'
import { sortingReader } from '../aggregation/sorting-reader.ts'
import type { Aggregator } from '../aggregator.ts'
import { compareValues } from '../ordering.ts'
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
      const feed = () => feedAll(input, table, runtime)
      return combiningReader(merge, feed, input.isAsync, runtime, 0, table, () => void input.close())
    }
  }
  if (op.name === 'sortByKey') {
    const ordering = (op.args[0] as SentOrdering) ?? compareValues
    const compare = (a: unknown, b: unknown) => ordering((a as [unknown])[0], (b as [unknown])[0])
    return (input) => sortingReader(input, compare, runtime)
  }
  return null
}

/** Gives all records to the table; a promise only while the input is asynchronous. */
function feedAll(input: Reader, table: CombineTable, runtime: TaskRuntime): void | Promise<void> {
  for (;;) {
    const chunk = input.next()
    if (isPromise(chunk)) return feedRest(chunk, input, table, runtime)
    if (chunk === null) return
    addChunk(chunk, table, runtime)
  }
}

async function feedRest(
  first: Promise<Chunk | null>,
  input: Reader,
  table: CombineTable,
  runtime: TaskRuntime,
): Promise<void> {
  for (let chunk = await first; chunk !== null; chunk = await input.next()) addChunk(chunk, table, runtime)
}

function addChunk(chunk: Chunk, table: CombineTable, runtime: TaskRuntime): void {
  runtime.checkCancelled()
  for (const record of chunk) table.add(record)
}
