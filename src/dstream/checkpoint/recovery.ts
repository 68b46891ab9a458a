import type { Checkpoint, OperatorCheckpoint } from '../../batches/checkpoint/checkpoint.ts'
import { CheckpointDirectory, type ReadCheckpoint } from '../../batches/checkpoint/checkpoint-directory.ts'
import { CheckpointMismatchError } from '../../batches/checkpoint/errors.ts'
import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import type { Duration } from '../../batches/duration.ts'
import type { BatchLedger } from '../../batches/ledger/batch-ledger.ts'
import type { KeptInputs, KeptLedger } from '../../batches/ledger/kept-ledger.ts'
import { qualifyPath } from '../../files/file-systems.ts'
import { log } from '../../log.ts'
import type { DStreamNode } from '../dstream-node.ts'
import { readRDD } from './rdd-files.ts'
import type { RecoveredRun } from './recovered-run.ts'

/** How a run takes up an earlier one. */
export interface RecoveryOptions {
  /** Whether to start without recovery when there are checkpoints and none of them can be read; false unless given. */
  readonly createOnError?: boolean
  /** Ids of operators whose data is not wanted any more, as the error names them. */
  readonly dropOperators?: readonly string[]
}

/** Reads the checkpoint to recover from; null when there is none. @throws SparkException when there are checkpoints and none can be read. */
export async function readCheckpoint(
  path: string,
  { createOnError = false, dropOperators = [] }: RecoveryOptions,
): Promise<ReadCheckpoint | null> {
  try {
    const read = await new CheckpointDirectory(path).readNewest()
    return read && { ...read, checkpoint: withoutOperators(read.checkpoint, dropOperators) }
  } catch (error) {
    if (!createOnError || error instanceof CheckpointMismatchError) throw error
    log('WARN', 'StreamingContext', `Beginning anew: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

/** @throws CheckpointMismatchError when the program does not fit the checkpoint. */
export function assertRecoverable(run: {
  readonly graph: RecoverableGraph
  readonly checkpoint: Checkpoint
  /** Where the checkpoint was read. */
  readonly path: string
  /** Where the program will write its own. */
  readonly checkpointDir: string
}): void {
  const { graph, checkpoint, path, checkpointDir } = run
  if (qualifyPath(path) !== qualifyPath(checkpointDir)) {
    throw new CheckpointMismatchError(
      `getOrCreate was given the directory ${qualifyPath(path)}, and the setup function checkpoints to ${qualifyPath(checkpointDir)}: they must be the same`,
    )
  }
  const batchIntervalMs = graph.batchDuration.milliseconds
  if (batchIntervalMs !== checkpoint.batchIntervalMs) {
    throw new CheckpointMismatchError(
      `The checkpoint in ${path} is of a program with batches of ${checkpoint.batchIntervalMs} ms, and this one has batches of ` +
        `${batchIntervalMs} ms: batches that have to run again would have no place. Keep the interval, or start in an empty directory.`,
    )
  }
  assertAllMatched(graph, checkpoint)
  for (const stream of graph.streams) stream.assertRecoverable(path)
}

/** The part of the graph that recovery needs. */
export interface RecoverableGraph {
  readonly batchDuration: Duration
  readonly streams: readonly DStreamNode<unknown>[]
  operatorId(stream: DStreamNode<unknown>): string
}

/** Gives the ledger and the streams of a program what a checkpoint kept of them; streams are matched by operator id. */
export function restoreRun(
  graph: RecoverableGraph,
  ledger: BatchLedger,
  checkpoint: Checkpoint,
  directory: CheckpointDirectory,
): void {
  ledger.restore(withInputsOfEarlierFormat(graph, checkpoint))
  const pending = new Set(ledger.unfinished)
  const { checkpointTime } = checkpoint
  const run: RecoveredRun = { checkpointTime, runs: (time) => time > checkpointTime || pending.has(time) }
  let firstToRun = checkpointTime + checkpoint.batchIntervalMs
  for (const time of pending) firstToRun = Math.min(firstToRun, time)
  for (const stream of graph.streams) {
    const kept = checkpoint.operators[graph.operatorId(stream)]
    if (kept === undefined) {
      // Others make the RDD of an earlier batch from those of their parents, whenever it is needed.
      if (stream.mustCheckpoint || stream.dependencies.length === 0) stream.beginAt(firstToRun)
      continue
    }
    if (kept.data !== undefined) stream.restoreCheckpointData(kept.data, run)
    for (const [time, files] of Object.entries(kept.rdds ?? {})) {
      const rdd = readRDD(stream.context.sparkContext, directory, files, stream.keepsState ? Number(time) : null)
      stream.restoreRDD(Number(time), rdd)
    }
  }
}

/** Before there was a ledger, each stream kept what its batches read. */
function withInputsOfEarlierFormat(graph: RecoverableGraph, { ledger, operators }: Checkpoint): KeptLedger {
  const unfinished: Record<string, Record<string, PlainData>> = copyOf(ledger.unfinished)
  const finished: Record<string, Record<string, PlainData>> = copyOf(ledger.finished)
  for (const stream of graph.streams) {
    const id = graph.operatorId(stream)
    const data = operators[id]?.data
    if (data === undefined) continue
    for (const [time, positions] of Object.entries(stream.inputsOfEarlierFormat(data))) {
      const batches = time in unfinished ? unfinished : finished
      batches[time] = { ...batches[time], [id]: positions }
    }
  }
  return { unfinished, finished }
}

function copyOf(batches: Readonly<Record<string, KeptInputs>>): Record<string, Record<string, PlainData>> {
  return Object.fromEntries(Object.entries(batches).map(([time, inputs]) => [time, { ...inputs }]))
}

function assertAllMatched(graph: RecoverableGraph, { operators, ledger }: Checkpoint): void {
  const ids = new Map(graph.streams.map((stream) => [graph.operatorId(stream), stream]))
  const read = inputsWithPositions(ledger)
  const unmatched = Object.entries(operators).filter(([id, kept]) => (hasData(kept) || read.has(id)) && !ids.has(id))
  if (unmatched.length === 0) return
  const fresh = [...ids].filter(([id]) => operators[id] === undefined)
  const lost = unmatched.map(([id, { description }]) => `'${id}' (${description})`).join(', ')
  const candidates = fresh.map(([id, stream]) => `'${id}' (${stream.creationSite})`).join(', ')
  throw new CheckpointMismatchError(
    `The checkpoint holds data of operators that this program does not have: ${lost}. ` +
      (fresh.length > 0 ? `Operators of the program that the checkpoint does not know: ${candidates}. ` : '') +
      "Give the operator that continues one of them its id with .name('…'); where the data is no longer wanted, " +
      'drop it with the option dropOperators of StreamingContext.getOrCreate, or start in an empty directory.',
  )
}

function hasData({ data, rdds }: OperatorCheckpoint): boolean {
  return data !== undefined || Object.keys(rdds ?? {}).length > 0
}

/** The ids of the sources whose positions the ledger has. */
function inputsWithPositions({ unfinished, finished }: KeptLedger): Set<string> {
  const all = [...Object.values(unfinished), ...Object.values(finished)]
  return new Set(
    all.flatMap((inputs) => Object.entries(inputs).flatMap(([id, positions]) => (positions === null ? [] : [id]))),
  )
}

/** @throws CheckpointMismatchError for an id that the checkpoint does not have. */
function withoutOperators(checkpoint: Checkpoint, ids: readonly string[]): Checkpoint {
  const unknown = ids.filter((id) => checkpoint.operators[id] === undefined)
  if (unknown.length > 0) {
    throw new CheckpointMismatchError(
      `dropOperators names operators that the checkpoint does not have: ${unknown.join(', ')}. It has ${Object.keys(checkpoint.operators).join(', ')}`,
    )
  }
  const operators = Object.fromEntries(Object.entries(checkpoint.operators).filter(([id]) => !ids.includes(id)))
  const without = (batches: Readonly<Record<string, KeptInputs>>) =>
    Object.fromEntries(
      Object.entries(batches).map(([time, inputs]) => [
        time,
        Object.fromEntries(Object.entries(inputs).filter(([id]) => !ids.includes(id))),
      ]),
    )
  const { unfinished, finished } = checkpoint.ledger
  return { ...checkpoint, operators, ledger: { unfinished: without(unfinished), finished: without(finished) } }
}
