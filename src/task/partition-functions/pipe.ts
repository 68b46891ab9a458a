import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { IllegalStateException, SparkException } from '../../errors.ts'
import { textOf } from '../text-of.ts'

/** The options of `pipe`, as they travel with the program. */
export interface PipeSettings {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly encoding: BufferEncoding
  readonly printPipeContext: ((print: (line: string) => void) => unknown) | null
  readonly printRDDElement: ((record: never, print: (line: string) => void) => unknown) | null
  readonly checkCode: boolean
  readonly workingDir: string | null
  readonly separateWorkingDir: boolean
  /** Text gathered before it is written to the command's input, in UTF-16 units. */
  readonly bufferSize: number
}

/**
 * Sends the partition's records, a line each, through a command and gives the lines that it prints. What it prints to its error output
 * goes to this process's. The command is ended when nobody reads on.
 */
export async function* pipeThrough(
  records: Iterable<unknown>,
  _partition: number,
  options: PipeSettings,
): AsyncGenerator<string> {
  const [program, ...args] = options.command
  const ownDirectory = options.separateWorkingDir ? await makeTaskDirectory(options.workingDir ?? '.') : null
  const cwd = ownDirectory ?? options.workingDir
  const child = spawn(program!, args, {
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
    ...(cwd === null ? {} : { cwd }),
  })
  const ended = new Promise<[code: number | null, signal: NodeJS.Signals | null]>((resolve, reject) => {
    child.once('close', (code, signal) => resolve([code, signal]))
    // Where a command cannot be started, this is the only word of it.
    child.once('error', (cause) => reject(startFailure(program!, cause)))
  })
  // Waited for below, unless the reader leaves before.
  ended.catch(() => {})
  child.stderr.pipe(process.stderr, { end: false })

  let feedError: unknown = null
  const fed = feed(child, records, options).catch((error: unknown) => {
    feedError = error
    child.kill()
  })
  let isFinished = false
  try {
    yield* createInterface({ input: child.stdout.setEncoding(options.encoding), crlfDelay: Number.POSITIVE_INFINITY })
    const [code, signal] = await ended
    isFinished = true
    await fed
    if (feedError !== null) throw feedError
    if (options.checkCode && code !== 0) {
      const ending = code === null ? `by signal ${signal}` : `with status ${code}`
      throw new IllegalStateException(
        'SUBPROCESS_FAILED',
        `Subprocess exited ${ending}. Command ran: ${options.command.join(' ')}`,
      )
    }
  } finally {
    child.stderr.unpipe(process.stderr)
    if (!isFinished) child.kill('SIGKILL')
    if (ownDirectory !== null) await fs.rm(ownDirectory, { recursive: true, force: true })
  }
}

/** The folder of tasks' own directories within a working directory. */
const TASKS = 'tasks'

/** A new directory that holds links to all that a working directory holds. @returns its path. */
async function makeTaskDirectory(workingDir: string): Promise<string> {
  const directory = path.resolve(workingDir, TASKS, randomUUID())
  await fs.mkdir(directory, { recursive: true })
  const names = await fs.readdir(workingDir)
  const linked = names.filter((name) => name !== TASKS)
  await Promise.all(linked.map((name) => fs.symlink(path.resolve(workingDir, name), path.join(directory, name))))
  return directory
}

async function feed(
  child: ChildProcessWithoutNullStreams,
  records: Iterable<unknown>,
  options: PipeSettings,
): Promise<void> {
  const { stdin } = child
  // A command may stop reading before its end, as `head` does; what it prints still counts.
  stdin.on('error', () => {})
  let pending = ''
  const print = (line: string) => {
    pending += `${line}\n`
  }
  const flush = async () => {
    const text = pending
    pending = ''
    if (text !== '' && !stdin.destroyed && !stdin.write(text, options.encoding)) await drainOrClose(stdin)
  }
  await options.printPipeContext?.(print)
  for (const record of records) {
    if (stdin.destroyed) return
    if (options.printRDDElement) await options.printRDDElement(record as never, print)
    else print(textOf(record))
    if (pending.length >= options.bufferSize) await flush()
  }
  await flush()
  stdin.end()
}

/** Resolves once a stream takes more, or will never take anything again. */
function drainOrClose(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve()
    const settle = () => {
      stream.off('drain', settle).off('close', settle)
      resolve()
    }
    stream.on('drain', settle).on('close', settle)
  })
}

function startFailure(program: string, cause: Error): SparkException {
  return new SparkException('SUBPROCESS_NOT_STARTED', `Cannot run program "${program}": ${cause.message}`, { cause })
}
