import { randomUUID } from 'node:crypto'
import type { ChangesDirectory, PartDirectory, RDDFiles } from '../../batches/checkpoint/checkpoint.ts'
import { type CheckpointDirectory, DATA_DIRECTORY } from '../../batches/checkpoint/checkpoint-directory.ts'
import { partPath } from '../../batches/checkpoint/part-path.ts'
import type { JobProperties } from '../../engine/engine.ts'
import type { LineageNode } from '../../engine/lineage.ts'
import { cogroup } from '../../rdd/operations/cogroup.ts'
import { narrow } from '../../rdd/operations/narrow.ts'
import { RDD } from '../../rdd/rdd.ts'
import type { RDDContext } from '../../rdd/rdd-context.ts'
import { type NodeShape, RDDLineage } from '../../rdd/rdd-lineage.ts'
import { requestCheckpointBy } from '../../rdd/saving/checkpointing.ts'
import { partitionerFile, readPartitionerFile } from '../../rdd/saving/partitioner-file.ts'
import { workerDirectory } from '../../rdd/saving/worker-directory.ts'
import type { WrittenPart } from '../../task/partition-functions/checkpoint.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { StateRDD, shapeOfCheckpoint } from '../state/state-rdd.ts'

/** When this many change files of one size exist, they are merged into one of the next size. So the number of files grows with the logarithm of the number of checkpoints. */
const MERGED_CHANGES = 4

/** An RDD with one record per key. Changes are computed against the previous RDD of the same stream. */
type Pairs = RDD<readonly [unknown, unknown]>

/** Where RDDs were written to. */
const written = new WeakMap<RDD<never>, RDDFiles>()

/** The files that hold an RDD of a stream, or null when it was not written, or not yet. */
export function filesOf(rdd: RDD<never>): RDDFiles | null {
  return written.get(rdd) ?? null
}

/** The facts about an RDD that {@link requestCheckpoint} needs. */
export interface CheckpointRequest {
  readonly directory: CheckpointDirectory
  /** The id of the RDD's stream. */
  readonly operatorId: string
  /** The batch's time in milliseconds. */
  readonly time: number
  /** The stream's RDD that was checkpointed last; null when there is none, or when its records do not become this one's by a few changes. */
  readonly previous: () => RDD<never> | null
}

/** Requests that an RDD be written after the next job that computes it: only the changes since the previous RDD, or the whole RDD when that is no more work. */
export function requestCheckpoint(rdd: RDD<never>, request: CheckpointRequest): void {
  requestCheckpointBy(rdd.context, rdd.lineage, async (context, node, properties) => {
    const files = await writeRDD(rdd, request, node, { context, properties })
    written.set(rdd, files)
    const shape = readingShape(context, request.directory, files, node.partitioner)
    return rdd instanceof StateRDD ? shapeOfCheckpoint(context, shape, rdd.timeMs) : shape
  })
}

/** The RDD that an earlier run has written. @param stateTimeMs the batch's time where it was a state; null for another RDD. */
export function readRDD<T>(
  context: RDDContext,
  directory: CheckpointDirectory,
  files: RDDFiles,
  stateTimeMs: number | null = null,
): RDD<T> {
  const partitioner = files.partitioner === null ? null : readPartitionerFile(Buffer.from(files.partitioner, 'base64'))
  const shape = readingShape(context, directory, files, partitioner)
  const rdd =
    stateTimeMs === null
      ? new RDD<T>(context, RDDLineage.ready(context, 'checkpointFile', shape))
      : (StateRDD.ofCheckpoint(context, shape, stateTimeMs) as unknown as RDD<T>)
  written.set(rdd as RDD<never>, files)
  return rdd
}

interface Job {
  readonly context: RDDContext
  readonly properties: JobProperties
}

async function writeRDD(rdd: RDD<never>, request: CheckpointRequest, node: LineageNode, job: Job): Promise<RDDFiles> {
  const encoded = node.partitioner && partitionerFile(node.partitioner)
  const partitioner = encoded && Buffer.from(encoded).toString('base64')
  const previous = request.previous()
  const before = previous && filesOf(previous)
  if (previous !== null && before !== null && partitioner !== null && canAppend(before, partitioner)) {
    const { kept, merged, level } = planMerge(before.changes)
    const reader = await changesOf(rdd, previous, merged, { request, partitioner: node.partitioner! })
    const changes = await writeParts(reader, request, 'changes', job).catch((error: unknown) => {
      if (areChangesUnknown(error)) return null
      throw error
    })
    if (changes !== null) return { ...before, changes: [...kept, { ...changes, level }] }
  }
  const contents = rdd instanceof StateRDD ? await rdd.entries().resolve() : node
  return { partitioner, snapshot: await writeParts(contents, request, 'snapshot', job), changes: [] }
}

