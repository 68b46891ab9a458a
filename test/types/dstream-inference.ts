/**
 * What TypeScript infers of streaming programs that are written without type annotations. This file is never run: `npm run typecheck` compiles it.
 */
import type { DStream, RDD, State } from '../../src/index.ts'
import { StateSpec } from '../../src/index.ts'
import { assertType, type Same } from './check.ts'

declare const lines: DStream<string>
declare const isOdd: boolean

const words = lines.flatMap((line) => line.split(' '))
assertType<Same<typeof words, DStream<string>>>()
const pairs = words.map((word) => [word, 1])
assertType<Same<typeof pairs, DStream<[string, number]>>>()
const nested = words.map((word) => [word, [word.length, 1]])
assertType<Same<typeof nested, DStream<[string, [number, number]]>>>()
const averages = nested.reduceByKey((x, y) => [x[0] + y[0], x[1] + y[1]]).mapValues(([sum, count]) => sum / count)
assertType<Same<typeof averages, DStream<[string, number]>>>()
const constant = words.map((word) => [word, 1] as const).reduceByKey((a, b) => a + b)
assertType<Same<typeof constant, DStream<[string, number]>>>()
const total = words.map(() => (isOdd ? 1 : 0)).reduce((a, b) => a + b)
assertType<Same<typeof total, DStream<number>>>()
const windowed = words
  .map((word) => [word, isOdd ? 1 : 0])
  .reduceByKeyAndWindow(
    (a, b) => a + b,
    (a, b) => a - b,
    '30s',
    '10s',
  )
assertType<Same<typeof windowed, DStream<[string, number]>>>()
const nestedWindow = nested.reduceByKeyAndWindow((x, y) => [x[0] + y[0], x[1] + y[1]], 30)
assertType<Same<typeof nestedWindow, DStream<[string, [number, number]]>>>()
const windowSum = words.map(() => (isOdd ? 1 : 0)).reduceByWindow((a, b) => a + b, 30, 10)
assertType<Same<typeof windowSum, DStream<number>>>()
const helped = words.mapPartitions((records) => records.filter((word) => word !== '').take(3))
assertType<Same<typeof helped, DStream<string>>>()

// The state of updateStateByKey

const counts = words.map((word) => [word, word]).updateStateByKey((values, state) => values.length + (state ?? 0))
assertType<Same<typeof counts, DStream<[string, number]>>>()
const sums = pairs.updateStateByKey((values, state) => values.reduce((a, b) => a + b, state ?? 0))
assertType<Same<typeof sums, DStream<[string, number]>>>()
const forgetting = pairs.updateStateByKey((values, state) => (values.length === 0 ? undefined : (state ?? 0) + 1))
assertType<Same<typeof forgetting, DStream<[string, number]>>>()
const lists = pairs.updateStateByKey((values, state) => [...(state ?? []), ...values])
assertType<Same<typeof lists, DStream<[string, number[]]>>>()
const annotated = pairs.updateStateByKey((values, state: { sum: number } | undefined) => ({
  sum: values.reduce((a, b) => a + b, state?.sum ?? 0),
}))
assertType<Same<typeof annotated, DStream<[string, { sum: number }]>>>()
const explicit = pairs.updateStateByKey<string, number, { sum: number }>((values, state) => ({
  sum: values.length + (state?.sum ?? 0),
}))
assertType<Same<typeof explicit, DStream<[string, { sum: number }]>>>()
const begun = pairs.updateStateByKey((values, state) => values.length + (state ?? 0), 2, [['a', 1]])
assertType<Same<typeof begun, DStream<[string, number]>>>()
// @ts-expect-error a state of text that becomes a number
pairs.updateStateByKey((values, _state: string | undefined) => values.length).print()

const mapped = pairs.mapWithState(
  StateSpec.function((word: string, one: number | undefined, state: State<number>) => {
    const sum = (one ?? 0) + (state.getOption() ?? 0)
    state.update(sum)
    return [word, sum]
  }),
)
mapped.stateSnapshots().mapValues((sum) => sum + 1)

// Functions whose results are needed at once

// @ts-expect-error
words.map(async (word) => word).print()
// @ts-expect-error
words.filter(async (word) => word !== '').print()
// @ts-expect-error
pairs.mapValues(async (value) => value).print()
// @ts-expect-error
pairs.reduceByKey(async (a, b) => a + b)
// @ts-expect-error
pairs.updateStateByKey(async (values) => values.length).map(([, n]) => n + 1)
// @ts-expect-error a function is no StateSpec
pairs.mapWithState((word: string) => word)
// @ts-expect-error an RDD is no stream
pairs.join(null as unknown as RDD<[string, number]>)

// Streams of anything take streams of something

const streams: readonly DStream<unknown>[] = [words, pairs, mapped]
streams[0]?.print()
function printed<T>(stream: DStream<T>): void {
  stream.map((record) => [record, 1]).print()
}
printed(words)
