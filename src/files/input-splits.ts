import { assertReadableCodec, isCompressedFile } from './codecs.ts'
import type { FileStatus } from './file-system.ts'

/** A range of one file that one task reads; Hadoop's `FileSplit`. Of text, it owns the lines that begin in it. */
export interface FileSplit {
  /** Qualified, as in {@link FileStatus}. */
  readonly path: string
  /** First byte. */
  readonly start: number
  /** In bytes; never 0. */
  readonly length: number
  /** Whether the file is packed by a codec, told by its name; such a file is one split. */
  readonly isCompressed: boolean
}

/** Block size of Hadoop's local file system: no split is larger. */
const BLOCK_SIZE_BYTES = 32 * 1024 * 1024
/** A rest of up to this part of a split is not cut off. */
const SPLIT_SLOP = 1.1

/**
 * Cuts input files into the partitions of `textFile` by the formula of Hadoop's `FileInputFormat`: splits aim at the total size divided by
 * `minPartitions`, at most a block of 32 MiB; the last one may be a tenth longer. Empty files give no partition, as in Spark.
 *
 * @param minPartitions a wish, not a bound: small files give more, compressed ones are never cut
 * @throws UnsupportedOperationException for a file compressed in a way that cannot be read here
 */
export function computeSplits(files: readonly FileStatus[], minPartitions: number): FileSplit[] {
  const total = files.reduce((sum, file) => sum + file.length, 0)
  const goal = Math.floor(total / Math.max(1, Math.floor(minPartitions)))
  const size = Math.max(1, Math.min(goal, BLOCK_SIZE_BYTES))
  return files.filter((file) => file.length > 0).flatMap((file) => splitFile(file, size))
}

/** Least size of a split of a SequenceFile: what stands between two of its markers. */
const SEQUENCE_SPLIT_BYTES = 5 * 1024 * 20

/** The partitions of `sequenceFile`: as those of text, but of no fewer bytes than stand between two markers, whatever the files are called. */
export function sequenceSplits(files: readonly FileStatus[], minPartitions: number): FileSplit[] {
  const filled = files.filter((file) => file.length > 0)
  const total = filled.reduce((sum, file) => sum + file.length, 0)
  const goal = Math.floor(total / Math.max(1, Math.floor(minPartitions)))
  const size = Math.max(SEQUENCE_SPLIT_BYTES, Math.min(goal, BLOCK_SIZE_BYTES))
  return filled.flatMap((file) => cutFile(file, size))
}

/** Bytes of the pieces that a cluster's own text reader makes of a file. */
export const CLUSTER_SPLIT_BYTES = 32 * 1024 * 1024
/** Compressed formats that a cluster's reader can only read from the start of the file. */
const WHOLE_ON_CLUSTER = /\.(?:gz|deflate|lz4|snappy|zst|zstd)$/i

/** The partitions of `textFile` over files that a cluster's own reader reads: pieces of {@link CLUSTER_SPLIT_BYTES}, compressed files whole. */
export function clusterSplits(files: readonly { readonly path: string; readonly length: number }[]): FileSplit[] {
  return files.flatMap(({ path, length }): FileSplit[] => {
    if (WHOLE_ON_CLUSTER.test(path)) return length > 0 ? [{ path, start: 0, length, isCompressed: true }] : []
    return Array.from({ length: Math.ceil(length / CLUSTER_SPLIT_BYTES) }, (_, i) => {
      const start = i * CLUSTER_SPLIT_BYTES
      return { path, start, length: Math.min(CLUSTER_SPLIT_BYTES, length - start), isCompressed: false }
    })
  })
}

/**
 * Packs whole files into the partitions of `wholeTextFiles` and `binaryFiles`, as Hadoop's `CombineFileInputFormat` does on one machine:
 * in order, a partition ends once it holds `maxSplitBytes`; what is left, empty files included, makes the last one.
 */
export function combineFiles(files: readonly FileStatus[], maxSplitBytes: number): FileStatus[][] {
  const groups: FileStatus[][] = []
  let group: FileStatus[] = []
  let bytes = 0
  for (const file of files) {
    if (file.length === 0) continue
    group.push(file)
    bytes += file.length
    if (bytes < maxSplitBytes) continue
    groups.push(group)
    group = []
    bytes = 0
  }
  const unplaced = new Set(group)
  const rest = files.filter((file) => file.length === 0 || unplaced.has(file))
  return rest.length > 0 ? [...groups, rest] : groups
}

/** How much `wholeTextFiles` packs into one partition, in bytes. */
export function wholeTextFilesSplitBytes(files: readonly FileStatus[], minPartitions: number): number {
  const total = files.reduce((sum, file) => sum + file.length, 0)
  return Math.ceil(total / Math.max(1, minPartitions))
}

/** What `binaryFiles` reckons with, in bytes. */
export interface BinarySplitLimits {
  /** What opening a file counts as (`spark.files.openCostInBytes`). */
  readonly openCostBytes: number
  /** The most that goes into one partition (`spark.files.maxPartitionBytes`). */
  readonly maxPartitionBytes: number
}

/**
 * How much `binaryFiles` packs into one partition, in bytes: what a core's share is when opening a file costs as much as reading `openCostBytes`, but
 * no less than these and no more than `maxPartitionBytes`.
 */
export function binaryFilesSplitBytes(
  files: readonly FileStatus[],
  minPartitions: number,
  defaultParallelism: number,
  { openCostBytes, maxPartitionBytes }: BinarySplitLimits,
): number {
  const total = files.reduce((sum, file) => sum + file.length + openCostBytes, 0)
  const perCore = Math.floor(total / Math.max(defaultParallelism, minPartitions, 1))
  return Math.min(maxPartitionBytes, Math.max(openCostBytes, perCore))
}

function splitFile(file: FileStatus, size: number): FileSplit[] {
  assertReadableCodec(file.path)
  if (isCompressedFile(file.path)) return [{ path: file.path, start: 0, length: file.length, isCompressed: true }]
  return cutFile(file, size)
}

function cutFile(file: FileStatus, size: number): FileSplit[] {
  const splits: FileSplit[] = []
  let start = 0
  for (; (file.length - start) / size > SPLIT_SLOP; start += size) {
    splits.push({ path: file.path, start, length: size, isCompressed: false })
  }
  splits.push({ path: file.path, start, length: file.length - start, isCompressed: false })
  return splits
}
