/**
 * What TypeScript infers of RDD programs that are written without type annotations. This file is never run: `npm run typecheck` compiles it.
 */
import type { HashPartitioner, RDD, SparkContext } from '../../src/index.ts'
import { assertType, type Same } from './check.ts'

declare const sc: SparkContext
declare const words: RDD<string>
declare const numbers: RDD<number>
declare const isOdd: boolean
declare const partitioner: HashPartitioner

// Pairs

const pairs = words.map((word) => [word, 1])
assertType<Same<typeof pairs, RDD<[string, number]>>>()

const nested = words.map((word) => [word, [word, 1]])
assertType<Same<typeof nested, RDD<[string, [string, number]]>>>()

const keyedByPair = words.map((word) => [[word, word.length], 1])
assertType<Same<typeof keyedByPair, RDD<[[string, number], number]>>>()

const pairsOfPairs = words.map((word) => [
  [word, 1],
  [word.length, true],
])
assertType<Same<typeof pairsOfPairs, RDD<[[string, number], [number, boolean]]>>>()

const triples = words.map((word) => [word, [word, 1, true]])
assertType<Same<typeof triples, RDD<[string, [string, number, boolean]]>>>()

const lists = words.map((word) => [word, [word]])
assertType<Same<typeof lists, RDD<[string, string[]]>>>()
const concatenated = lists.reduceByKey((a, b) => a.concat(b))
assertType<Same<typeof concatenated, RDD<[string, string[]]>>>()

const flat = words.flatMap((word) => word.split('').map((letter) => [letter, word] as const))
assertType<Same<typeof flat, RDD<[string, string]>>>()
const flatPairs = words.flatMap((word) => [
  [word, 1],
  [word, 2],
])
assertType<Same<typeof flatPairs, RDD<[string, number]>>>()

const constant = words.map((word) => [word, 1] as const).reduceByKey((a, b) => a + b)
assertType<Same<typeof constant, RDD<[string, number]>>>()

// Sums over tuples

const averages = nested.reduceByKey((x, y) => [x[0] + y[0], x[1] + y[1]])
assertType<Same<typeof averages, RDD<[string, [string, number]]>>>()
const ratios = words.map((word) => [word, [word.length, 1]]).mapValues(([sum, count]) => sum / count)
assertType<Same<typeof ratios, RDD<[string, number]>>>()
const tuples = sc.parallelize([['a', [1, 2]]] as [string, [number, number]][])
const summed = tuples.reduceByKey((x, y) => [x[0] + y[0], x[1] + y[1]])
assertType<Same<typeof summed, RDD<[string, [number, number]]>>>()
const folded = tuples.foldByKey([0, 0], (x, y) => [x[0] + y[0], x[1] + y[1]])
assertType<Same<typeof folded, RDD<[string, [number, number]]>>>()
const reducedTuples = tuples.values().reduce((x, y) => [x[0] + y[0], x[1] + y[1]])
assertType<Same<typeof reducedTuples, Promise<[number, number]>>>()

// Literals widen where results are of the wider type

const ones = numbers.map(() => (isOdd ? 1 : 0))
const inside = ones.reduce((a, b) => a + b)
assertType<Same<typeof inside, Promise<number>>>()
const insideTree = ones.treeReduce((a, b) => a + b)
assertType<Same<typeof insideTree, Promise<number>>>()
const insideFold = ones.fold(0, (a, b) => a + b)
assertType<Same<typeof insideFold, Promise<number>>>()
const byParity = numbers.map((n) => [n, isOdd ? 1 : 0]).reduceByKey((a, b) => a + b)
assertType<Same<typeof byParity, RDD<[number, number]>>>()
const longest = words.map(() => (isOdd ? 'a' : 'b')).reduce((a, b) => a + b)
assertType<Same<typeof longest, Promise<string>>>()
type Kind = 'x' | 'y'
declare const kinds: RDD<Kind>
const first = kinds.reduce((a, b) => (a < b ? a : b))
assertType<Same<typeof first, Promise<Kind>>>()

// Zeros

const grouped = pairs.aggregateByKey(
  [],
  (list, value) => [...list, value],
  (a, b) => a.concat(b),
)
assertType<Same<typeof grouped, RDD<[string, number[]]>>>()
const groupedAsText = pairs.aggregateByKey(
  [] as string[],
  (list, value) => [...list, String(value)],
  (a, b) => [...a, ...b],
)
assertType<Same<typeof groupedAsText, RDD<[string, string[]]>>>()
const counted = pairs.aggregateByKey(
  [0, 0],
  ([sum, count], value) => [sum + value, count + 1],
  (a, b) => [a[0] + b[0], a[1] + b[1]],
)
assertType<Same<typeof counted, RDD<[string, [number, number]]>>>()
const all = words.aggregate(
  [],
  (list, value) => [...list, value],
  (a, b) => a.concat(b),
)
assertType<Same<typeof all, Promise<string[]>>>()
const mean = numbers.aggregate(
  [0, 0],
  ([sum, count], value) => [sum + value, count + 1],
  (a, b) => [a[0] + b[0], a[1] + b[1]],
)
assertType<Same<typeof mean, Promise<[number, number]>>>()
const meanByTree = numbers.treeAggregate(
  [0, 0],
  ([sum, count], value) => [sum + value, count + 1],
  (a, b) => [a[0] + b[0], a[1] + b[1]],
)
assertType<Same<typeof meanByTree, Promise<[number, number]>>>()
const sum = numbers.aggregate(
  0,
  (total, value) => total + value,
  (a, b) => a + b,
)
assertType<Same<typeof sum, Promise<number>>>()
const combined = pairs.combineByKey(
  (value): [number, number] => [value, 1],
  ([total, count], value) => [total + value, count + 1],
  (a, b) => [a[0] + b[0], a[1] + b[1]],
)
assertType<Same<typeof combined, RDD<[string, [number, number]]>>>()

