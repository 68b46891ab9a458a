import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'

const EMPTY = { name: 'UnsupportedOperationException', code: 'EMPTY_COLLECTION', message: /empty collection/ }

onEachEngine((context) => {
  const numbers = (count: number, partitions: number) =>
    context().parallelize(
      Array.from({ length: count }, (_, i) => i + 1),
      partitions,
    )

  test('collect, count, first, take and isEmpty', async () => {
    const rdd = numbers(10, 4)
    assert.equal(await rdd.count(), 10)
    assert.equal(await rdd.first(), 1)
    assert.deepEqual(await rdd.take(3), [1, 2, 3])
    assert.deepEqual(await rdd.take(0), [])
    assert.deepEqual(await rdd.take(-1), [])
    assert.deepEqual(await rdd.take(99), await rdd.collect())
    assert.equal(await rdd.isEmpty(), false)
    assert.equal(await rdd.filter(() => false).isEmpty(), true)
    assert.equal(await context().emptyRDD().isEmpty(), true)
  })

  test('take computes one partition, then four times as many as before while it finds nothing', async () => {
    const computed = context().collectionAccumulator<number>()
    const rdd = numbers(30, 30).mapPartitionsWithIndex((index, records) => {
      computed.add(index)
      return [...records].filter((record) => record > 4)
    })
    assert.deepEqual(await rdd.take(1), [5])
    assert.deepEqual([...computed.value].sort(), [0, 1, 2, 3, 4])
  })

  test('actions that need a record fail on an empty RDD as in Spark', async () => {
    const none = context().emptyRDD<number>()
    const emptied = numbers(4, 2).filter(() => false)
    for (const rdd of [none, emptied]) {
      await assert.rejects(rdd.first(), EMPTY)
      await assert.rejects(
        rdd.reduce((a, b) => a + b),
        EMPTY,
      )
      await assert.rejects(rdd.max(), EMPTY)
      await assert.rejects(rdd.min(), EMPTY)
      await assert.rejects(
        rdd.treeReduce((a, b) => a + b),
        EMPTY,
      )
    }
    await assert.rejects(none.mean(), EMPTY)
    assert.equal(await none.sum(), 0)
  })

  test('reduce, fold and aggregate merge partitions in their order', async () => {
    const letters = context().parallelize(['a', 'b', 'c', 'd', 'e'], 3)
    assert.equal(await letters.reduce((a, b) => a + b), 'abcde')
    assert.equal(await letters.fold('.', (a, b) => a + b), '..a.bc.de')
    assert.equal(await numbers(4, 2).fold(10, (a, b) => a + b), 40)
    const lists = await letters.aggregate(
      [] as string[],
      (list, letter) => {
        list.push(letter)
        return list
      },
      (a, b) => [...a, ...b],
    )
    assert.deepEqual(lists, ['a', 'b', 'c', 'd', 'e'])
  })

  test('treeReduce and treeAggregate give what their flat forms give, at any depth', async () => {
    const rdd = numbers(100, 20)
    for (const depth of [1, 2, 3, 10]) {
      assert.equal(await rdd.treeReduce((a, b) => a + b, depth), 5050)
      const aggregated = await rdd.treeAggregate(
        { sum: 0 },
        (total, n) => {
          total.sum += n
          return total
        },
        (a, b) => ({ sum: a.sum + b.sum }),
        depth,
      )
      assert.deepEqual(aggregated, { sum: 5050 })
    }
    assert.equal(
      await numbers(3, 20)
        .filter((n) => n % 5 === 2)
        .treeReduce((a, b) => a + b),
      2,
    )
    const depthError = /requirement failed: Depth must be greater than or equal to 1 but got 0\./
    await assert.rejects(
      rdd.treeReduce((a, b) => a + b, 0),
      depthError,
    )
  })

  test('top and takeOrdered keep the order asked for', async () => {
    const rdd = context().parallelize([5, 1, 9, 7, 3, 9, 2], 3)
    assert.deepEqual(await rdd.top(3), [9, 9, 7])
    assert.deepEqual(await rdd.takeOrdered(3), [1, 2, 3])
    assert.deepEqual(await rdd.takeOrdered(2, (a, b) => b - a), [9, 9])
    assert.deepEqual(await rdd.top(0), [])
    assert.deepEqual(await rdd.takeOrdered(99), [1, 2, 3, 5, 7, 9, 9])
    assert.equal(await rdd.max(), 9)
    assert.equal(await rdd.min((a, b) => b - a), 9)
    assert.deepEqual(
      await context()
        .parallelize(['pear', 'fig'], 2)
        .max((a, b) => a.length - b.length),
      'pear',
    )
  })

  test('counts by value and key, lookups and maps', async () => {
    const rdd = context().parallelize<string, number>(
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
      2,
    )
    assert.deepEqual(
      await rdd.countByKey(),
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    )
    assert.deepEqual(await rdd.lookup('a'), [1, 3])
    assert.deepEqual(await rdd.reduceByKey((a, b) => a + b, 5).lookup('a'), [4])
    assert.deepEqual(await rdd.lookup('z'), [])
    assert.deepEqual(
      await rdd.collectAsMap(),
      new Map([
        ['a', 3],
        ['b', 2],
      ]),
    )
    assert.deepEqual(
      await rdd.reduceByKeyLocally((a, b) => a + b),
      new Map([
        ['a', 4],
        ['b', 2],
      ]),
    )
    const tuples = context().parallelize<[number, string]>(
      [
        [1, 'x'],
        [1, 'x'],
        [2, 'x'],
      ],
      3,
    )
    assert.deepEqual(
      [...(await tuples.countByValue())],
      [
        [[1, 'x'], 2],
        [[2, 'x'], 1],
      ],
    )
  })

  test('foreach and foreachPartition run on workers and wait for async functions', async () => {
    const sum = context().longAccumulator()
    await numbers(5, 2).foreach(async (n) => {
      await Promise.resolve()
      sum.add(n)
    })
    assert.equal(sum.value, 15)
    const partitions = context().longAccumulator()
    await numbers(5, 2).foreachPartition(async (records) => {
      await Promise.resolve()
      if ([...records].length > 0) partitions.add(1)
    })
    assert.equal(partitions.value, 2)
  })

  test('toLocalIterator brings one partition at a time, or one ahead', async () => {
    const computed = context().collectionAccumulator<number>()
    const rdd = numbers(6, 3).mapPartitionsWithIndex((index, records) => {
      computed.add(index)
      return records
    })
    for await (const record of rdd.toLocalIterator()) if (record === 2) break
    assert.deepEqual(computed.value, [0])
    const all: number[] = []
    for await (const record of rdd.toLocalIterator(true)) all.push(record)
    assert.deepEqual(all, [1, 2, 3, 4, 5, 6])
  })

  test('actions in the background give what they give in the foreground', async () => {
    const rdd = numbers(6, 3)
    assert.equal(await rdd.countAsync(), 6)
    assert.deepEqual(await rdd.collectAsync(), [1, 2, 3, 4, 5, 6])
    assert.deepEqual(await rdd.takeAsync(4), [1, 2, 3, 4])
    const sum = context().longAccumulator()
    await rdd.foreachAsync((n) => sum.add(n))
    await rdd.foreachPartitionAsync((records) => sum.add([...records].length))
    assert.equal(sum.value, 27)
    const done = rdd.countAsync()
    await done
    done.cancel()
    assert.deepEqual([done.isCompleted, done.isCancelled], [true, false])
  })

  test('a cancelled background action fails as cancelled', async () => {
    const action = numbers(4, 4)
      .mapPartitions(async (records) => {
        await new Promise((resolve) => setImmediate(resolve))
        return records
      })
      .collectAsync()
    action.cancel()
    assert.equal(action.isCancelled, true)
    await assert.rejects(Promise.resolve(action), { name: 'JobCancelledException', code: 'SPARK_JOB_CANCELLED' })
  })

  test('collectWithJobGroup names the group of its job', async () => {
    assert.deepEqual(await numbers(3, 2).collectWithJobGroup('nightly', 'three numbers'), [1, 2, 3])
  })
})

onEachEngine(
  (context) => {
    test('take’s growing scan follows its settings, and refuses wrong ones', async () => {
      const computed = context().collectionAccumulator<number>()
      const rdd = context()
        .parallelize([1, 2, 3, 4, 5, 6, 7, 8], 8)
        .mapPartitionsWithIndex((index, records) => {
          computed.add(index)
          return index < 7 ? [] : records
        })
      assert.deepEqual(await rdd.take(1), [8])
      assert.equal(computed.value.length, 8)
    })
  },
  { 'spark.rdd.limit.initialNumPartitions': '2', 'spark.rdd.limit.scaleUpFactor': '3' },
)

onEachEngine(
  (context) => {
    test('a wrong limit setting is an error that names it', async () => {
      await assert.rejects(context().parallelize([1], 1).take(1), /spark\.rdd\.limit\.initialNumPartitions/)
    })
  },
  { 'spark.rdd.limit.initialNumPartitions': '0' },
)
