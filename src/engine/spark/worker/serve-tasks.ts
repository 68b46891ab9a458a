import { serializeError } from '../../../closure/worker/serialize-error.ts'
import { foldStacksOf } from '../../../stack-frames.ts'
import { systemTimeMs } from '../../../system-clock.ts'
import { decodeCommand } from '../command.ts'
import { formatErrorText } from '../error-text.ts'
import type { TaskProgress } from './last-words.ts'
import { type ByteInput, EndOfInputError } from './protocol/byte-input.ts'
import { Marker } from './protocol/markers.ts'
import { nextTaskStart } from './protocol/read-start.ts'
import type { TaskStart } from './protocol/task-start.ts'
import type { WorkerOutput } from './protocol/worker-output.ts'
import { taskRowBatches } from './row-input.ts'
import { RowOutput } from './row-output.ts'
import { runTask } from './run-task.ts'
import type { TaskDirectory } from './task-directory.ts'
import { WorkerState } from './worker-state.ts'

/** Runs the tasks of a connection until the executor closes it or one fails. */
export async function serveTasks(
  input: ByteInput,
  output: WorkerOutput,
  directory: TaskDirectory,
  isReused: boolean,
  progress: TaskProgress,
): Promise<void> {
  const state = new WorkerState(directory)
  let goesOn = true
  while (goesOn) goesOn = (await serveTask(input, output, state, directory, progress)) && isReused
  await input.discard()
}

/** @returns whether the executor may send another task. */
async function serveTask(
  input: ByteInput,
  output: WorkerOutput,
  state: WorkerState,
  directory: TaskDirectory,
  progress: TaskProgress,
): Promise<boolean> {
  let rows: RowOutput | null = null
  let start: TaskStart | null = null
  let bootMs = 0
  let initMs = 0
  try {
    start = await nextTaskStart(input)
    if (start === null) return false
    bootMs = systemTimeMs()
    const command = decodeCommand(start.command)
    initMs = systemTimeMs()
    rows = new RowOutput(output, command.limits.maxBlockBytes)
    progress.rows = rows
    progress.isRunning = true
    await runTask(start, command, taskRowBatches(input, command, start), rows, state, directory)
    await rows.end()
  } catch (error) {
    if (error instanceof EndOfInputError) return false
    await rows?.abandon()
    foldStacksOf(error)
    await output.writeException(formatErrorText(serializeError(error)))
    return false
  } finally {
    progress.isRunning = false
    directory.clear()
  }
  await output.writeEnd(start.wire, { bootMs, initMs, finishMs: systemTimeMs() })
  const isWhole = (await input.readInt()) === Marker.END_OF_STREAM
  await output.writeInt(isWhole ? Marker.END_OF_STREAM : Marker.END_OF_DATA_SECTION)
  return isWhole
}
