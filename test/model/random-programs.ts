import fc from 'fast-check'
import type { RDD, SparkContext } from '../../src/index.ts'
import { HashPartitioner, StorageLevel } from '../../src/index.ts'

/** A key of a random record: what keys compare by value with, and what is easily confused. */
export type Key = string | number | boolean | null | readonly [string, number]
export type Record_ = [key: Key, value: number]

/** One step of a random program: what it does, in words for the report, and how. */
export interface Step {
  readonly name: string
  apply(rdd: RDD<Record_>, sc: SparkContext): RDD<Record_>
}

export const key: fc.Arbitrary<Key> = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', 'Aa', 'BB', 'é', '1'),
  fc.constantFrom(0, 1, -1, 2, 0.5, Number.NaN, 1e12),
  fc.boolean(),
  fc.constant(null),
  fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom(1, 2)),
)

export const records: fc.Arbitrary<Record_[]> = fc.array(fc.tuple(key, fc.integer({ min: -50, max: 50 })), {
  maxLength: 60,
})

const partitions = fc.integer({ min: 1, max: 6 })
const small = fc.integer({ min: 2, max: 5 })

const none = (name: string, apply: Step['apply']): fc.Arbitrary<Step> => fc.constant({ name, apply })
const withCount = (
  name: string,
  counts: fc.Arbitrary<number>,
  apply: (rdd: RDD<Record_>, n: number, sc: SparkContext) => RDD<Record_>,
): fc.Arbitrary<Step> =>
  counts.map((n) => ({ name: `${name}(${n})`, apply: (rdd: RDD<Record_>, sc: SparkContext) => apply(rdd, n, sc) }))

