import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'

onEachEngine((context, engine) => {
  const numbers = (count: number, partitions: number) =>
    context().parallelize(
      Array.from({ length: count }, (_, i) => i + 1),
      partitions,
    )

  test('element-wise operations keep the order of partitions and records', async () => {
    const words = context().parallelize(['a b', '', 'c'], 2)
    assert.deepEqual(await words.flatMap((line) => line.split(' ')).collect(), ['a', 'b', '', 'c'])
    assert.deepEqual(await words.map((line) => line.length).collect(), [3, 0, 1])
    assert.deepEqual(await words.filter((line) => line !== '').collect(), ['a b', 'c'])
    assert.deepEqual(await words.keyBy((line) => line.length).collect(), [
      [3, 'a b'],
      [0, ''],
      [1, 'c'],
    ])
  })

  test('functions over partitions see one partition at a time, with its index if they ask', async () => {
    const rdd = numbers(5, 2)
    const sums = rdd.mapPartitions((records) => [[...records].reduce((a, b) => a + b, 0)])
    assert.deepEqual(await sums.collect(), [3, 12])
    const indexed = rdd.mapPartitionsWithIndex((index, records) => [`${index}: ${[...records].join(' ')}`])
    assert.deepEqual(await indexed.collect(), ['0: 1 2', '1: 3 4 5'])
    assert.deepEqual(await rdd.glom().collect(), [
      [1, 2],
      [3, 4, 5],
    ])
  })

  test('a partition function may be async, or an async generator', async () => {
    const rdd = numbers(4, 2)
    const awaited = rdd.mapPartitions(async (records) => {
      await Promise.resolve()
      return [...records].map((record) => record * 2)
    })
    assert.deepEqual(await awaited.collect(), [2, 4, 6, 8])
    const generated = rdd.mapPartitions(async function* (records) {
      for (const record of records) yield record * 3
    })
    assert.deepEqual(await generated.map((value) => value + 1).collect(), [4, 7, 10, 13])
  })

  test('union appends partitions, and aligns them under one partitioner', async () => {
    const rdd = numbers(3, 2)
    const both = rdd.union(numbers(2, 1))
    assert.equal(await both.getNumPartitions(), 3)
    assert.deepEqual(await both.collect(), [1, 2, 3, 1, 2])
    const pairs = rdd.map((x) => [x, x]).reduceByKey((a, b) => a + b, 2)
    const aligned = pairs.union(pairs.mapValues((x) => -x))
    assert.equal(await aligned.getNumPartitions(), 2)
    assert.equal(aligned.partitioner, pairs.partitioner)
    assert.deepEqual((await aligned.collect()).map(([key]) => key).sort(), [1, 1, 2, 2, 3, 3])
  })

  test('cartesian pairs every record with every other, in p1 · p2 partitions', async () => {
    const product = numbers(3, 2).cartesian(context().parallelize(['a', 'b'], 2))
    assert.equal(await product.getNumPartitions(), 4)
    assert.deepEqual(await product.glom().collect(), [
      [[1, 'a']],
      [[1, 'b']],
      [
        [2, 'a'],
        [3, 'a'],
      ],
      [
        [2, 'b'],
        [3, 'b'],
      ],
    ])
  })

  test('coalesce joins neighbours as Spark does, and cannot raise the number of partitions', async () => {
    assert.deepEqual(await numbers(10, 5).coalesce(3).glom().collect(), [
      [1, 2],
      [3, 4, 5, 6],
      [7, 8, 9, 10],
    ])
    assert.deepEqual(await numbers(10, 10).coalesce(4).glom().collect(), [
      [1, 2],
      [3, 4, 5],
      [6, 7],
      [8, 9, 10],
    ])
    assert.equal(await numbers(3, 3).coalesce(10).getNumPartitions(), 3)
    assert.throws(() => numbers(3, 3).coalesce(0), /requirement failed: Number of partitions \(0\) must be positive\./)
  })

  test('repartition deals records out where Spark deals them', async () => {
    const parts = await numbers(12, 2).repartition(3).glom().collect()
    assert.deepEqual(
      parts.map((part) => part.sort((a, b) => a - b)),
      [
        [1, 4, 9, 12],
        [2, 5, 7, 10],
        [3, 6, 8, 11],
      ],
    )
    assert.equal(await numbers(3, 1).coalesce(7, true).getNumPartitions(), 7)
    assert.throws(() => numbers(3, 3).repartition(0), /Number of partitions \(0\) must be positive/)
  })

  test('zip pairs records in order and refuses what does not match', async () => {
    const rdd = numbers(4, 2)
    assert.deepEqual(await rdd.zip(rdd.map((x) => x * 10)).collect(), [
      [1, 10],
      [2, 20],
      [3, 30],
      [4, 40],
    ])
    assert.throws(() => rdd.zip(numbers(4, 3)), /Can't zip RDDs with unequal numbers of partitions: List\(2, 3\)/)
    await assert.rejects(
      rdd.zip(numbers(5, 2)).collect(),
      /Can only zip RDDs with same number of elements in each partition/,
    )
  })

  test('zipPartitions hands over one iterator per RDD', async () => {
    const rdd = numbers(4, 2)
    const letters = context().parallelize(['a', 'b', 'c'], 2)
    const two = rdd.zipPartitions(letters, (xs, ls) => [`${[...xs].join('')}${[...ls].join('')}`])
    assert.deepEqual(await two.collect(), ['12a', '34bc'])
    const four = rdd.zipPartitions(rdd, letters, rdd, (a, b, c, d) => [[...a, ...b, ...c, ...d].join('')])
    assert.deepEqual(await four.collect(), ['1212a12', '3434bc34'])
  })

  test('zipWithIndex numbers records over all partitions, zipWithUniqueId within each', async () => {
    const rdd = context().parallelize(['a', 'b', 'c', 'd', 'e'], 3)
    assert.deepEqual(await rdd.zipWithIndex().collect(), [
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['d', 3],
      ['e', 4],
    ])
    assert.deepEqual(await rdd.zipWithUniqueId().values().collect(), [0, 1, 4, 2, 5])
    assert.deepEqual(
      await rdd
        .zipWithIndex()
        .filter(([, i]) => i > 2)
        .keys()
        .collect(),
      ['d', 'e'],
    )
  })

  // The reference engine calls functions where they are.
  test('an RDD inside a function of another is refused', { skip: engine === 'reference' }, async () => {
    const inner = numbers(2, 1)
    const outer = numbers(2, 1).map((x) => inner.id + x)
    await assert.rejects(outer.collect(), /SPARK-5063/)
  })
})
