import type { LogEntry } from './bench.ts'

type Log = readonly LogEntry[]
export type Logs = Readonly<Record<string, Log>>

/** Where our answer is another than Spark's, on purpose. */
export interface Difference {
  readonly why: string
  /** Our answer, made of what Spark answers where that is possible. */
  readonly ours: (recorded: Log, all: Logs) => Log
}

const gaps = (...ours: LogEntry[]): Difference => ({
  why: 'an incremental window leaves out the batches between two windows, which Spark takes in',
  ours: () => ours,
})

/** The text that was printed, with what JavaScript has no tuples for. */
const printed = (...replacements: (readonly [tuple: string, array: string])[]): Difference => ({
  why: 'JavaScript has one kind of array where Spark has tuples and lists',
  ours: ([text]) => [replacements.reduce((shown, [tuple, array]) => shown.replace(tuple, array), text as string)],
})

// biome-ignore format: one batch a line
const GAPS: Readonly<Record<string, Difference>> = {
  'countByWindow(2, 3)': gaps([3000, [7]], [6000, [1]]),
  'countByWindow(1, 3)': gaps([3000, [4]], [6000, [3]]),
  'reduceByWindow(2, 3) with an inverse': gaps([3000, [36]], [6000, [5]]),
  'reduceByWindow(1, 3) with an inverse': gaps([3000, [21]], [6000, [15]]),
  'reduceByKeyAndWindow(2, 3) with an inverse': gaps(
    [3000, [[['b', 6]], [['a', 4], ['c', 5]]]],
    [6000, [[['b', 0], ['d', 8]], [['a', 13], ['c', 0]]]],
    [9000, [[['b', 0], ['d', 0]], [['a', 0], ['c', 9]]]],
    [12000, [[['b', 0], ['d', 0]], [['a', 0], ['c', 0]]]],
  ),
  'reduceByKeyAndWindow(1, 3) with an inverse': gaps(
    [3000, [[['b', 2]], [['a', 4]]]],
    [6000, [[['b', 4]], [['a', 0], ['c', 5]]]],
    [9000, [[['b', 0]], [['a', 0], ['c', 0]]]],
    [12000, [[['b', 0], ['d', 8]], [['a', 13], ['c', 0]]]],
  ),
  'reduceByKeyAndWindow(2, 3) with a filter': gaps(
    [3000, [[['c', 5]], [['a', 4]], [['b', 6]]]],
    [6000, [[], [['a', 13], ['d', 8]], []]],
    [9000, [[['c', 9]], [], []]],
    [12000, [[], [], []]],
  ),
  'reduceByKeyAndWindow(1, 3) with a filter': gaps(
    [3000, [[], [['a', 4]], [['b', 2]]]],
    [6000, [[['c', 5]], [], [['b', 4]]]],
    [9000, [[], [], []]],
    [12000, [[], [['a', 13], ['d', 8]], []]],
  ),
  'countByValueAndWindow(2, 3)': gaps(
    [3000, [[['b', 3], ['d', 1]], [['a', 2], ['c', 1]]]],
    [6000, [[], [['a', 1]]]],
  ),
  'countByValueAndWindow(1, 3)': gaps(
    [3000, [[['b', 1]], [['a', 2], ['c', 1]]]],
    [6000, [[['b', 2], ['d', 1]], []]],
  ),
}

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'ssc.union of none': {
    why: "the error is that of Spark's Java API",
    ours: () => [{ error: 'List of DStreams to union is empty' }],
  },
  ...GAPS,
  'mapWithState with a timeout, as it is': {
    why: 'a key times out in the batch in which it is due, where Spark waits for the next checkpoint',
    ours: (_, all) => {
      const dueAtOnce = all['mapWithState with a timeout, checkpointed every batch']!
      const later = Array.from({ length: 12 }, (_, i) => (i + 13) * 1000)
      return [
        ...dueAtOnce,
        ...later.flatMap((timeMs) => [
          [timeMs, []],
          [timeMs, []],
        ]),
      ]
    },
  },
  'print of pairs in pairs': printed(['(v,3)', 'List(v, 3)'], ['(List(1, 2),List(x))', 'List(List(1, 2), List(x))']),
}

export const PYTHON_DIFFERENCES: Readonly<Record<string, Difference>> = {
  'pprint of pairs in pairs': printed(
    ["('v', 3)", "['v', 3]"],
    ["([1, 2], ['x'])", "[[1, 2], ['x']]"],
    ['(1, 2, 3)', '[1, 2, 3]'],
  ),
  'count of no partitions': {
    why: 'a batch of no partitions counts 0, as in Scala',
    ours: (recorded) => recorded.map((entry) => ((entry as unknown[])[0] === 5000 ? [5000, [0]] : entry)),
  },
  'reduceByKeyAndWindow with an inverse of a window of less than 5 slides': {
    why: 'keys stay without a filter, as in Scala, whatever the length of the window',
    ours: (recorded) => withKeptKeys(recorded as readonly [number, readonly [string, number][]][]),
  },
}

/** With 0 for every key that was there before. */
function withKeptKeys(recorded: readonly [timeMs: number, pairs: readonly [string, number][]][]): Log {
  const kept = new Map<string, number>()
  return recorded.map(([timeMs, pairs]) => {
    for (const key of kept.keys()) kept.set(key, 0)
    for (const [key, value] of pairs) kept.set(key, value)
    return [timeMs, [...kept].sort()]
  })
}
