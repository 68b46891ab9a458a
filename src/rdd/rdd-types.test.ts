import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SparkContext } from '../context/spark-context.ts'
import type { SparkConf } from '../settings/spark-conf.ts'
import type { Broadcast } from '../shared-variables/broadcast.ts'
import type { LongAccumulator } from '../shared-variables/sum-accumulator.ts'
import { StreamingContext } from '../streaming/streaming-context.ts'
import type { RDD } from './rdd.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Fails to compile where the RDD's records are not of the type given. */
function holds<Expected>() {
  return <T>(_rdd: RDD<T>, _isEqual: Equal<T, Expected>): void => {}
}

/** Never called: what matters is that it compiles, and that the lines marked do not. */
function typesOf(words: RDD<string>, numbers: RDD<number>, ages: RDD<[string, number]>, cities: RDD<[string, string]>) {
  // What a function returns decides the records; pairs are inferred.
  holds<[string, number]>()(
    words.map((word) => [word, 1]),
    true,
  )
  holds<[string, boolean]>()(
    words.flatMap((word) => [[word, true]]),
    true,
  )
  holds<number>()(
    words.map((word) => word.length),
    true,
  )
  holds<string>()(
    words.flatMap((line) => line.split(' ')),
    true,
  )
  holds<[number, string]>()(
    words.keyBy((word) => word.length),
    true,
  )
  holds<[number, string]>()(
    words.mapPartitions((records) => [...records].map((word) => [word.length, word])),
    true,
  )
  holds<'a'>()(
    words.filter((word): word is 'a' => word === 'a'),
    true,
  )

  // Pairs.
  holds<[string, number]>()(
    words.map((word) => [word, 1]).reduceByKey((a, b) => a + b),
    true,
  )
  holds<[string, number[]]>()(ages.groupByKey(), true)
  holds<[string, [number, string]]>()(ages.join(cities), true)
  holds<[string, [number, string | undefined]]>()(ages.leftOuterJoin(cities), true)
  holds<[string, [number | undefined, string]]>()(ages.rightOuterJoin(cities), true)
  holds<[string, [number | undefined, string | undefined]]>()(ages.fullOuterJoin(cities), true)
  holds<[string, [number[], string[], number[]]]>()(ages.cogroup(cities, ages), true)
  holds<[string, [number[], string[], number[], string[]]]>()(ages.groupWith(cities, ages, cities), true)
  holds<string>()(ages.keys(), true)
  holds<number>()(ages.values(), true)
  holds<[string, string]>()(
    ages.mapValues((age) => String(age)),
    true,
  )
  holds<[string, Set<number>]>()(
    ages.aggregateByKey(
      new Set<number>(),
      (set, age) => set.add(age),
      (a, b) => new Set([...a, ...b]),
    ),
    true,
  )
  // What makes a combiner, or the zero, decides the type of what is combined.
  holds<[string, [number, number]]>()(
    ages.combineByKey(
      (age): [number, number] => [age, 1],
      ([sum, count], age): [number, number] => [sum + age, count + 1],
      (a, b): [number, number] => [a[0] + b[0], a[1] + b[1]],
    ),
    true,
  )
  const total: Promise<number> = numbers.aggregate(
    0,
    (sum, n) => sum + n,
    (a, b) => a + b,
  )
  holds<[string, number]>()(ages.sortByKey(), true)
  holds<[[string, number], number]>()(ages.zip(numbers), true)
  holds<[string, number]>()(words.zipWithIndex(), true)
  holds<string>()(
    words.zipPartitions(numbers, ages, (a, b, c) => [`${[...a]}${[...b]}${[...c]}`]),
    true,
  )
  const byKey: Promise<Map<string, number>> = ages.countByKey()
  const looked: Promise<number[]> = ages.lookup('a')
  const histogram: Promise<[number[], number[]]> = numbers.histogram(3)
  const counts: Promise<number[]> = numbers.histogram([1, 2])

  // Operations by key are for pairs alone, numeric ones for numbers alone.
  // @ts-expect-error words are no pairs
  words.reduceByKey((a, b) => a + b)
  // @ts-expect-error numbers are no pairs
  numbers.groupByKey()
  // @ts-expect-error words are no pairs
  words.join(ages)
  // @ts-expect-error words are no pairs
  ages.join(words)
  // @ts-expect-error keys of another type
  ages.join(words.map((word) => [word.length, word]))
  // @ts-expect-error an array of any length is no pair
  words.map((word) => word.split(' ')).mapValues((x) => x)
  // @ts-expect-error words are no pairs
  void words.collectAsMap()
  // @ts-expect-error words are no pairs
  words.sortByKey()
  // @ts-expect-error words are no numbers
  void words.sum()
  // @ts-expect-error words are no numbers
  words.histogram(3)
  // @ts-expect-error pairs are no numbers
  void ages.mean()
  // @ts-expect-error the merged value has another type
  ages.reduceByKey((a, b) => `${a}${b}`)
  // @ts-expect-error a union holds one type of records
  words.union(numbers)
  return { total, byKey, looked, histogram, counts }
}

/** Never called: an RDD's context is a SparkContext in every respect, and so can be handed to what takes one. */
function contextOf(words: RDD<string>): SparkContext {
  const { sparkContext } = words
  const excluded: Broadcast<Set<string>> = sparkContext.broadcast(new Set(['a']))
  const dropped: LongAccumulator = sparkContext.longAccumulator('dropped')
  const conf: SparkConf = sparkContext.getConf().set('spark.app.name', 'another')
  holds<[string, number]>()(sparkContext.parallelize([['a', 1]]), true)
  sparkContext.setLocalProperty(conf.get('spark.app.name'), String(dropped.value + excluded.value.size))
  const streams = new StreamingContext(sparkContext, 1)
  // @ts-expect-error settings are named by strings
  sparkContext.setLocalProperty(1, 'one')
  return streams.sparkContext
}

test('types are checked by the compiler', () => {
  for (const check of [typesOf, contextOf]) assert.equal(typeof check, 'function')
})