/** Steps that persist map first: an RDD's storage level can be set once only. Order inside a partition is Spark's to choose, so no step's answer depends on it: sums and sorted lists, never first or last. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  withCount('map', small, (rdd, n) => rdd.map(([k, v]): Record_ => [k, v + n])),
  withCount('mapToKey', small, (rdd, n) => rdd.map(([, v]): Record_ => [v % n, v])),
  withCount('filter', small, (rdd, n) => rdd.filter(([, v]) => v % n !== 0)),
  withCount('flatMap', fc.integer({ min: 0, max: 2 }), (rdd, n) =>
    rdd.flatMap(([k, v]): Record_[] => Array.from({ length: (Math.abs(v) % 3) * n }, (_, i) => [k, v + i])),
  ),
  none('mapValues', (rdd) => rdd.mapValues((v) => -v)),
  withCount('flatMapValues', small, (rdd, n) => rdd.flatMapValues((v) => (v % n === 0 ? [] : [v, v + n]))),
  none('mapPartitions', (rdd) =>
    rdd.mapPartitions((values): Record_[] => {
      let sum = 0
      for (const [, v] of values) sum += v
      return [['sum', sum]]
    }),
  ),
  none('asyncMapPartitions', (rdd) =>
    rdd.mapPartitions(async function* (values): AsyncGenerator<Record_> {
      for (const [k, v] of values) {
        await null
        yield [k, v]
      }
    }, true),
  ),
  none('mapPartitionsWithIndex', (rdd) =>
    rdd.mapPartitionsWithIndex((partition, values): Record_[] => [...values].map(([k, v]) => [k, v + partition])),
  ),
  none('glom', (rdd) => rdd.glom().map((values): Record_ => ['size', values.length])),
  withCount('partitionBy', partitions, (rdd, n) => rdd.partitionBy(new HashPartitioner(n))),
  withCount('reduceByKey', partitions, (rdd, n) => rdd.reduceByKey((a, b) => a + b, n)),
  none('groupByKey', (rdd) => rdd.groupByKey().mapValues((values) => values.reduce((a, b) => a + b, values.length))),
  withCount('aggregateByKey', partitions, (rdd, n) =>
    rdd
      .aggregateByKey(
        [] as number[],
        (list, v) => {
          list.push(v)
          return list
        },
        (a, b) => a.concat(b),
        n,
      )
      .mapValues((list) => list.sort((a, b) => a - b).reduce((a, b) => (a * 31 + b) % 1009, 7)),
  ),
  withCount('combineByKey', partitions, (rdd, n) =>
    rdd
      .combineByKey(
        (v): number[] => [v, 1],
        ([sum, count], v) => [sum! + v, count! + 1],
        (a, b) => [a[0]! + b[0]!, a[1]! + b[1]!],
        n,
      )
      .mapValues(([sum, count]) => sum! * 100 + count!),
  ),
  none('foldByKey', (rdd) => rdd.foldByKey(-1000, (a, b) => Math.max(a, b))),
  withCount('distinct', partitions, (rdd, n) => rdd.distinct(n)),
  withCount('coalesce', partitions, (rdd, n) => rdd.coalesce(n)),
  withCount('unionWithItself', small, (rdd, n) => rdd.union(rdd.mapValues((v) => v * n))),
  withCount('unionOfAligned', partitions, (rdd, n, sc) => {
    const parted = rdd.partitionBy(n)
    return sc.union(
      parted,
      parted.mapValues((v) => v + 1),
    )
  }),
  withCount('joinWithItself', partitions, (rdd, n) =>
    rdd
      .reduceByKey((a, b) => a + b)
      .join(rdd.distinct(), n)
      .mapValues(([a, b]) => a - b),
  ),
  none('leftOuterJoin', (rdd) =>
    rdd.leftOuterJoin(rdd.filter(([, v]) => v > 0)).mapValues(([a, b]) => (b === undefined ? a : a + b)),
  ),
  none('fullOuterJoin', (rdd) =>
    rdd
      .filter(([, v]) => v > 10)
      .fullOuterJoin(rdd.filter(([, v]) => v < -10))
      .mapValues(([a, b]) => (a ?? 1000) + (b ?? 2000)),
  ),
  withCount('cogroup', partitions, (rdd, n) =>
    rdd
      .partitionBy(n)
      .cogroup(
        rdd.filter(([, v]) => v % 2 === 0),
        n,
      )
      .mapValues(([a, b]) => a.length * 100 + b.length),
  ),
  none('subtractByKey', (rdd) => rdd.subtractByKey(rdd.filter(([, v]) => v > 20))),
  none('subtract', (rdd) => rdd.subtract(rdd.filter(([, v]) => v % 3 === 0))),
  none('intersection', (rdd) => rdd.intersection(rdd.filter(([, v]) => v > -20))),
  withCount('sortByValue', partitions, (rdd, n) =>
    rdd
      .map(([, v]): [number, number] => [v, 1])
      .sortByKey(true, n)
      .map(([v, one]): Record_ => [v, one]),
  ),
  withCount('sortedWithinPartitions', partitions, (rdd, n) =>
    rdd
      .map(([, v]): [number, number] => [v, 1])
      .repartitionAndSortWithinPartitions(new HashPartitioner(n))
      .map(([v, one]): Record_ => [v, one]),
  ),
  none('cartesianWithSizes', (rdd) =>
    rdd.cartesian(rdd.glom().map((values) => values.length)).map(([[k, v], size]): Record_ => [k, v + size]),
  ),
  none('zipWithItself', (rdd) => rdd.zip(rdd.mapValues((v) => v * 2)).map(([[k, a], [, b]]): Record_ => [k, a + b])),
  none('keys', (rdd) => rdd.keys().map((k): Record_ => [k, 1])),
  none('values', (rdd) => rdd.values().map((v): Record_ => [v, 1])),
  none('cache', (rdd) => rdd.map((pair): Record_ => pair).persist(StorageLevel.MEMORY_ONLY)),
  none('cacheSerialised', (rdd) => rdd.map((pair): Record_ => pair).persist(StorageLevel.MEMORY_ONLY_SER)),
  none('cacheOnDisk', (rdd) => rdd.map((pair): Record_ => pair).persist(StorageLevel.DISK_ONLY)),
)
