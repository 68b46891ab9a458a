import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import type net from 'node:net'
import path from 'node:path'

/** Workers that wait, started and with their modules loaded, for the executor's next connections. */
const SPARE_WORKERS = 2

export interface WorkerProcessOptions {
  /** The folder below which each worker has one of its own for spill files. */
  readonly localDir: string
  readonly heapMiB: number
  /** Called when no worker has a connection any more. */
  readonly onIdle: () => void
}

/**
 * The worker processes of a daemon: one per connection, so that the executor can kill a task by its process and a task that ends its process
 * ends no other. Started ahead, as starting takes a fifth of a second. A process serves one connection and then ends.
 */
export class WorkerProcesses {
  readonly #options: WorkerProcessOptions
  readonly #spares: ChildProcess[] = []
  readonly #busy = new Map<number, ChildProcess>()

  constructor(options: WorkerProcessOptions) {
    this.#options = options
    for (let count = 0; count < SPARE_WORKERS; count++) this.#spares.push(this.#start())
  }

  get busyCount(): number {
    return this.#busy.size
  }

  /** Hands a connection to a worker. */
  serve(socket: net.Socket): void {
    const worker = this.#spares.shift() ?? this.#start()
    if (worker.pid === undefined) {
      socket.destroy()
      return
    }
    this.#busy.set(worker.pid, worker)
    worker.send('serve', socket, (error) => {
      if (error !== null) socket.destroy()
    })
  }

  /** Kills the worker of that process id; any other process is left alone. */
  kill(pid: number): void {
    this.#busy.get(pid)?.kill('SIGKILL')
  }

  killAll(): void {
    for (const worker of [...this.#spares, ...this.#busy.values()]) worker.kill('SIGKILL')
    fs.rmSync(this.#options.localDir, { recursive: true, force: true })
  }

  #start(): ChildProcess {
    const { localDir, heapMiB } = this.#options
    const heap = `--max-old-space-size=${heapMiB}`
    // What user code prints goes to the executor's log, stdout included.
    const worker = spawn(process.execPath, [...process.execArgv, heap, ...workerEntry()], {
      stdio: ['ignore', 2, 2, 'ipc'],
      env: { ...process.env, MILLSTREAM_LOCAL_DIR: localDir },
    })
    worker.on('exit', () => this.#onExit(worker))
    worker.on('error', (error) => {
      process.stderr.write(`a Millstream worker cannot be started: ${error.message}\n`)
      this.#onExit(worker)
    })
    return worker
  }

  #onExit(worker: ChildProcess): void {
    const at = this.#spares.indexOf(worker)
    if (at !== -1) this.#spares.splice(at, 1)
    if (worker.pid === undefined || !this.#busy.delete(worker.pid)) return
    fs.rmSync(path.join(this.#options.localDir, String(worker.pid)), { recursive: true, force: true })
    if (this.#spares.length === 0) this.#spares.push(this.#start())
    if (this.#busy.size === 0) this.#options.onIdle()
  }
}

/** This program again, in the role of a worker; in a source tree its TypeScript is loaded as the daemon's is. */
function workerEntry(): string[] {
  return [process.argv[1] as string, '--worker']
}
