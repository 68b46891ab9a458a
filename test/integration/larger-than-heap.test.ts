import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SparkConf, SparkContext } from '../../src/index.ts'

/** Workers with a heap of 32 MiB, and records that take several times that as objects. */
const RECORDS = 250_000
const KEYS = 100_000

describe("data larger than the workers' heaps", () => {
  let sc: SparkContext
  before(() => {
    sc = new SparkContext(
      new SparkConf()
        .setMaster('local[2]')
        .setAppName('larger than the heap')
        .set('spark.executor.memory', '32m')
        .set('spark.shuffle.memory', '16m'),
    )
  })
  after(() => sc.stop())

  const pairs = () =>
    sc.range(0, RECORDS, 1, 4).map((i) => [`key-${(i * 7919) % KEYS}`, `${'x'.repeat(200)}${i}`] as [string, string])

  test('is grouped by key, every value in its group', async () => {
    const sizes = pairs()
      .groupByKey(4)
      .map(([key, values]): [number, number] => {
        if (values.some((value) => (Number(value.slice(200)) * 7919) % 100_000 !== Number(key.slice(4))))
          throw new Error(key)
        return [1, values.length]
      })
    const total = await sizes.reduce((a, b) => [a[0] + b[0], a[1] + b[1]])
    assert.deepEqual(total, [KEYS, RECORDS])
  })

  test('is joined', async () => {
    const names = sc.range(0, KEYS, 1, 2).map((i) => [`key-${i}`, i] as [string, number])
    const joined = pairs().join(names, 4)
    const [rows, sum] = await joined
      .map(([, [, i]]): [number, number] => [1, i])
      .reduce((a, b) => [a[0] + b[0], a[1] + b[1]])
    let expected = 0
    for (let i = 0; i < RECORDS; i++) expected += (i * 7919) % KEYS
    assert.deepEqual([rows, sum], [RECORDS, expected])
  })

  test('is the right side of a cartesian product', async () => {
    const right = pairs().coalesce(1)
    assert.equal(await sc.parallelize([1, 2], 1).cartesian(right).count(), 2 * RECORDS)
  })

  test('is sorted', async () => {
    const sorted = pairs().sortByKey(true, 4)
    const bounds = await sorted
      .mapPartitions(function* (records) {
        let first: string | null = null
        let last = ''
        let count = 0
        for (const [key] of records) {
          if (key < last) throw new Error(`${key} comes behind ${last}`)
          first ??= key
          last = key
          count += 1
        }
        yield [first ?? '', last, count] as [string, string, number]
      })
      .collect()
    assert.equal(
      bounds.reduce((sum, [, , count]) => sum + count, 0),
      RECORDS,
    )
    for (let i = 1; i < bounds.length; i++) {
      const before = bounds[i - 1] as [string, string, number]
      const after = bounds[i] as [string, string, number]
      assert.ok(before[1] <= after[0], `${before[1]} .. ${after[0]}`)
    }
  })

  test('is counted by distinct keys', async () => {
    const counts = pairs()
      .map(([key]) => [key, 1] as [string, number])
      .reduceByKey((a, b) => a + b, 3)
    assert.equal(await counts.count(), KEYS)
    assert.equal(await counts.values().reduce((a, b) => a + b), RECORDS)
  })

  test('is persisted: what does not fit in memory is on disk or computed again', async () => {
    const { StorageLevel } = await import('../../src/index.ts')
    for (const level of [StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_AND_DISK, StorageLevel.MEMORY_AND_DISK_SER]) {
      const kept = pairs().persist(level)
      for (let round = 0; round < 2; round++) assert.equal(await kept.count(), RECORDS)
      await kept.unpersist()
    }
  })
})
