import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { fetchStreams } from '../../connect/batches.ts'
import { execute } from '../../connect/execute.ts'
import {
  type CommandSchema,
  type ExecutePlanResponse,
  PlanSchema,
  type Relation,
} from '../../connect/gen/spark_connect_pb.ts'
import { planOf } from '../../connect/plan.ts'
import { tellingProgress, type Watch } from '../../connect/progress.ts'
import type { ConnectSession } from '../../connect/session.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { JobOutput } from '../engine.ts'
import { blocksAsText } from './plan/file-relations.ts'
import { sqlRelation } from './plan/relations.ts'
import type { StageRow } from './rows/row-batch.ts'
import { rowsOf } from './rows/row-batch.ts'
import { readRowStream } from './rows/row-batch-reader.ts'

/** `WriteOperation.mode` */
const OVERWRITE = 2
const ERROR_IF_EXISTS = 3

type CommandType = NonNullable<MessageInitShape<typeof CommandSchema>['commandType']>

/** Runs a relation and hands out its rows as they arrive. */
export async function* fetchRows(session: ConnectSession, root: Relation, watch: Watch = {}): AsyncGenerator<StageRow> {
  for await (const stream of fetchStreams(session, root, watch)) {
    for (const batch of readRowStream(stream)) yield* rowsOf(batch)
  }
}

/**
 * Computes a relation now and keeps it on the executors: an eager local checkpoint of Spark's, without its lineage. Whatever the level says,
 * what finds no room in memory goes to the executors' disks, and rows are kept as they are, since their blocks are bytes.
 * @returns the id under which the session knows it until it is removed.
 */
export async function checkpointRelation(
  session: ConnectSession,
  relation: Relation,
  level: StorageLevel = StorageLevel.MEMORY_AND_DISK,
  watch: Watch = {},
): Promise<string> {
  const { useMemory, replication } = level
  const storageLevel = { useDisk: true, useMemory, useOffHeap: false, deserialized: useMemory, replication }
  const value = { relation, local: true, eager: true, storageLevel }
  let relationId: string | undefined
  for await (const { responseType } of run(session, { case: 'checkpointCommand', value }, watch)) {
    if (responseType.case === 'checkpointCommandResult') relationId = responseType.value.relation?.relationId
  }
  if (relationId === undefined) throw new Error('the server made a checkpoint and did not name it')
  return relationId
}

/** Releases the relation that {@link checkpointRelation} made. The server frees the blocks after its next garbage collection. */
export async function removeRelation(session: ConnectSession, relationId: string): Promise<void> {
  for await (const _ of run(session, {
    case: 'removeCachedRemoteRelationCommand',
    value: { relation: { relationId } },
  }));
}

/** Copies what one session keeps to another session of the same server. @returns the id under which that one knows it. */
export async function copyRelation(
  from: ConnectSession,
  to: ConnectSession,
  relation: Relation,
  level: StorageLevel,
): Promise<string> {
  // Only global views are visible to both sessions. The name is unique because relation ids are random.
  const name = `millstream_${crypto.randomUUID().replaceAll('-', '')}`
  const value = { input: relation, name, isGlobal: true, replace: false }
  for await (const _ of run(from, { case: 'createDataframeView', value }));
  try {
    return await checkpointRelation(to, sqlRelation(`SELECT * FROM global_temp.${name}`), level)
  } finally {
    for await (const _ of execute(from, planOf(sqlRelation(`DROP VIEW IF EXISTS global_temp.${name}`))));
  }
}

/** Codecs as Spark's text writer names them. */
const SPARK_CODECS: Readonly<Record<JobOutput['compression'], string>> = {
  none: 'none',
  gzip: 'gzip',
  deflate: 'deflate',
  bzip2: 'bzip2',
  zstd: 'org.apache.hadoop.io.compress.ZStandardCodec',
}

/**
 * Has Spark's text writer write blocks to a directory from where they are, a file for each partition that has any.
 * @throws SparkException PATH_ALREADY_EXISTS
 */
export async function writeBlocks(
  session: ConnectSession,
  rows: Relation,
  { directory, compression, replaces }: JobOutput,
  watch: Watch = {},
): Promise<void> {
  const value = {
    input: blocksAsText(rows),
    source: 'text',
    saveType: { case: 'path' as const, value: directory },
    mode: replaces ? OVERWRITE : ERROR_IF_EXISTS,
    options: { compression: SPARK_CODECS[compression] },
  }
  for await (const _ of run(session, { case: 'writeOperation', value }, watch));
}

function run(
  session: ConnectSession,
  commandType: CommandType,
  watch: Watch = {},
): AsyncGenerator<ExecutePlanResponse> {
  const plan = create(PlanSchema, { opType: { case: 'command', value: { commandType } } })
  return tellingProgress(execute(session, plan, watch), watch)
}
