import type { JobProperties } from '../../engine/engine.ts'
import { type FilePlace, placeIn } from '../../engine/engine-files.ts'
import type { DataBlock, LineageNode, NodeStorage } from '../../engine/lineage.ts'
import { effectiveNode, parentsOf } from '../../engine/lineage.ts'
import { SparkException } from '../../errors.ts'
import type { FileStatus } from '../../files/file-system.ts'
import { builtin } from '../../task/partition-functions.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { RDDContext } from '../rdd-context.ts'
import type { NodeShape, RDDLineage } from '../rdd-lineage.ts'
import { commitDirectory } from './directory-commit.ts'
import { PARTITIONER_FILE, partFiles } from './part-file.ts'
import { partitionerFile } from './partitioner-file.ts'

/** Writes what a computed node holds and gives the shape of a node that reads it back. */
export type CheckpointWriter = (context: RDDContext, node: LineageNode, properties: JobProperties) => Promise<NodeShape>

/** Checkpoints asked for and not written yet; a context without one spares its jobs the walk over their lineage. */
const requested = new WeakMap<RDDContext, Set<NodeStorage>>()
const writing = new WeakMap<NodeStorage, Promise<void>>()
const writers = new WeakMap<NodeStorage, CheckpointWriter>()
const awaiting = new WeakMap<NodeStorage, (() => void)[]>()
const files = new WeakMap<NodeStorage, string>()

/** Asks for a checkpoint in the checkpoint directory, written after the next job that computes the RDD. @throws SparkException without a directory. */
export function requestReliableCheckpoint(context: RDDContext, { storage }: RDDLineage): void {
  if (context.checkpointDir === null) {
    throw new SparkException(
      'NO_CHECKPOINT_DIR',
      'Checkpoint directory has not been set in the SparkContext: call setCheckpointDir(path) before checkpoint()',
    )
  }
  if (storage.checkpointed !== null || storage.checkpoint === 'reliable') return
  storage.checkpoint = 'reliable'
  remember(context, storage)
}

/** Asks for a checkpoint that `writer` writes after the next job that computes the RDD. */
export function requestCheckpointBy(context: RDDContext, { storage }: RDDLineage, writer: CheckpointWriter): void {
  if (storage.checkpointed !== null || storage.checkpoint === 'reliable') return
  storage.checkpoint = 'reliable'
  writers.set(storage, writer)
  remember(context, storage)
}

/** Asks for a checkpoint in memory, or where Spark's executors keep one, made after the next job that computes the RDD; it is persisted until then at least. */
export function requestLocalCheckpoint(context: RDDContext, { storage }: RDDLineage): void {
  if (storage.checkpointed !== null) return
  storage.level = localCheckpointLevel(storage.level)
  storage.checkpoint = 'local'
  remember(context, storage)
}

/** A local checkpoint that only memory held could be lost to make room; with the disk behind it, it is not. */
export function localCheckpointLevel(level: StorageLevel): StorageLevel {
  if (level.equals(StorageLevel.NONE)) return StorageLevel.MEMORY_AND_DISK
  const diskBacked = [
    StorageLevel.DISK_ONLY,
    StorageLevel.DISK_ONLY_2,
    StorageLevel.DISK_ONLY_3,
    StorageLevel.MEMORY_AND_DISK,
    StorageLevel.MEMORY_AND_DISK_2,
    StorageLevel.MEMORY_AND_DISK_SER,
    StorageLevel.MEMORY_AND_DISK_SER_2,
    StorageLevel.OFF_HEAP,
  ]
  const match = diskBacked.find(
    (one) =>
      one.useMemory === level.useMemory &&
      one.useOffHeap === level.useOffHeap &&
      one.deserialized === level.deserialized &&
      one.replication === level.replication,
  )
  return match ?? StorageLevel.MEMORY_AND_DISK
}

/** Calls `listener` once the checkpoint that was asked for is written; never where none was asked for, or it is written already. */
export function onceCheckpointed({ storage }: RDDLineage, listener: () => void): void {
  if (storage.checkpoint === 'none' || storage.checkpointed !== null) return
  awaiting.set(storage, [...(awaiting.get(storage) ?? []), listener])
}

/** The directory that holds the RDD's checkpoint, or null. */
export function checkpointDirectory({ storage }: RDDLineage): string | null {
  return files.get(storage) ?? null
}

function remember(context: RDDContext, storage: NodeStorage): void {
  const storages = requested.get(context) ?? new Set()
  requested.set(context, storages.add(storage))
}

/** Writes the checkpoints asked for in the lineage that a job has just computed; below a checkpoint there is nothing left to write. */
export async function writeCheckpoints(
  context: RDDContext,
  node: LineageNode,
  properties: JobProperties,
): Promise<void> {
  if (!requested.get(context)?.size) return
  for (const wanted of findRequested(node)) await writeOnce(context, wanted, properties)
}