/** A worker that has recomputed a state does not know which keys changed earlier. */
function areChangesUnknown(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } }
  return cause?.code === 'STATE_CHANGES_UNKNOWN'
}

/** Once the changes take as much space as the state, the next checkpoint is a snapshot: on average, that doubles what is written. */
function canAppend({ snapshot, changes, partitioner }: RDDFiles, current: string): boolean {
  return partitioner === current && changes.reduce((sum, one) => sum + sizeOf(one), 0) < sizeOf(snapshot)
}

function sizeOf({ parts }: PartDirectory): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Chooses the change files that are merged into the file that is about to be written. */
function planMerge(changes: readonly ChangesDirectory[]) {
  let level = 0
  let end = changes.length
  for (;;) {
    const start = end - (MERGED_CHANGES - 1)
    if (start < 0 || changes.slice(start, end).some((one) => one.level !== level)) break
    end = start
    level++
  }
  return { kept: changes.slice(0, end), merged: changes.slice(end), level }
}

async function changesOf(
  rdd: RDD<never>,
  previous: RDD<never>,
  merged: readonly ChangesDirectory[],
  { request, partitioner }: { readonly request: CheckpointRequest; readonly partitioner: Partitioner<never> },
): Promise<LineageNode> {
  const { context } = rdd
  const between = merged.map((changes) => filesRDD(context, request.directory, changes, partitioner))
  if ((rdd as RDD<unknown>) instanceof StateRDD && (previous as RDD<unknown>) instanceof StateRDD) {
    const changes = (rdd as unknown as StateRDD<unknown, unknown>).changesSince(
      (previous as unknown as StateRDD<unknown, unknown>).timeMs,
    )
    if (between.length === 0) return changes.resolve()
    const groups = cogroup('checkpoint', changes, between, () => partitioner)
    return narrow(groups, 'checkpoint', builtin('mergedChanges'), { preservesPartitioning: true }).resolve()
  }
  const grouped = cogroup('checkpoint', rdd as Pairs, [previous as Pairs, ...between], () => partitioner)
  return narrow(grouped, 'checkpoint', builtin('changesOfState'), { preservesPartitioning: true }).resolve()
}

async function writeParts(
  node: LineageNode,
  { directory, operatorId, time }: CheckpointRequest,
  kind: 'snapshot' | 'changes',
  { context, properties }: Job,
): Promise<PartDirectory> {
  // The name differs from that of a directory that an earlier run may have begun to write for the same batch.
  const relative = `${DATA_DIRECTORY}/${encodeURIComponent(operatorId)}/${time}-${kind}-${randomUUID().slice(0, 8)}`
  const path = directory.resolve(relative)
  const sink = builtin('saveCheckpointPart', await workerDirectory(context, path, 'a checkpoint is written to'))
  try {
    await context.fileSystem(path).mkdirs(path)
    const parts = (await context.runJob({ node, sink, properties })) as WrittenPart[]
    return { directory: relative, parts }
  } catch (error) {
    await directory.deleteData(relative).catch(() => {})
    throw error
  }
}

function readingShape(
  context: RDDContext,
  directory: CheckpointDirectory,
  { snapshot, changes }: RDDFiles,
  partitioner: Partitioner<never> | null,
): NodeShape {
  if (changes.length === 0 || partitioner === null) return filesShape(directory, [snapshot], partitioner)
  const files = filesShape(directory, [...changes.toReversed(), snapshot], partitioner)
  const changeCounts = snapshot.parts.map((_, partition) =>
    changes.reduce((sum, { parts }) => sum + parts[partition]!.records, 0),
  )
  return {
    kind: 'narrow',
    className: 'ReliableCheckpointRDD',
    numPartitions: partitioner.numPartitions,
    partitioner,
    parent: new RDD(context, RDDLineage.ready(context, 'checkpoint', files)).lineage.node!,
    op: builtin('latestState', changeCounts),
  }
}

function filesRDD(
  context: RDDContext,
  directory: CheckpointDirectory,
  parts: PartDirectory,
  partitioner: Partitioner<never>,
): Pairs {
  return new RDD(context, RDDLineage.ready(context, 'checkpoint', filesShape(directory, [parts], partitioner)))
}

/** Each partition is those of the directories, one behind the other. */
function filesShape(
  checkpoints: CheckpointDirectory,
  directories: readonly PartDirectory[],
  partitioner: Partitioner<never> | null,
): NodeShape {
  const numPartitions = directories[0]!.parts.length
  return {
    kind: 'files',
    className: 'ReliableCheckpointRDD',
    format: 'records',
    numPartitions,
    partitioner,
    partitions: Array.from({ length: numPartitions }, (_, partition) =>
      directories.map(({ directory, parts }) => ({
        path: partPath(checkpoints.resolve(directory), partition),
        start: 0,
        length: parts[partition]!.bytes,
        isCompressed: false,
      })),
    ),
    recordLength: 0,
  }
}
