import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'
import { RangePartitioner } from '../../task/partitioner.ts'
import { SeededRandom } from '../../task/random.ts'

onEachEngine((context) => {
  const shuffled = (count: number) => {
    const values = Array.from({ length: count }, (_, i) => i)
    new SeededRandom(7).shuffle(values)
    return values
  }

  test('sortBy puts records where Spark puts them', async () => {
    const rdd = context().parallelize([5, 3, 8, 1, 9, 2, 7], 3)
    assert.deepEqual(
      await rdd
        .sortBy((x) => x)
        .glom()
        .collect(),
      [
        [1, 2, 3],
        [5, 7],
        [8, 9],
      ],
    )
    assert.deepEqual(
      await rdd
        .sortBy((x) => x, false, 2)
        .glom()
        .collect(),
      [
        [9, 8, 7],
        [5, 3, 2, 1],
      ],
    )
  })

  test('sortByKey sorts over all partitions, each a range of about equal size', async () => {
    const rdd = context()
      .parallelize(shuffled(5000), 7)
      .map((x) => [x, -x])
    const sorted = rdd.sortByKey(true, 5)
    const before = sorted.partitioner
    assert.equal(before, null)
    assert.deepEqual(
      await sorted.keys().collect(),
      Array.from({ length: 5000 }, (_, i) => i),
    )
    assert(sorted.partitioner instanceof RangePartitioner)
    const sizes = (await sorted.glom().collect()).map((part) => part.length)
    assert.equal(sizes.length, 5)
    assert(Math.max(...sizes) < 2 * 1000, `sizes ${sizes}`)
    assert.deepEqual(await rdd.sortByKey(false).keys().take(3), [4999, 4998, 4997])
  })

  test('a partition far larger than its share is sampled again', async () => {
    const sizes = [10_000, 10, 10, 10]
    const skewed = context()
      .parallelize([0, 1, 2, 3], 4)
      .mapPartitionsWithIndex((index) => Array.from({ length: [10_000, 10, 10, 10][index]! }, (_, i) => [i, index]))
      .map(([i, index]): [number, number] => [i! * 4 + index!, 0])
    const parts = await skewed.sortByKey(true, 4).glom().collect()
    assert.equal(
      parts.flat().length,
      sizes.reduce((a, b) => a + b),
    )
    assert(Math.max(...parts.map((part) => part.length)) < 4500)
    const keys = parts.flat().map(([key]) => key)
    assert.deepEqual(
      keys,
      [...keys].sort((a, b) => a - b),
    )
  })

  test('there are no more ranges than distinct keys', async () => {
    const few = context()
      .parallelize([1, 1, 1, 2], 2)
      .map((x) => [x, x])
    assert.equal(await few.sortByKey(true, 5).getNumPartitions(), 3)
    assert.equal(await context().emptyRDD<[number, number]>().sortByKey(true, 5).getNumPartitions(), 1)
  })

  test('an ordering of one’s own sorts by it', async () => {
    const words = context().parallelize(['ccc', 'a', 'bb', ''], 2)
    assert.deepEqual(
      await words
        .keyBy((word) => word)
        .sortByKey(true, 2, (a, b) => a.length - b.length)
        .keys()
        .collect(),
      ['', 'a', 'bb', 'ccc'],
    )
  })

  test('repartitionAndSortWithinPartitions sorts each partition, with or without a shuffle', async () => {
    const pairs = context()
      .parallelize([5, 3, 8, 1, 9, 2], 2)
      .map((x) => [x, x])
    const sorted = await pairs.repartitionAndSortWithinPartitions(2).keys().glom().collect()
    assert.deepEqual(sorted, [
      [2, 8],
      [1, 3, 5, 9],
    ])
    const placed = pairs.partitionBy(2)
    const inPlace = placed.repartitionAndSortWithinPartitions(2)
    assert.equal((await inPlace.toDebugString()).split('+-').length, 2)
    assert.deepEqual(await inPlace.keys().glom().collect(), sorted)
  })

  test('filterByRange looks at the partitions of its range only', async () => {
    const sorted = context()
      .parallelize(shuffled(20), 4)
      .map((x) => [x, x])
      .sortByKey()
    const range = sorted.filterByRange(4, 9)
    assert.deepEqual(await range.keys().collect(), [4, 5, 6, 7, 8, 9])
    assert((await range.getNumPartitions()) < 4)
    const unsorted = context()
      .parallelize([3, 1, 2], 2)
      .map((x) => [x, x])
    assert.deepEqual(await unsorted.filterByRange(1, 2).keys().collect(), [1, 2])
    assert.equal(await unsorted.filterByRange(1, 2).getNumPartitions(), 2)
  })
})
