import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { UnsupportedOperationException } from '../errors.ts'
import type { FileStatus } from './file-system.ts'
import { binaryFilesSplitBytes, combineFiles, computeSplits, wholeTextFilesSplitBytes } from './input-splits.ts'

const MIB = 1024 * 1024

function files(...sizes: number[]): FileStatus[] {
  return sizes.map((length, index) => ({ path: `file:/d/f${index}`, length, isDirectory: false, modificationTime: 0 }))
}

function starts(sizes: readonly number[], minPartitions: number): string[] {
  return computeSplits(files(...sizes), minPartitions).map(
    ({ path, start, length }) => `${path.slice('file:/d/f'.length)} ${start}+${length}`,
  )
}

/** Recorded from Spark 4.3.0, `sc.textFile(dir, n)`: sizes of the files, n, the splits of the RDD's partitions. */
const recorded: readonly (readonly [sizes: number[], minPartitions: number, splits: string[]])[] = [
  [[100], 1, ['0 0+100']],
  [[100], 2, ['0 0+50', '0 50+50']],
  [[100], 3, ['0 0+33', '0 33+33', '0 66+34']],
  [[101], 2, ['0 0+50', '0 50+51']],
  [[1], 2, ['0 0+1']],
  [[1], 5, ['0 0+1']],
  [[10], 3, ['0 0+3', '0 3+3', '0 6+3', '0 9+1']],
  [[11], 10, Array.from({ length: 11 }, (_, start) => `0 ${start}+1`)],
  [[1000, 10], 2, ['0 0+505', '0 505+495', '1 0+10']],
  [[1000, 10], 4, ['0 0+252', '0 252+252', '0 504+252', '0 756+244', '1 0+10']],
  [[0, 100], 2, ['1 0+50', '1 50+50']],
  [[10, 10, 10], 2, ['0 0+10', '1 0+10', '2 0+10']],
  [[7, 13], 0, ['0 0+7', '1 0+13']],
  [[0], 2, []],
  [[32 * MIB], 1, [`0 0+${32 * MIB}`]],
  [[33 * MIB], 1, [`0 0+${33 * MIB}`]],
  [[36_909_875], 1, ['0 0+36909875']],
  [[36_909_876], 1, ['0 0+33554432', '0 33554432+3355444']],
  [[64 * MIB], 1, ['0 0+33554432', '0 33554432+33554432']],
  [[100 * MIB], 2, ['0 0+33554432', '0 33554432+33554432', '0 67108864+33554432', '0 100663296+4194304']],
  [[100 * MIB], 5, Array.from({ length: 5 }, (_, index) => `0 ${index * 20 * MIB}+${20 * MIB}`)],
  [[111], 10, [...Array.from({ length: 9 }, (_, index) => `0 ${index * 11}+11`), '0 99+12']],
  [[109], 10, [...Array.from({ length: 10 }, (_, index) => `0 ${index * 10}+10`), '0 100+9']],
]

test('text files are cut where Spark cuts them', async (t) => {
  for (const [sizes, minPartitions, splits] of recorded) {
    await t.test(`${sizes.join(', ')} bytes in ${minPartitions}`, () =>
      assert.deepEqual(starts(sizes, minPartitions), splits),
    )
  }
})

test('a compressed file is one split, by the end of its name in any case', () => {
  const [first, second] = files(1026, 1000)
  for (const suffix of ['.gz', '.deflate', '.GZ']) {
    const splits = computeSplits([{ ...first!, path: `file:/d/f0${suffix}` }, second!], 4)
    assert.deepEqual(
      splits.map((split) => [split.start, split.length, split.isCompressed]),
      [
        [0, 1026, true],
        [0, 506, false],
        [506, 494, false],
      ],
    )
  }
})

test('a file in a compression that cannot be read is refused instead of read as noise', () => {
  const [file] = files(10)
  assert.throws(
    () => computeSplits([{ ...file!, path: 'file:/d/log.lz4' }], 1),
    (error: unknown) => {
      assert(error instanceof UnsupportedOperationException)
      assert.match(error.message, /file:\/d\/log\.lz4.*\.gz, \.deflate, \.bz2 and \.zst/s)
      return true
    },
  )
})

