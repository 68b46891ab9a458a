import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** How a program is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** After this time the process is killed and the benchmark fails. */
  readonly timeoutMs?: number
  /** Is told each line of standard output. */
  readonly onLine?: (line: string) => void
}

export interface ProcessOutput {
  readonly lines: readonly string[]
}

const TIMEOUT_MS = 300_000
/** How much of a failed program's output its error shows. */
const SHOWN_CHARACTERS = 3000

const running = new Set<ChildProcess>()
process.on('exit', () => killAll())
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    killAll()
    process.exit(130)
  })
}

function killAll(): void {
  for (const child of running) killGroup(child)
}

/** Ends a process and all that it started: a program that fails may leave a server behind, which would hold our pipes open. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A process of ours, the leader of a group; neither it nor what it starts outlives this one. */
export class RunningProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #name: string
  readonly #lines: string[] = []
  /** Those who wait for another line, or the end. */
  #waiting: (() => void)[] = []
  readonly #closed: Promise<void>
  #errors = ''
  #hasTimedOut = false

  constructor(command: string, args: readonly string[], options: StartOptions = {}) {
    const { env = {}, timeoutMs = TIMEOUT_MS, onLine = () => {} } = options
    this.#name = [command, ...args].join(' ')
    this.#child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.#child.once('exit', () => killGroup(this.#child))
    running.add(this.#child)
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.#lines.push(line)
      onLine(line)
      this.#wake()
    })
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-SHOWN_CHARACTERS)
    })
    const timer = setTimeout(() => {
      this.#hasTimedOut = true
      killGroup(this.#child)
    }, timeoutMs)
    this.#closed = this.#whenClosed().finally(() => {
      clearTimeout(timer)
      running.delete(this.#child)
      this.#wake()
    })
    this.#closed.catch(() => {})
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const look of waiting) look()
  }

  async #whenClosed(): Promise<void> {
    const [error] = await Promise.race([once(this.#child, 'close').then(() => []), once(this.#child, 'error')])
    if (error !== undefined) throw error
  }

  /** @returns the first line that begins with `prefix`, without it. @throws when the process ends before. */
  async lineWith(prefix: string): Promise<string> {
    for (;;) {
      const line = this.#lines.find((candidate) => candidate.startsWith(prefix))
      if (line !== undefined) return line.slice(prefix.length)
      if (!running.has(this.#child)) throw this.#failure(`printed no line '${prefix}…'`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Waits until the process ended of itself. @throws when it failed. */
  async end(): Promise<ProcessOutput> {
    await this.#closed
    if (this.#hasTimedOut) throw this.#failure('took too long and was killed')
    const { exitCode, signalCode } = this.#child
    if (exitCode !== 0) throw this.#failure(`ended with ${exitCode ?? signalCode}`)
    return { lines: this.#lines }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killGroup(this.#child)
    await this.#closed.catch(() => {})
  }

  #failure(what: string): Error {
    const output = this.#lines.join('\n').slice(-SHOWN_CHARACTERS)
    return new Error(`${this.#name} ${what}\n${output}\n${this.#errors}`)
  }
}

/** Runs a program to its end. @returns what it printed behind `RESULT`. @throws when it fails or prints no result. */
export async function runForResult<T>(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<T> {
  await using child = new RunningProcess(command, args, options)
  const { lines } = await child.end()
  const line = lines.find((candidate) => candidate.startsWith('RESULT '))
  if (line === undefined) throw new Error(`${command} ${args.join(' ')} printed no result:\n${lines.join('\n')}`)
  return JSON.parse(line.slice('RESULT '.length)) as T
}
