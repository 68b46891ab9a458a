import { InvalidInputException } from '../../files/errors.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { pathName } from '../../files/path.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { RDD } from '../rdd.ts'
import type { RDDContext } from '../rdd-context.ts'
import type { NodeShape } from '../rdd-lineage.ts'
import { RDDLineage } from '../rdd-lineage.ts'
import { PARTITIONER_FILE, partFiles } from './part-file.ts'
import { readPartitionerFile } from './partitioner-file.ts'

/** The records and the partitioner that a checkpoint of an earlier run left in a directory, a partition per file; listed when first needed. */
export function checkpointFile<T>(context: RDDContext, path: string): RDD<T> {
  const lineage = RDDLineage.deferred(context, 'checkpointFile', async (): Promise<NodeShape> => {
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
  })
  return new RDD<T>(context, lineage)
}

interface Checkpoint {
  readonly parts: readonly FileStatus[]
  readonly partitioner: Partitioner<never> | null
}

async function checkpointAt(context: RDDContext, path: string): Promise<Checkpoint> {
  const { clusterFiles } = context
  const onCluster = (await clusterFiles?.resolve(path)) ?? null
  if (clusterFiles !== undefined && onCluster !== null) {
    const statuses = await clusterFiles.list(onCluster)
    if (statuses === null) throw missing(onCluster)
    const partitioner = await clusterFiles.readFile(`${onCluster}/${PARTITIONER_FILE}`)
    return { parts: partFiles(statuses), partitioner: partitioner && readPartitionerFile(partitioner) }
  }
  const fileSystem = context.fileSystem(path)
  const directory = fileSystem.qualify(path)
  if (!(await fileSystem.exists(directory))) throw missing(directory)
  const statuses = await fileSystem.listStatus(directory)
  return { parts: partFiles(statuses), partitioner: await readPartitioner(context, statuses) }
}

function missing(directory: string): InvalidInputException {
  return new InvalidInputException('INVALID_INPUT', `Input path does not exist: ${directory}`)
}

async function readPartitioner(context: RDDContext, statuses: readonly FileStatus[]) {
  const status = statuses.find(({ path }) => pathName(path) === PARTITIONER_FILE)
  if (!status) return null
  await using file = await context.fileSystem(status.path).open(status.path)
  return readPartitionerFile(await file.read(0, status.length))
}