function findRequested(top: LineageNode): LineageNode[] {
  const found: LineageNode[] = []
  const seen = new Set<LineageNode>()
  const open = [top]
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.storage.checkpointed === null && node.storage.checkpoint !== 'none') found.push(node)
    else for (const parent of parentsOf(effectiveNode(node))) open.push(parent)
  }
  return found
}

/** Jobs that end at the same time wait for one writing. */
function writeOnce(context: RDDContext, node: LineageNode, properties: JobProperties): Promise<void> {
  const { storage } = node
  let written = writing.get(storage)
  if (!written) {
    written = makerOf(storage)(context, node, properties)
      .then((checkpointed) => {
        storage.checkpointed = checkpointed
        requested.get(context)?.delete(storage)
        for (const listener of awaiting.get(storage) ?? []) listener()
        awaiting.delete(storage)
      })
      .finally(() => writing.delete(storage))
    writing.set(storage, written)
  }
  return written
}

function makerOf(storage: NodeStorage) {
  const writer = writers.get(storage)
  if (writer !== undefined) return makeCheckpointBy(writer)
  return storage.checkpoint === 'local' ? makeLocalCheckpoint : makeReliableCheckpoint
}

function makeCheckpointBy(writer: CheckpointWriter) {
  return async (context: RDDContext, node: LineageNode, properties: JobProperties): Promise<LineageNode> =>
    Object.freeze({ ...(await writer(context, node, properties)), ...identityOf(node, properties) }) as LineageNode
}

/** Writes what a node holds to files in the checkpoint directory. @returns a node under its id that reads them. */
export async function makeReliableCheckpoint(
  context: RDDContext,
  node: LineageNode,
  properties: JobProperties,
): Promise<LineageNode> {
  const directory = `${context.checkpointDir}/rdd-${node.id}`
  const place = await context.files.place(directory, 'checkpoint() writes to')
  const parts = await (place.by === 'cluster' ? writeOnCluster : writeByWorkers)(context, node, properties, place)
  files.set(node.storage, directory)
  return Object.freeze({
    ...identityOf(node, properties),
    kind: 'files',
    className: 'ReliableCheckpointRDD',
    format: 'records',
    partitions: parts.map(({ path, length }) => [{ path, start: 0, length, isCompressed: false }]),
    recordLength: 0,
  })
}

/** @returns the files of the partitions, in their order. */
async function writeByWorkers(
  context: RDDContext,
  node: LineageNode,
  properties: JobProperties,
  place: FilePlace,
): Promise<FileStatus[]> {
  await commitDirectory(place.path, async (target) => {
    const names = await context.runJob({ node, sink: builtin('savePartitionAsRecords', target), properties })
    const partitioner = node.partitioner && partitionerFile(node.partitioner)
    if (partitioner === null) return names as string[]
    await context.files.write({ path: `${target}/${PARTITIONER_FILE}`, by: 'workers' }, partitioner)
    return [...(names as string[]), PARTITIONER_FILE]
  })
  return partFiles((await context.files.list(place)) ?? [])
}

async function writeOnCluster(
  context: RDDContext,
  node: LineageNode,
  properties: JobProperties,
  place: FilePlace,
): Promise<FileStatus[]> {
  const output = { directory: place.path, compression: 'none', replaces: true } as const
  await context.runJob({ node, sink: builtin('sendPartitionAsRecords'), properties, output })
  const partitioner = node.partitioner && partitionerFile(node.partitioner)
  if (partitioner) await context.files.write(placeIn(place, PARTITIONER_FILE), partitioner)
  return partFiles((await context.files.list(place)) ?? [])
}

async function makeLocalCheckpoint(
  context: RDDContext,
  node: LineageNode,
  properties: JobProperties,
): Promise<LineageNode> {
  if (context.engineCapabilities.keepsLocalCheckpoints) {
    await context.checkpointLocally(node, properties)
    const identity = identityOf(node, properties)
    return Object.freeze({ ...identity, kind: 'localCheckpoint', className: 'LocalCheckpointRDD' })
  }
  const parts = await context.runJob({ node, sink: builtin('encodePartition'), properties })
  const blocks = (parts as { bytes: Uint8Array; count: number }[]).map(
    ({ bytes, count }): DataBlock => ({ format: 'records', bytes: shared(bytes), recordCount: count }),
  )
  return Object.freeze({
    ...identityOf(node, properties),
    kind: 'blocks',
    className: 'LocalCheckpointRDD',
    blocks,
  })
}

/** The checkpoint goes under its RDD's own id and storage level, so that partitions kept before it was written are still found. */
function identityOf({ id, numPartitions, partitioner, storage }: LineageNode, { callSite }: JobProperties) {
  const ownStorage: NodeStorage = {
    get level() {
      return storage.level
    },
    checkpoint: 'none',
    checkpointed: null,
  }
  return { id, callSite, numPartitions, partitioner, storage: ownStorage }
}

/** Memory that every worker reads without a copy. */
function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
