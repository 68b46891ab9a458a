import { placeIn } from '../../engine/engine-files.ts'
import { InvalidInputException } from '../../files/errors.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { pathName } from '../../files/path.ts'
import { partName } from '../../task/partition-functions/saving.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { RDD } from '../rdd.ts'
import type { RDDContext } from '../rdd-context.ts'
import type { NodeShape } from '../rdd-lineage.ts'
import { RDDLineage } from '../rdd-lineage.ts'
import { SUCCESS_FILE, TEMPORARY } from './directory-commit.ts'
import { PARTITIONER_FILE, partFiles } from './part-file.ts'
import { readPartitionerFile } from './partitioner-file.ts'

/** The records and the partitioner that a checkpoint of an earlier run left in a directory, a partition per file; listed when first needed. */
export function checkpointFile<T>(context: RDDContext, path: string): RDD<T> {
  const lineage = RDDLineage.deferred(
    context,
    'checkpointFile',
    async (): Promise<NodeShape> => {
      const { parts, partitioner } = await checkpointAt(context, path)
      return {
        kind: 'files',
        className: 'ReliableCheckpointRDD',
        numPartitions: parts.length,
        partitioner,
        format: 'records',
        partitions: parts.map(({ path: part, length }) => [{ path: part, start: 0, length, isCompressed: false }]),
        recordLength: 0,
      }
    },
    { className: 'ReliableCheckpointRDD' },
  )
  return new RDD<T>(context, lineage)
}

interface Checkpoint {
  readonly parts: readonly FileStatus[]
  readonly partitioner: Partitioner<never> | null
}

async function checkpointAt(context: RDDContext, path: string): Promise<Checkpoint> {
  const place = await context.files.place(path, 'checkpointFile reads')
  const statuses = await context.files.list(place)
  if (statuses === null) {
    throw new InvalidInputException('INVALID_INPUT', `Input path does not exist: ${place.path}`)
  }
  const parts = partFiles(statuses)
  // Spark leaves out `_SUCCESS` where it lists; its own writer shows no part of what is not whole.
  if (place.by === 'workers') assertWhole(place.path, statuses, parts)
  const partitioner = await context.files.read(placeIn(place, PARTITIONER_FILE))
  return { parts, partitioner: partitioner && readPartitionerFile(partitioner) }
}

/** Checkpoints of versions before this one have no `_SUCCESS`: they are whole where no part is missing and nothing was being written. */
function assertWhole(directory: string, statuses: readonly FileStatus[], parts: readonly FileStatus[]): void {
  const names = new Set(statuses.map(({ path }) => pathName(path)))
  if (names.has(SUCCESS_FILE)) return
  if (!names.has(TEMPORARY) && parts.every(({ path }, partition) => pathName(path) === partName(partition))) return
  throw new InvalidInputException(
    'INCOMPLETE_CHECKPOINT',
    `The checkpoint in ${directory} is not whole: the run that wrote it ended before it had. Compute the data again, and checkpoint it again`,
  )
}