test('splits cover every byte once, in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(200 * MIB), { maxLength: 8 }),
      fc.integer({ min: 0, max: 40 }),
      (sizes, minPartitions) => {
        const inputs = files(...sizes)
        const splits = computeSplits(inputs, minPartitions)
        for (const input of inputs) {
          let end = 0
          for (const split of splits.filter(({ path }) => path === input.path)) {
            assert.equal(split.start, end)
            assert(split.length > 0)
            end += split.length
          }
          assert.equal(end, input.length)
        }
      },
    ),
    { numRuns: 50 },
  )
})

/** Recorded from Spark 4.3.0, `local[4]`: sizes, the wish (undefined: the default of 2), how many files each partition holds in order. */
const wholeTextFiles: readonly (readonly [sizes: number[], minPartitions: number, groups: number[][]])[] = [
  [
    [10, 10, 10, 10, 10],
    2,
    [
      [0, 1, 2],
      [3, 4],
    ],
  ],
  [[10, 10, 10, 10, 10], 1, [[0, 1, 2, 3, 4]]],
  [[10, 10, 10, 10, 10], 3, [[0, 1], [2, 3], [4]]],
  [[10, 10, 10, 10, 10], 5, [[0], [1], [2], [3], [4]]],
  [[10, 10, 10, 10, 10], 9, [[0], [1], [2], [3], [4]]],
  [[100, 1, 1, 1], 2, [[0], [1, 2, 3]]],
  [[1, 1, 100, 1], 2, [[0, 1, 2], [3]]],
  [[0, 0, 5], 2, [[2], [0, 1]]],
  [[0, 0], 2, [[0, 1]]],
]
/** The defaults of `spark.files.openCostInBytes` and `spark.files.maxPartitionBytes`. */
const SPARK_LIMITS = { openCostBytes: 4 * MIB, maxPartitionBytes: 128 * MIB }

const binaryFiles: readonly (readonly [sizes: number[], minPartitions: number, groups: number[][]])[] = [
  [[10, 10, 10, 10, 10], 9, [[0, 1, 2, 3, 4]]],
  [[100, 1, 1, 1], 2, [[0, 1, 2, 3]]],
  [[0, 0, 5], 2, [[0, 1, 2]]],
  [
    Array(8).fill(3 * MIB),
    2,
    [
      [0, 1, 2, 3, 4],
      [5, 6, 7],
    ],
  ],
  [
    Array(8).fill(6 * MIB),
    4,
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ],
  ],
]

function grouped(inputs: FileStatus[], maxSplitBytes: number): number[][] {
  return combineFiles(inputs, maxSplitBytes).map((group) => group.map((file) => inputs.indexOf(file)))
}

test('whole files are packed as Spark packs them', async (t) => {
  for (const [sizes, minPartitions, groups] of wholeTextFiles) {
    await t.test(`wholeTextFiles of ${sizes.join(', ')} bytes in ${minPartitions}`, () => {
      const inputs = files(...sizes)
      assert.deepEqual(grouped(inputs, wholeTextFilesSplitBytes(inputs, minPartitions)), groups)
    })
  }
  for (const [sizes, minPartitions, groups] of binaryFiles) {
    await t.test(`binaryFiles of ${sizes.join(', ')} bytes in ${minPartitions}`, () => {
      const inputs = files(...sizes)
      assert.deepEqual(grouped(inputs, binaryFilesSplitBytes(inputs, minPartitions, 4, SPARK_LIMITS)), groups)
    })
  }
})

test('binaryFiles reckons with the settings of what opening a file costs and of how large a partition is', () => {
  const inputs = files(10, 10, 10, 10)
  const groups = (openCostBytes: number, maxPartitionBytes: number) =>
    grouped(inputs, binaryFilesSplitBytes(inputs, 2, 2, { openCostBytes, maxPartitionBytes }))
  assert.deepEqual(groups(0, 1000), [
    [0, 1],
    [2, 3],
  ])
  assert.deepEqual(groups(0, 5), [[0], [1], [2], [3]])
  assert.deepEqual(groups(1000, 1_000_000), [[0, 1, 2, 3]])
})
