import net from 'node:net'
import { answerExecutor, greetExecutor } from './handshake.ts'
import { sayWhyOnExit, type TaskProgress } from './last-words.ts'
import { ByteInput } from './protocol/byte-input.ts'
import { WorkerOutput } from './protocol/worker-output.ts'
import { serveTasks } from './serve-tasks.ts'
import { TaskDirectory } from './task-directory.ts'
import type { WorkerEnvironment } from './worker-environment.ts'

/** A daemon's worker: waits for its connection, serves it and ends. */
export function runWorker({ secret, isReused, localDir }: WorkerEnvironment): void {
  const directory = TaskDirectory.ofProcess(localDir)
  process.once('message', (_message: unknown, socket: net.Socket) => {
    void serve(socket, directory, isReused, (input, output) => answerExecutor(input, output, secret))
  })
  // Nothing else would end this process after the daemon is gone.
  process.once('disconnect', () => process.exit(1))
}

/** A worker that the executor starts by itself and that connects back: one connection, one task. */
export function runSingleWorker({ connectTo, secret, localDir }: WorkerEnvironment): void {
  const socket = net.connect(connectTo)
  const directory = TaskDirectory.ofProcess(localDir)
  void serve(socket, directory, false, (input, output) => greetExecutor(input, output, secret))
}

type Handshake = (input: ByteInput, output: WorkerOutput) => Promise<boolean>

/** Callers do not await the promise. A rejection ends the process, and the crash report names the error. */
async function serve(
  socket: net.Socket,
  directory: TaskDirectory,
  isReused: boolean,
  handshake: Handshake,
): Promise<void> {
  process.once('exit', () => directory.clear())
  socket.setNoDelay(true)
  const input = new ByteInput(socket)
  const output = new WorkerOutput(socket)
  const progress: TaskProgress = { isRunning: false, rows: null }
  sayWhyOnExit(socket, progress)
  try {
    if (await handshake(input, output)) await serveTasks(input, output, directory, isReused, progress)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`a Millstream worker ends: ${error instanceof Error ? error.stack : error}\n`)
    process.exit(1)
  }
}
