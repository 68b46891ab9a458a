import type { FileStatus } from '../../files/file-system.ts'
import { comparePaths, pathName } from '../../files/path.ts'

/** The name of the partitioner beside a checkpoint's partitions. */
export const PARTITIONER_FILE = '_partitioner'
/** `part-00000`, to which Spark's own writer adds what tells its jobs apart: `part-00000-9f….txt`. */
const PART_FILE = /^part-\d+(?:-[^/]*)?$/

/** Whether a file is of one partition, by its name. */
export function isPartFile(name: string): boolean {
  return PART_FILE.test(name)
}

/** The files that a save or a checkpoint writes into a directory: part files, compressed or not, `_SUCCESS`, `_partitioner`, and Hadoop's checksums of them. */
const OF_SAVE = /^\.?(?:part-\d+(?:[-.][^/]*)?|_SUCCESS(?:\.crc)?|_partitioner(?:\.crc)?)$/

/** Whether a file was written by a save, or is what a save that was killed has left, by its name. */
export function isOfSave(name: string): boolean {
  return OF_SAVE.test(name)
}

/** The files of partitions among those of a directory, in the order of the partitions. */
export function partFiles(statuses: readonly FileStatus[]): FileStatus[] {
  return statuses
    .filter(({ path }) => isPartFile(pathName(path)))
    .sort((a, b) => numberOf(a) - numberOf(b) || comparePaths(a.path, b.path))
}

function numberOf({ path }: FileStatus): number {
  return Number.parseInt(pathName(path).slice('part-'.length), 10)
}
