import { InvalidInputException } from '../io/errors.ts'
import type { FileStatus } from '../io/file-system.ts'
import { readPartitionerFile } from './partitioner-file.ts'
import { RDD } from './rdd.ts'
import type { RDDContext } from './rdd-context.ts'
import type { NodeShape } from './rdd-lineage.ts'
import { RDDLineage } from './rdd-lineage.ts'

/** The records and the partitioner that a checkpoint of an earlier run left in a directory, a partition per file; listed when first needed. */
export function checkpointFile<T>(context: RDDContext, path: string): RDD<T> {
  const lineage = RDDLineage.deferred(context, 'checkpointFile', async (): Promise<NodeShape> => {
    const fileSystem = context.fileSystem(path)
    const directory = fileSystem.qualify(path)
    if (!(await fileSystem.exists(directory))) {
      throw new InvalidInputException('INVALID_INPUT', `Input path does not exist: ${directory}`)
    }
    const statuses = await fileSystem.listStatus(directory)
    const parts = statuses.filter((status) => /\/part-\d+$/.test(status.path))
    return {
      kind: 'files',
      className: 'ReliableCheckpointRDD',
      numPartitions: parts.length,
      partitioner: await readPartitioner(context, statuses),
      format: 'records',
      partitions: parts.map(({ path: part, length }) => [{ path: part, start: 0, length, isCompressed: false }]),
      recordLength: 0,
    }
  })
  return new RDD<T>(context, lineage)
}

async function readPartitioner(context: RDDContext, statuses: readonly FileStatus[]) {
  const status = statuses.find(({ path }) => path.endsWith('/_partitioner'))
  if (!status) return null
  await using file = await context.fileSystem(status.path).open(status.path)
  return readPartitionerFile(await file.read(0, status.length))
}
