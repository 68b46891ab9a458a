import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEachEngine } from '../../test/model/on-each-engine.ts'
import { StorageLevel } from '../task/storage-level.ts'
import type { RDD } from './rdd.ts'

/** The debug string with ids counted from the first RDD, and without the places in this file. */
async function drawn(rdd: RDD<unknown>): Promise<string> {
  const text = (await rdd.toDebugString()).replaceAll(/ at debug-string\.test\.ts:\d+:\d+/g, '')
  const ids = [...new Set([...text.matchAll(/\[(\d+)\]/g)].map(([, id]) => Number(id)))].sort((a, b) => a - b)
  return text.replaceAll(/\[(\d+)\]/g, (_, id) => `[${ids.indexOf(Number(id))}]`)
}

const lines = (...parts: string[]) => parts.join('\n')

onEachEngine((context) => {
  const numbers = (count: number, partitions: number) =>
    context().parallelize(
      Array.from({ length: count }, (_, i) => i + 1),
      partitions,
    )

  // Drawn as by Spark 4.3; test/differential/rdd/debug-strings.test.ts has every operation.
  test('a chain is drawn as Spark draws it', async () => {
    const chain = numbers(10, 3)
      .map((x) => [x % 2, x])
      .filter(([, x]) => x! > 1)
    assert.equal(
      await drawn(chain),
      lines(
        '(3) MapPartitionsRDD[2] at filter []',
        ' |  MapPartitionsRDD[1] at map []',
        ' |  ParallelCollectionRDD[0] at parallelize []',
      ),
    )
  })

  test('a shuffle indents what is before it', async () => {
    const counts = numbers(10, 3)
      .map((x) => [x % 2, x])
      .reduceByKey((a, b) => a + b)
      .mapValues((n) => n + 1)
    assert.equal(
      await drawn(counts),
      lines(
        '(3) MapPartitionsRDD[3] at mapValues []',
        ' |  ShuffledRDD[2] at reduceByKey []',
        ' +-(3) MapPartitionsRDD[1] at map []',
        '    |  ParallelCollectionRDD[0] at parallelize []',
      ),
    )
    assert.equal(
      await drawn(numbers(4, 3).distinct()),
      lines(
        '(3) MapPartitionsRDD[3] at distinct []',
        ' |  ShuffledRDD[2] at distinct []',
        ' +-(3) MapPartitionsRDD[1] at distinct []',
        '    |  ParallelCollectionRDD[0] at parallelize []',
      ),
    )
    assert.equal(
      await drawn(numbers(4, 3).sortBy((x) => -x)),
      lines(
        '(3) MapPartitionsRDD[3] at sortBy []',
        ' |  ShuffledRDD[2] at sortBy []',
        ' +-(3) MapPartitionsRDD[1] at sortBy []',
        '    |  ParallelCollectionRDD[0] at parallelize []',
      ),
    )
  })

  test('several parents stand below one another, shuffled ones with a branch each, and names come first', async () => {
    const left = numbers(10, 3).map((x) => [x % 2, x])
    const right = numbers(4, 2)
      .map((x) => [x, x])
      .setName('right')
    assert.equal(
      await drawn(left.cogroup(right)),
      lines(
        '(3) MapPartitionsRDD[5] at cogroup []',
        ' |  CoGroupedRDD[4] at cogroup []',
        ' +-(3) MapPartitionsRDD[1] at map []',
        ' |  |  ParallelCollectionRDD[0] at parallelize []',
        ' +-(2) right MapPartitionsRDD[3] at map []',
        '    |  ParallelCollectionRDD[2] at parallelize []',
      ),
    )
  })

  test('a parent that is partitioned alike has no branch', async () => {
    const sums = numbers(10, 3)
      .map((x) => [x, x])
      .reduceByKey((a, b) => a + b)
    assert.equal(
      await drawn(sums.union(sums.mapValues((x) => x + 1))),
      lines(
        '(3) PartitionerAwareUnionRDD[4] at union []',
        ' |  ShuffledRDD[2] at reduceByKey []',
        ' +-(3) MapPartitionsRDD[1] at map []',
        '    |  ParallelCollectionRDD[0] at parallelize []',
        ' |  MapPartitionsRDD[3] at mapValues []',
        ' |  ShuffledRDD[2] at reduceByKey []',
        ' +-(3) MapPartitionsRDD[1] at map []',
        '    |  ParallelCollectionRDD[0] at parallelize []',
      ),
    )
  })

  test('the trunk moves with the width of the number of partitions', async () => {
    const wide = numbers(10, 300).repartition(12)
    assert.equal(
      await drawn(wide),
      lines(
        '(12) MapPartitionsRDD[4] at repartition []',
        ' |   CoalescedRDD[3] at repartition []',
        ' |   ShuffledRDD[2] at repartition []',
        ' +-(300) MapPartitionsRDD[1] at repartition []',
        '     |   ParallelCollectionRDD[0] at parallelize []',
      ),
    )
  })

  test('the storage level of the RDD asked stands on every line', async () => {
    const kept = numbers(2, 2)
      .map((x) => x)
      .persist(StorageLevel.MEMORY_AND_DISK)
    assert.equal(
      await drawn(kept),
      lines(
        '(2) MapPartitionsRDD[1] at map [Disk Memory Deserialized 1x Replicated]',
        ' |  ParallelCollectionRDD[0] at parallelize [Disk Memory Deserialized 1x Replicated]',
      ),
    )
    assert.equal((await kept.map((x) => x).toDebugString()).includes('Replicated'), false)
  })

  test('an RDD prints its name, class, id and place', () => {
    const rdd = numbers(2, 2)
      .map((x) => x)
      .setName('hello')
    assert.match(String(rdd), /^hello MapPartitionsRDD\[\d+\] at map at debug-string\.test\.ts:\d+:\d+$/)
    assert.equal(rdd.name, 'hello')
    assert.equal(numbers(1, 1).name, null)
  })
})