// Partition functions: their iterators have the helpers of iterators on every Node

const helped = words.mapPartitions((records) => records.filter((word) => word !== '').map((word) => word.length))
assertType<Same<typeof helped, RDD<number>>>()
const taken = words.mapPartitionsWithIndex((index, records) => [[index, records.take(2).toArray().length]])
assertType<Same<typeof taken, RDD<[number, number]>>>()
const jobs = sc.runJob(words, (records) => records.reduce((length, word) => length + word.length, 0))
assertType<Same<typeof jobs, Promise<number[]>>>()
words.foreachPartition((records) => {
  records.forEach((word) => {
    console.log(word)
  })
})
const zipped = words.zipPartitions(numbers, (a, b) => a.map((word, i) => `${word}${b.toArray()[i]}`))
assertType<Same<typeof zipped, RDD<string>>>()

// Functions whose results are needed at once

// @ts-expect-error a promise is no record
words.map(async (word) => word).collect()
// @ts-expect-error
words.map((word) => Promise.resolve(word)).map((word) => word)
// @ts-expect-error
words.flatMap(async (word) => [word])
// @ts-expect-error
words.filter(async (word) => word !== '').collect()
// @ts-expect-error
words.keyBy(async (word) => word).collect()
// @ts-expect-error
words.groupBy(async (word) => word).collect()
// @ts-expect-error
pairs.mapValues(async (value) => value).collect()
// @ts-expect-error
pairs.flatMapValues(async (value) => [value])
// @ts-expect-error
pairs.reduceByKey(async (a, b) => a + b)
// @ts-expect-error
words.sortBy(async (word) => word).collect()
// @ts-expect-error
words.top(1, async (a, b) => a.length - b.length)
// @ts-expect-error
numbers.reduce(async (a, b) => a + b)
// @ts-expect-error
pairs.partitionBy(2, async () => 1)
words.mapPartitions(async (records) => [...records])
words.foreach(async (word) => console.log(word))

// Scala's and Python's forms

// @ts-expect-error the variables of the environment go into `env`
words.pipe('cat', { FOO: 'x' })
// @ts-expect-error the records come first, then the partition
sc.runJob(words, (_context, records) => [...records])
// @ts-expect-error an application needs a name
;new (null as unknown as typeof import('../../src/index.ts').SparkContext)('local[2]')
pairs.reduceByKey((a, b) => a + b, partitioner)
// @ts-expect-error a text is no number of partitions
pairs.reduceByKey((a, b) => a + b, '3')

// Functions of the standard library and generic ones

const trimmed = words.map((word) => word.trim())
assertType<Same<typeof trimmed, RDD<string>>>()
const parsed = words.map(Number)
assertType<Same<typeof parsed, RDD<number>>>()
const json = words.map((word) => JSON.parse(word) as { user: string; amount: number })
assertType<Same<typeof json, RDD<{ user: string; amount: number }>>>()
const keyed = json.map(({ user, amount }) => [user, amount]).reduceByKey((a, b) => a + b)
assertType<Same<typeof keyed, RDD<[string, number]>>>()
function identity<T>(value: T): T {
  return value
}
const same = words.map(identity)
assertType<Same<typeof same, RDD<string>>>()
function twice<T>(rdd: RDD<T>): RDD<T> {
  return rdd.flatMap((record) => [record, record])
}
assertType<Same<ReturnType<typeof twice<string>>, RDD<string>>>()
function indexed<K, V>(rdd: RDD<[K, V]>): RDD<[K, V[]]> {
  return rdd.mapValues((value) => [value]).reduceByKey((a, b) => [...a, ...b])
}
assertType<Same<ReturnType<typeof indexed<string, number>>, RDD<[string, number[]]>>>()
const nothing = words.map((word) => (word === '' ? null : word)).filter((word) => word !== null)
assertType<Same<typeof nothing, RDD<string>>>()
const unknowns = words.map((word): unknown => JSON.parse(word))
assertType<Same<typeof unknowns, RDD<unknown>>>()
const anys = words.map((word) => JSON.parse(word))
anys.map(({ user }) => user.name)
words.map((word) => [word, JSON.parse(word)]).mapValues(({ user }) => user.name)
