import { type Chunk, isPromise, type Reader } from '../reader.ts'
import type { TaskRuntime } from '../task-runtime.ts'
import type { CombineTable } from './combine-table.ts'
import { combiningReader } from './combining-reader.ts'
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
  const feed = (table: CombineTable): void | Promise<void> => {
    if (isAsync) return feedAsync(table)
    inputs.forEach((input, i) => {
      current = i
      for (let chunk = input.next() as Chunk | null; chunk !== null; chunk = input.next() as Chunk | null) {
        runtime.checkCancelled()
        for (const record of chunk) table.add(record)
      }
    })
  }
  const feedAsync = async (table: CombineTable): Promise<void> => {
    for (const [i, input] of inputs.entries()) {
      current = i
      for (;;) {
        const next = input.next()
        const chunk = isPromise(next) ? await next : next
        if (chunk === null) break
        runtime.checkCancelled()
        for (const record of chunk) table.add(record)
      }
    }
  }
  const reader = combiningReader(merge, feed, isAsync, runtime)
  return {
    isAsync,
    next: () => reader.next(),
    close() {
      for (const input of inputs) void input.close()
      return reader.close()
    },
  }
}
