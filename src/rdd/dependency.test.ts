import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEachEngine } from '../../test/model/on-each-engine.ts'
import { IllegalArgumentException, IllegalStateException } from '../errors.ts'
import { HashPartitioner, RangePartitioner } from '../task/partitioner.ts'
import {
  type Dependency,
  NarrowDependency,
  OneToOneDependency,
  RangeDependency,
  ShuffleDependency,
} from './dependency.ts'
import { PartitionGroup } from './partition-coalescer.ts'
import type { RDD } from './rdd.ts'

onEachEngine((context) => {
  const numbers = (count: number, partitions: number) => context().range(0, count, 1, partitions)
  const pairs = (count: number, partitions: number) => numbers(count, partitions).map((x): [number, number] => [x, x])
  const only = async (rdd: RDD<unknown>): Promise<Dependency> => {
    const dependencies = await rdd.dependencies()
    assert.equal(dependencies.length, 1)
    return dependencies[0]!
  }
  const parents = (dependency: Dependency | undefined, id: number): readonly number[] => {
    assert(dependency instanceof NarrowDependency)
    return dependency.getParents(id)
  }

  test('dependencies tell which RDDs are read and how', async () => {
    const source = context().parallelize([1, 2, 3], 3)
    assert.deepEqual(await source.dependencies(), [])
    const mapped = await only(source.map((x) => x))
    assert(mapped instanceof OneToOneDependency)
    assert.equal(mapped.rdd.id, source.id)
    assert.deepEqual(await mapped.rdd.collect(), [1, 2, 3])

    const counts = pairs(4, 2).reduceByKey((a, b) => a + b, 5)
    const shuffled = await only(counts)
    assert(shuffled instanceof ShuffleDependency)
    assert(shuffled.partitioner.equals(new HashPartitioner(5)))
    assert.equal(shuffled.mapSideCombine, true)

    const [left, right] = await source.union(numbers(4, 2)).dependencies()
    assert(left instanceof RangeDependency)
    assert.deepEqual([parents(left, 2), parents(left, 3), parents(right, 3), parents(right, 4)], [[2], [], [0], [1]])
    const [rows, columns] = await source.cartesian(numbers(4, 2)).dependencies()
    assert.deepEqual([parents(rows, 3), parents(columns, 3)], [[1], [1]])
    assert.deepEqual(parents(await only(numbers(6, 6).coalesce(2)), 1), [3, 4, 5])

    const cogrouped = await counts.cogroup(pairs(4, 2)).dependencies()
    assert.deepEqual(
      cogrouped.map((dependency) => dependency.constructor.name),
      ['OneToOneDependency', 'ShuffleDependency'],
    )
  })

  test('partitions have indices, and no preferred place', async () => {
    const rdd = numbers(4, 2)
    const partitions = await rdd.partitions()
    assert.deepEqual(partitions, [{ index: 0 }, { index: 1 }])
    assert.deepEqual(await rdd.preferredLocations(partitions[1]!), [])
    await assert.rejects(rdd.preferredLocations({ index: 2 }), IllegalArgumentException)
  })

  test('a coalescer decides which partitions are joined, also after a shuffle and where it takes its time', async () => {
    const evenAndOdd = {
      async coalesce(maxPartitions: number, parent: RDD<unknown>) {
        assert.equal(maxPartitions, 4)
        const groups = [new PartitionGroup(), new PartitionGroup('somewhere')]
        for (const partition of await parent.partitions()) groups[partition.index % 2]!.partitions.push(partition)
        return groups
      },
    }
    const rdd = numbers(8, 4)
    assert.deepEqual(await rdd.coalesce(4, false, evenAndOdd).glom().collect(), [
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ])
    const shuffled = rdd.coalesce(4, true, evenAndOdd)
    assert.equal(await shuffled.getNumPartitions(), 2)
    assert.deepEqual((await shuffled.collect()).sort(), [0, 1, 2, 3, 4, 5, 6, 7])
    assert.match(String(shuffled), /^MapPartitionsRDD\[\d+\] at coalesce/)

    const wrong = { coalesce: () => [Object.assign(new PartitionGroup(), { partitions: [{ index: 9 }] })] }
    await assert.rejects(rdd.coalesce(4, false, wrong).collect(), /put a partition 9 into a group/)
    assert.throws(() => rdd.coalesce(0, false, evenAndOdd), /must be positive/)
  })

  test('new RangePartitioner(n, rdd) samples the keys when it is first needed', async () => {
    const source = pairs(100, 4).map(([k]): [number, string] => [(k * 37) % 100, 'x'])
    const partitioner = new RangePartitioner(3, source)
    assert.equal(partitioner.isReady, false)
    assert.throws(() => partitioner.numPartitions, IllegalStateException)
    const ranges = await source.partitionBy(partitioner).keys().glom().collect()
    assert.equal(partitioner.isReady, true)
    assert.equal(partitioner.numPartitions, 3)
    assert.equal(ranges.length, 3)
    for (const [i, keys] of ranges.entries()) {
      assert(keys.length > 10, `range ${i} has ${keys.length} keys`)
      if (i > 0) assert(Math.min(...keys) > Math.max(...ranges[i - 1]!))
    }
    // The same ranges: no shuffle.
    const counted = source.partitionBy(partitioner).reduceByKey((a) => a, partitioner)
    assert.doesNotMatch((await counted.toDebugString()).split('\n')[0]!, /ShuffledRDD/)
    const descending = await new RangePartitioner(3, source, false).ready()
    assert.equal(descending.getPartition(99), 0)
    assert.equal(await source.cogroup(source, new RangePartitioner(2, source)).getNumPartitions(), 2)
    assert.equal(new RangePartitioner(1, source).numPartitions, 1)
    assert.throws(() => new RangePartitioner(-1, source), /cannot be negative but found -1/)
    assert.throws(() => new RangePartitioner(2, source, true, undefined, 0), /Sample points per partition/)
  })

  test('countApproxDistinct takes precisions; with a sparse one few records are counted almost exactly', async () => {
    const few = numbers(100, 4).union(numbers(100, 2))
    assert.equal(await few.countApproxDistinct(12, 25), 100)
    const many = numbers(20000, 4)
    const error = async (p: number, sp: number) => Math.abs((await many.countApproxDistinct(p, sp)) - 20000) / 20000
    assert((await error(12, 0)) < 0.06)
    assert((await error(12, 25)) < 0.06)
    assert.equal(await few.countApproxDistinct(10, 0), await few.countApproxDistinct(10, 0))
    // Messages as Spark has them.
    await assert.rejects(few.countApproxDistinct(3, 0), /requirement failed: p \(3\) must be >= 4/)
    await assert.rejects(few.countApproxDistinct(12, 5), /p \(12\) cannot be greater than sp \(5\)/)
    await assert.rejects(few.countApproxDistinct(12, 40), /sp \(40\) must be <= 32/)
    const byKey = few.map((x): [number, number] => [x % 2, x]).countApproxDistinctByKey(12, 0, 3)
    assert.equal(await byKey.getNumPartitions(), 3)
    for (const count of await byKey.values().collect()) assert(Math.abs(count - 50) <= 2)
  })
})
