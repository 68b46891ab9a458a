import { isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import type { CombineTable } from './combine-table.ts'
import { combiningReader, feedOf, type TableFeed } from './combining-reader.ts'
import type { Merge } from './merge.ts'

/** Gives [key, [values of input 0, values of input 1, …]] for every key that any input holds. */
export function cogroupReader(inputs: readonly Reader[], runtime: TaskRuntime): Reader {
  const isAsync = inputs.some((input) => input.isAsync)
  // The feed tells the merge which input the next values belong to; a combiner is one list per input.
  let current = 0
  const merge: Merge = {
    first(value) {
      const lists: unknown[][] = inputs.map(() => [])
      lists[current]?.push(value)
      return lists
    },
    next(lists, value) {
      ;(lists as unknown[][])[current]?.push(value)
      return lists
    },
    combine(a, b) {
      const lists = a as unknown[][]
      ;(b as unknown[][]).forEach((values, i) => {
        const target = lists[i] as unknown[]
        for (const value of values) target.push(value)
      })
      return lists
    },
  }
  const feeds = inputs.map((input) => feedOf(input, runtime))
  const feed = (table: CombineTable, from = 0): void | Promise<void> => {
    for (current = from; current < feeds.length; current++) {
      const fed = (feeds[current] as TableFeed)(table)
      if (isPromise(fed)) return fed.then(() => feed(table, current + 1))
    }
  }
  const reader = combiningReader(merge, (table) => feed(table), isAsync, runtime)
  return {
    isAsync,
    next: () => reader.next(),
    close() {
      for (const input of inputs) void input.close()
      return reader.close()
    },
  }
}
