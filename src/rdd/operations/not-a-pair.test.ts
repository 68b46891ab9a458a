import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { RDD } from '../rdd.ts'

type Pairs = RDD<[string, number]>

/** Records that keyed operations must refuse, with what the message says of them. */
const NO_PAIRS: readonly (readonly [record: unknown, said: RegExp])[] = [
  [['a', 1, 2], /an array of 3 elements/],
  [['a'], /an array of 1 element\b/],
  ['ab', /the string 'ab'/],
  [5, /the number 5/],
  [null, /met null/],
  [{ 0: 'a', 1: 1, length: 2 }, /a plain object/],
]

const plus = (a: number, b: number): number => a + b

const OPERATIONS: Readonly<Record<string, (rdd: Pairs, good: Pairs) => Promise<unknown>>> = {
  keys: (rdd) => rdd.keys().collect(),
  values: (rdd) => rdd.values().collect(),
  mapValues: (rdd) => rdd.mapValues((n) => n).collect(),
  flatMapValues: (rdd) => rdd.flatMapValues((n) => [n]).collect(),
  'mapValues after a filter': (rdd) =>
    rdd
      .filter(() => true)
      .mapValues((n) => n)
      .count(),
  reduceByKey: (rdd) => rdd.reduceByKey(plus).collect(),
  groupByKey: (rdd) => rdd.groupByKey().collect(),
  combineByKey: (rdd) =>
    rdd
      .combineByKey(
        (n) => [n],
        (list, n) => [...list, n],
        (a, b) => [...a, ...b],
      )
      .collect(),
  aggregateByKey: (rdd) => rdd.aggregateByKey(0, plus, plus).collect(),
  foldByKey: (rdd) => rdd.foldByKey(0, plus).collect(),
  partitionBy: (rdd) => rdd.partitionBy(3).collect(),
  sortByKey: (rdd) => rdd.sortByKey().collect(),
  'sortByKey into one partition': (rdd) => rdd.sortByKey(true, 1).collect(),
  repartitionAndSortWithinPartitions: (rdd) => rdd.repartitionAndSortWithinPartitions(2).collect(),
  filterByRange: (rdd) => rdd.filterByRange('a', 'b').collect(),
  cogroup: (rdd, good) => rdd.cogroup(good).collect(),
  'cogroup on the right': (rdd, good) => good.cogroup(rdd).collect(),
  join: (rdd, good) => rdd.join(good).collect(),
  leftOuterJoin: (rdd, good) => good.leftOuterJoin(rdd).collect(),
  rightOuterJoin: (rdd, good) => rdd.rightOuterJoin(good).collect(),
  fullOuterJoin: (rdd, good) => rdd.fullOuterJoin(good).collect(),
  subtractByKey: (rdd, good) => rdd.subtractByKey(good).collect(),
  sampleByKey: (rdd) => rdd.sampleByKey(false, new Map([['a', 1]])).collect(),
  sampleByKeyExact: (rdd) => rdd.sampleByKeyExact(false, new Map([['a', 1]])).collect(),
  countApproxDistinctByKey: (rdd) => rdd.countApproxDistinctByKey(0.1).collect(),
  countByKey: (rdd) => rdd.countByKey(),
  countByKeyApprox: async (rdd) => (await rdd.countByKeyApprox(60_000)).getFinalValue(),
  collectAsMap: (rdd) => rdd.collectAsMap(),
  lookup: (rdd) => rdd.lookup('a'),
  reduceByKeyLocally: (rdd) => rdd.reduceByKeyLocally(plus),
}

describe('records that are no pairs', () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext(new SparkConf(false).setMaster('local[1]').setAppName('pairs'))
  })
  after(() => sc.stop())

  for (const [name, run] of Object.entries(OPERATIONS)) {
    test(`are refused by ${name}`, async () => {
      const good = sc.parallelize<[string, number]>([['a', 1]], 1)
      for (const [record, said] of NO_PAIRS) {
        const rdd = sc.parallelize([['a', 1], record] as [string, number][], 1)
        await assert.rejects(run(rdd, good), (error: Error & { code?: string }) => {
          const cause = (error.cause ?? error) as Error & { code?: string }
          assert.equal(cause.code, 'NOT_A_PAIR', `${name} of ${JSON.stringify(record)}: ${error.message}`)
          assert.match(cause.message, said)
          return true
        })
      }
    })
  }

  test('are refused where the records are in their partitions already', async () => {
    const good = sc.parallelize<[string, number]>([['a', 1]], 1).partitionBy(1)
    const spoilt = good.mapPartitions<[string, number]>(() => [['a', 1, 2] as unknown as [string, number]], true)
    for (const run of [
      () => spoilt.reduceByKey(plus).collect(),
      () => spoilt.groupByKey().collect(),
      () => spoilt.join(good).collect(),
      () => spoilt.sortByKey(true, 1).collect(),
    ]) {
      await assert.rejects(run(), ({ cause }: Error) => (cause as { code?: string }).code === 'NOT_A_PAIR')
    }
  })

  test('are no matter for pairs of anything, kept or not', async () => {
    const pairs = sc.parallelize<[unknown, unknown]>(
      [
        [undefined, undefined],
        [null, [1, 2, 3]],
        ['a', 'b'],
      ],
      1,
    )
    assert.deepEqual(
      await pairs
        .mapValues((v) => v)
        .keys()
        .collect(),
      [undefined, null, 'a'],
    )
    assert.equal((await pairs.persist(StorageLevel.MEMORY_ONLY).groupByKey().collect()).length, 3)
  })
})
