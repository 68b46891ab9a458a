import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'
import { HashPartitioner } from '../../task/partitioner.ts'
import type { RDD } from '../rdd.ts'

/** Records in an order that does not depend on partitions. */
async function sorted<T>(rdd: RDD<T>): Promise<T[]> {
  return (await rdd.collect()).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

onEachEngine((context) => {
  const pairs = (...values: [string, number][]) => context().parallelize(values, 2)
  const letters = () => pairs(['a', 1], ['b', 2], ['a', 3], ['c', 4])

  test('values of a key are reduced, grouped, folded and combined', async () => {
    assert.deepEqual(await sorted(letters().reduceByKey((a, b) => a + b)), [
      ['a', 4],
      ['b', 2],
      ['c', 4],
    ])
    assert.deepEqual(await sorted(letters().groupByKey()), [
      ['a', [1, 3]],
      ['b', [2]],
      ['c', [4]],
    ])
    assert.deepEqual(await sorted(letters().foldByKey(0, Math.max)), [
      ['a', 3],
      ['b', 2],
      ['c', 4],
    ])
    const averages = letters().combineByKey(
      (value): [number, number] => [value, 1],
      ([sum, count], value): [number, number] => [sum + value, count + 1],
      (a, b): [number, number] => [a[0] + b[0], a[1] + b[1]],
    )
    assert.deepEqual(await sorted(averages.mapValues(([sum, count]) => sum / count)), [
      ['a', 2],
      ['b', 2],
      ['c', 4],
    ])
  })

  test('the zero of aggregateByKey is a copy for every key', async () => {
    const sets = letters().aggregateByKey(
      new Set<number>(),
      (set, value) => set.add(value),
      (a, b) => new Set([...a, ...b]),
    )
    assert.deepEqual(await sorted(sets.mapValues((set) => [...set].sort())), [
      ['a', [1, 3]],
      ['b', [2]],
      ['c', [4]],
    ])
    const counted = context()
      .parallelize([1, 2, 3, 4], 2)
      .keyBy((x) => x % 2)
      .aggregateByKey(
        10,
        (sum, x) => sum + x,
        (a, b) => a + b,
      )
    assert.deepEqual(await sorted(counted), [
      [0, 26],
      [1, 24],
    ])
  })

  test('keys are compared by value', async () => {
    const records: [unknown, number][] = [
      [['a', 1], 1],
      [['a', 1], 2],
      [new Date(5), 3],
      [new Date(5), 4],
      [null, 5],
      [Number.NaN, 6],
      [Number.NaN, 7],
      [-0, 8],
      [0, 9],
    ]
    const sums = await context()
      .parallelize(records, 3)
      .reduceByKey((a, b) => a + b)
      .collect()
    assert.deepEqual(sums.map(([, sum]) => sum).sort(), [13, 17, 3, 5, 7])
  })

  test('joins pair values, and undefined stands for a side that is missing', async () => {
    const left = pairs(['a', 1], ['a', 2], ['b', 3])
    const right = context().parallelize<string, string>(
      [
        ['a', 'x'],
        ['c', 'y'],
      ],
      3,
    )
    assert.deepEqual(await sorted(left.join(right)), [
      ['a', [1, 'x']],
      ['a', [2, 'x']],
    ])
    assert.deepEqual(await sorted(left.leftOuterJoin(right)), [
      ['a', [1, 'x']],
      ['a', [2, 'x']],
      ['b', [3, undefined]],
    ])
    assert.deepEqual(await sorted(left.rightOuterJoin(right)), [
      ['a', [1, 'x']],
      ['a', [2, 'x']],
      ['c', [undefined, 'y']],
    ])
    assert.equal(await left.fullOuterJoin(right).count(), 4)
    assert.equal(await left.join(right).getNumPartitions(), 3)
  })

  test('cogroup brings together up to four RDDs', async () => {
    const [a, b, c, d] = [pairs(['k', 1]), pairs(['k', 2], ['l', 3]), pairs(), pairs(['k', 4], ['k', 5])]
    assert.deepEqual(await sorted(a.cogroup(b)), [
      ['k', [[1], [2]]],
      ['l', [[], [3]]],
    ])
    assert.deepEqual(await sorted(a.groupWith(b, c)), [
      ['k', [[1], [2], []]],
      ['l', [[], [3], []]],
    ])
    const four = a.cogroup(b, c, d, 5)
    assert.equal(await four.getNumPartitions(), 5)
    assert.deepEqual(await sorted(four), [
      ['k', [[1], [2], [], [4, 5]]],
      ['l', [[], [3], [], []]],
    ])
  })

  test('subtract, subtractByKey, intersection and distinct follow Spark on duplicates', async () => {
    const numbers = context().parallelize([3, 1, 2, 3, 5, 3], 2)
    assert.deepEqual(await sorted(numbers.subtract(context().parallelize([1], 3))), [2, 3, 3, 3, 5])
    assert.deepEqual(await sorted(numbers.intersection(context().parallelize([1, 3, 3, 9], 3))), [1, 3])
    assert.deepEqual(await sorted(numbers.distinct()), [1, 2, 3, 5])
    assert.equal(await numbers.distinct(7).getNumPartitions(), 7)
    assert.deepEqual(await sorted(letters().subtractByKey(pairs(['a', 0]))), [
      ['b', 2],
      ['c', 4],
    ])
  })

  test('groupBy, keys, values, mapValues and flatMapValues', async () => {
    const groups = context()
      .parallelize([1, 2, 3, 4, 5], 2)
      .groupBy((x) => x % 2)
    assert.deepEqual(await sorted(groups), [
      [0, [2, 4]],
      [1, [1, 3, 5]],
    ])
    assert.deepEqual(await letters().keys().collect(), ['a', 'b', 'a', 'c'])
    assert.deepEqual(await letters().values().collect(), [1, 2, 3, 4])
    assert.deepEqual(
      await letters()
        .flatMapValues((n) => (n > 2 ? [n, -n] : []))
        .collect(),
      [
        ['a', 3],
        ['a', -3],
        ['c', 4],
        ['c', -4],
      ],
    )
  })

  test('partitionBy places keys by hash, partitioner or function', async () => {
    const numbers = context()
      .parallelize([0, 1, 2, 3, 4, 5], 2)
      .map((x) => [x, x])
    const places = async (rdd: RDD<[number, number]>) =>
      (await rdd.keys().glom().collect()).map((keys) => keys.sort((a, b) => a - b))
    assert.deepEqual(await places(numbers.partitionBy(3)), [
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    assert.deepEqual(await places(numbers.partitionBy(new HashPartitioner(2))), [
      [0, 2, 4],
      [1, 3, 5],
    ])
    assert.deepEqual(await places(numbers.partitionBy(2, (key) => (key > 3 ? 1 : 2))), [
      [0, 1, 2, 3],
      [4, 5],
    ])
    assert.throws(() => numbers.groupByKey(-1), /Number of partitions \(-1\) cannot be negative/)
  })

  test('what is partitioned alike already is not shuffled again', async () => {
    const reduced = letters().reduceByKey((a, b) => a + b, 3)
    const again = reduced.mapValues((n) => [n]).reduceByKey((a, b) => [...a, ...b], 3)
    assert.equal(shuffleCount(await again.toDebugString()), 1)
    assert.deepEqual(await sorted(again), [
      ['a', [4]],
      ['b', [2]],
      ['c', [4]],
    ])
    assert.equal(reduced.partitionBy(new HashPartitioner(3)), reduced)
    const joined = reduced.join(reduced.mapValues((n) => -n))
    assert.equal(shuffleCount(await joined.toDebugString()), 2)
    assert.deepEqual(await sorted(joined), [
      ['a', [4, -4]],
      ['b', [2, -2]],
      ['c', [4, -4]],
    ])
    assert.deepEqual(await sorted(reduced.distinct()), await sorted(reduced))
    assert.equal(shuffleCount(await reduced.distinct().toDebugString()), 1)
  })

  test('filter and mapValues keep the partitioner, map drops it', () => {
    const reduced = letters().reduceByKey((a, b) => a + b, 3)
    assert(reduced.filter(() => true).partitioner)
    assert(reduced.mapValues((n) => n).partitioner)
    assert.equal(reduced.map((pair) => pair).partitioner, null)
  })

  test('the default partitioner is the parents’ own one unless that has far too few partitions', async () => {
    const few = letters().reduceByKey((a, b) => a + b, 2)
    const many = (count: number) =>
      context()
        .parallelize<string, number>([['a', 1]], count)
        .mapValues((n) => n)
    assert.equal(await few.join(many(19)).getNumPartitions(), 2)
    assert.equal(await few.join(many(20)).getNumPartitions(), 20)
    assert.equal(await letters().join(many(5)).getNumPartitions(), 5)
  })

  test('countApproxDistinctByKey estimates within its error', async () => {
    const values = Array.from({ length: 4000 }, (_, i): [string, number] => [i % 2 ? 'odd' : 'even', i % 1000])
    const counts = await context().parallelize(values, 3).countApproxDistinctByKey(0.02).collectAsMap()
    for (const key of ['odd', 'even']) assert(Math.abs(counts.get(key)! - 500) < 40, `${key}: ${counts.get(key)}`)
  })
})

function shuffleCount(debugString: string): number {
  return debugString.split('+-').length - 1
}

onEachEngine(
  (context) => {
    test('spark.default.parallelism decides the number of partitions of a shuffle where it is set', async () => {
      const pairs = context()
        .parallelize([1, 2, 3], 3)
        .map((x) => [x, x])
      assert.equal(await pairs.groupByKey().getNumPartitions(), 6)
      assert.equal(
        await pairs
          .reduceByKey((a, b) => a + b, 2)
          .groupByKey()
          .getNumPartitions(),
        2,
      )
      assert.equal(
        await pairs
          .map(([k]) => k)
          .distinct()
          .getNumPartitions(),
        3,
      )
    })
  },
  { 'spark.default.parallelism': '6' },
)

onEachEngine(
  (context) => {
    const placed = () =>
      context()
        .parallelize(
          Array.from({ length: 5000 }, (_, i) => i),
          2,
        )
        .map((i) => [(i * 7919) % 1000, i])
        .partitionBy(3)

    test('aggregation and sorting in place are right when memory is short', async () => {
      const counts = await placed()
        .mapValues(() => 1)
        .reduceByKey((a, b) => a + b, 3)
        .collect()
      assert.equal(counts.length, 1000)
      assert(counts.every(([, count]) => count === 5))
      const asynchronous = placed().mapPartitions(async function* (records) {
        yield* records
      }, true)
      const groups = await asynchronous.groupByKey(3).collect()
      assert(groups.length === 1000 && groups.every(([, values]) => values.length === 5))
      const sorted = await placed().repartitionAndSortWithinPartitions(3).keys().glom().collect()
      for (const keys of sorted) {
        assert.deepEqual(
          keys,
          [...keys].sort((a, b) => a - b),
        )
      }
    })
  },
  { 'spark.shuffle.spill.numElementsForceSpillThreshold': '100' },
)
