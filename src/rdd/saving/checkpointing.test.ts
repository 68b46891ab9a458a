import assert from 'node:assert/strict'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { onEachEngine } from '../../../test/model/on-each-engine.ts'
import { HashPartitioner, RangePartitioner } from '../../task/partitioner.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import { checkpointFile } from './checkpoint-file.ts'

onEachEngine((context) => {
  let directory = ''
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millstream-checkpoint-'))
  })
  after(() => rm(directory, { recursive: true }))

  /** Numbers, and how many of them were computed so far. */
  const counted = () => {
    const computed = context().longAccumulator()
    const rdd = context()
      .parallelize([1, 2, 3, 4], 2)
      .map((n) => {
        computed.add(1)
        return n * 10
      })
    return { rdd, computed }
  }

  test('a checkpoint without a directory is refused', () => {
    assert.throws(() => context().emptyRDD().checkpoint(), /Checkpoint directory has not been set in the SparkContext/)
  })

  test('the first job writes the checkpoint, which then stands for the lineage', async () => {
    context().setCheckpointDir(directory)
    const { rdd, computed } = counted()
    rdd.checkpoint()
    assert.deepEqual([rdd.isCheckpointed(), rdd.getCheckpointFile()], [false, null])
    const doubled = rdd.map((n) => n * 2)
    assert.deepEqual(await doubled.collect(), [20, 40, 60, 80])
    assert.equal(rdd.isCheckpointed(), true)
    // Computed by the job, and once more for the files.
    assert.equal(computed.value, 8)
    assert.deepEqual(await doubled.collect(), [20, 40, 60, 80])
    assert.deepEqual(await rdd.collect(), [10, 20, 30, 40])
    assert.equal(computed.value, 8)
    const path = rdd.getCheckpointFile()!
    assert.match(path, new RegExp(`^file:${directory}/.*/rdd-${rdd.id}$`))
    assert.deepEqual((await readdir(path.slice('file:'.length))).sort(), ['_SUCCESS', 'part-00000', 'part-00001'])
    const lines = (await doubled.toDebugString()).split('\n')
    assert.equal(lines.length, 3)
    assert.match(lines[2]!, /^ \| {2}ReliableCheckpointRDD\[\d+\] at collect at checkpointing\.test\.ts:\d+:\d+ \[\]$/)
  })

  test('a persisted RDD is not computed again for its checkpoint', async () => {
    context().setCheckpointDir(directory)
    const { rdd, computed } = counted()
    rdd.persist().checkpoint()
    assert.equal(await rdd.count(), 4)
    assert.equal(computed.value, 4)
    const files = rdd.getCheckpointFile()!.slice('file:'.length)
    await rename(files, `${files}-away`)
    // What is kept in memory comes before the files.
    assert.deepEqual(await rdd.collect(), [10, 20, 30, 40])
    await rename(`${files}-away`, files)
    await rdd.unpersist(true)
    assert.deepEqual(await rdd.collect(), [10, 20, 30, 40])
    assert.equal(computed.value, 4)
  })

  test('a checkpoint is read back with its partitioner', async () => {
    context().setCheckpointDir(directory)
    const pairs = context()
      .parallelize([3, 1, 2], 2)
      .map((n) => [n, n])
    for (const rdd of [pairs.partitionBy(3), pairs.sortByKey(), pairs.partitionBy(2, (key) => key)]) {
      rdd.checkpoint()
      const records = await rdd.collect()
      const read = checkpointFile<[number, number]>(context(), rdd.getCheckpointFile()!)
      assert.deepEqual(await read.collect(), records)
      const [own, restored] = [await rdd.getPartitioner(), await read.getPartitioner()]
      if (own instanceof HashPartitioner || own instanceof RangePartitioner) assert.equal(restored?.equals(own), true)
      else assert.equal(restored, null)
    }
    await assert.rejects(checkpointFile(context(), join(directory, 'none')).count(), /Input path does not exist/)
  })

  test('checkpoints below one that is written are left for later jobs', async () => {
    context().setCheckpointDir(directory)
    const first = context().parallelize([1, 2], 2)
    const second = first.map((n) => n + 1)
    first.checkpoint()
    second.checkpoint()
    await second.count()
    assert.deepEqual([second.isCheckpointed(), first.isCheckpointed()], [true, false])
    await first.count()
    assert.equal(first.isCheckpointed(), true)
  })

  test('jobs that end together write one checkpoint', async () => {
    context().setCheckpointDir(directory)
    const { rdd, computed } = counted()
    rdd.checkpoint()
    assert.deepEqual(await Promise.all([rdd.count(), rdd.count()]), [4, 4])
    assert.equal(computed.value, 12)
  })

  test('a local checkpoint keeps the records in this process', async () => {
    const { rdd, computed } = counted()
    assert.equal(rdd.localCheckpoint(), rdd)
    assert.equal(rdd.getStorageLevel(), StorageLevel.MEMORY_AND_DISK)
    assert.equal(rdd.isLocallyCheckpointed(), true)
    assert.equal(await rdd.count(), 4)
    assert.deepEqual([rdd.isCheckpointed(), rdd.getCheckpointFile()], [true, null])
    assert.equal(computed.value, 4)
    await rdd.unpersist(true)
    assert.deepEqual(await rdd.map((n) => n + 1).collect(), [11, 21, 31, 41])
    assert.equal(computed.value, 4)
    assert.match(await rdd.toDebugString(), /LocalCheckpointRDD\[\d+\] at count at /)
  })

  test('a storage level is set once, until unpersist', async () => {
    const { rdd } = counted()
    assert.equal(rdd.getStorageLevel(), StorageLevel.NONE)
    rdd.cache().persist(StorageLevel.MEMORY_ONLY)
    assert.throws(() => rdd.persist(StorageLevel.DISK_ONLY), {
      name: 'UnsupportedOperationException',
      message: /^Cannot change storage level of an RDD after it was already assigned a level/,
    })
    await rdd.unpersist()
    assert.equal(rdd.persist(StorageLevel.DISK_ONLY).getStorageLevel(), StorageLevel.DISK_ONLY)
  })

  test('a persisted RDD is computed once', async () => {
    const { rdd, computed } = counted()
    rdd.persist(StorageLevel.MEMORY_AND_DISK_SER)
    await rdd.count()
    await rdd.map((n) => n + 1).collect()
    assert.equal(computed.value, 4)
    await rdd.unpersist(true)
    await rdd.count()
    assert.equal(computed.value, 8)
  })
})
