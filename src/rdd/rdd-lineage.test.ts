import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { onEachEngine } from '../../test/model/on-each-engine.ts'

onEachEngine((context) => {
  let directory = ''
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millstream-lineage-'))
  })
  after(() => rm(directory, { recursive: true }))

  test('an error of a definition that shows later names the definition’s line', async () => {
    const sorted = context()
      .parallelize([2, 1], 2)
      .sortBy((x) => x)
    const zipped = sorted.zip(context().parallelize([1, 2, 3], 3))
    const later = zipped.map(([a, b]) => a + b).filter((n) => n > 0)
    await assert.rejects(later.collect(), {
      name: 'IllegalArgumentException',
      message:
        /^Can't zip RDDs with unequal numbers of partitions: List\(2, 3\) \(zip at rdd-lineage\.test\.ts:\d+:\d+\)$/,
    })
  })

  test('what failed to become known is tried again by the next action', async () => {
    const path = join(directory, 'late.txt')
    const lines = context().textFile(path, 1)
    const lengths = lines.map((line) => line.length)
    await assert.rejects(lengths.collect(), /Input path does not exist: file:.*late\.txt/)
    await writeFile(path, 'abc\nde\n')
    assert.deepEqual(await lengths.collect(), [3, 2])
  })

  test('id, name and storage are there before the partitions are known', async () => {
    const sorted = context()
      .parallelize([2, 1], 2)
      .sortBy((x) => x)
    sorted.setName('sorted').cache()
    assert.match(String(sorted), /^sorted MapPartitionsRDD\[\d+\] at sortBy at /)
    assert.deepEqual(await sorted.collect(), [1, 2])
    assert.match(String(sorted), /^sorted MapPartitionsRDD\[\d+\] at sortBy at /)
    assert.equal(sorted.id > 0, true)
    await sorted.unpersist(true)
  })

  test('an RDD is made known to two actions at once by one job', async () => {
    const computed = context().longAccumulator()
    const sorted = context()
      .parallelize([3, 1, 2], 1)
      .map((x) => {
        computed.add(1)
        return x
      })
      .sortBy((x) => x, true, 2)
    await Promise.all([sorted.getNumPartitions(), sorted.getNumPartitions()])
    assert.equal(computed.value, 3)
  })
})

test('a transformation of a stopped context is refused', async () => {
  const { SparkContext } = await import('../context/spark-context.ts')
  const sc = new SparkContext('local[1]', 'stopped')
  const rdd = sc.parallelize([1], 1)
  await sc.stop()
  assert.throws(() => rdd.map((x) => x), { name: 'IllegalStateException' })
  await assert.rejects(rdd.collect(), { name: 'IllegalStateException' })
})
