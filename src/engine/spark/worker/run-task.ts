import { setBlockOutput } from '../../../task/block-output.ts'
import { beginTask, takeAccumulatorUpdates } from '../../../task/shared-variables.ts'
import { setSparkFilesRoot } from '../../../task/spark-files.ts'
import type { TaskOutput } from '../../../task/stage/task-output.ts'
import { setTaskContext } from '../../../task/task-context.ts'
import { ACCUMULATOR_LEAF, ANCHOR_LEAF, type Route, type SparkCommand, type StageOutput } from '../command.ts'
import type { RowBatch } from '../rows/row-batch.ts'
import type { TaskStart } from './protocol/task-start.ts'
import type { RowOutput } from './row-output.ts'
import { sendStored } from './send-stored.ts'
import type { TaskDirectory } from './task-directory.ts'
import { taskInput } from './task-inputs.ts'
import { TaskRows } from './task-rows.ts'
import type { WorkerState } from './worker-state.ts'

const NO_BYTES = new Uint8Array(0)

/** Runs one Spark task: gathers its rows, then runs every target that they name as a task of ours. */
export async function runTask(
  start: TaskStart,
  command: SparkCommand,
  batches: AsyncIterable<RowBatch>,
  output: RowOutput,
  state: WorkerState,
  directory: TaskDirectory,
): Promise<void> {
  const rows = new TaskRows(command.limits.inputMemoryBytes, directory.path)
  try {
    for await (const batch of batches) rows.add(batch)
    for (const row of rows.accumulatorRows) await output.add({ ...row, target: 0 })
    const targets = rows.targets().filter((target) => command.tasks.has(target))
    if (targets.length === 0) return
    setSparkFilesRoot(start.filesDir)
    const stage = await state.prepare(command, start.filesDir)
    const first = smallest(command.tasks.keys())
    for (const target of targets) {
      const given = command.tasks.get(target)
      if (given === undefined) continue
      beginTask()
      setTaskContext({
        stageId: command.stageId,
        partitionId: given.partition,
        attemptNumber: start.attemptNumber,
        taskAttemptId: start.taskAttemptId,
        localProperties: command.localProperties,
      })
      const limits = { shuffleMemoryBytes: command.limits.shuffleMemoryBytes }
      let part = 0
      setBlockOutput((block) => output.add({ target: given.partition, leaf: 0, source: 0, part: part++, block }))
      const result = await stage.run(taskInput(given, target, rows), limits)
      await send(result, target, command.output, output, state)
      if (target === first) await sendAnchors(command.output.anchors, output)
      const updates = takeAccumulatorUpdates()
      if (updates.length > 0) {
        await output.addBlock({ target: 0, leaf: ACCUMULATOR_LEAF, source: target }, state.codec.encode(updates))
      }
    }
  } finally {
    setBlockOutput(null)
    setTaskContext(null)
    rows.close()
  }
}

async function send(
  result: TaskOutput,
  target: number,
  output: StageOutput,
  rows: RowOutput,
  state: WorkerState,
): Promise<void> {
  if (output.kind === 'blocks') return
  if (output.kind === 'shuffle') {
    if (result.kind !== 'shuffle') throw new Error('a stage that ends in a shuffle gave a result')
    await sendBuckets(result, target, output.routes, rows)
    return
  }
  if (result.kind === 'shuffle') throw new Error('a stage that ends in a result gave a shuffle output')
  const bytes = result.kind === 'records' ? result.bytes : state.codec.encode([result.value])
  if (output.routes !== null) {
    await sendAlong(output.routes.get(target) ?? [], target, bytes, 0, rows)
    return
  }
  const parts = await rows.addBlock({ target, leaf: 0, source: 0 }, bytes)
  if (parts === 0) await rows.add({ target, leaf: 0, source: 0, part: 0, block: NO_BYTES })
}

async function sendBuckets(
  { output }: Extract<TaskOutput, { kind: 'shuffle' }>,
  target: number,
  routes: readonly Route[],
  rows: RowOutput,
): Promise<void> {
  for (let bucket = 0; bucket + 1 < output.offsets.length; bucket++) {
    const route = routes[bucket] ?? []
    if (route.length === 0) continue
    const inMemory = output.bytes.subarray(output.offsets[bucket], output.offsets[bucket + 1])
    let part = await sendAlong(route, target, inMemory, 0, rows)
    for (const stored of output.fileSegments?.[bucket] ?? []) {
      part = await sendStored(stored, part, (block, at) => sendAlong(route, target, block, at, rows))
    }
  }
}

/** Sends a block to every place of a route. @returns the next part's number. */
async function sendAlong(
  route: Route,
  source: number,
  block: Uint8Array,
  part: number,
  rows: RowOutput,
): Promise<number> {
  let next = part
  for (let at = 0; at + 1 < route.length; at += 2) {
    next = await rows.addBlock({ target: route[at] as number, leaf: route[at + 1] as number, source }, block, part)
  }
  return next
}

async function sendAnchors(count: number, rows: RowOutput): Promise<void> {
  for (let target = 0; target < count; target++) {
    await rows.add({ target, leaf: ANCHOR_LEAF, source: 0, part: 0, block: NO_BYTES })
  }
}

function smallest(numbers: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY
  for (const number of numbers) least = Math.min(least, number)
  return least
}
