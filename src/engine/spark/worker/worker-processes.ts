import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import type net from 'node:net'
import path from 'node:path'
import { reportCrash } from './crash-report.ts'
import { WorkerGuard } from './worker-guard.ts'

/** Workers that wait, started and with their modules loaded, for the executor's next connections. */
const SPARE_WORKERS = 2

export interface WorkerProcessOptions {
  /** The folder below which each worker has one of its own for spill files. */
  readonly localDir: string
  readonly heapMiB: number
  /** Where the executor looks for a report of a worker that crashed, or null. */
  readonly crashDir: string | null
  /** Called when no worker has a connection any more. */
  readonly onIdle: () => void
  /** Called when no worker can be started: its program is gone from the disk, for instance. */
  readonly onBroken: () => void
}

interface BusyWorker {
  readonly process: ChildProcess
  /** The worker's connection. The daemon holds it too, so that the executor sees it closed only after the report of a crash is written. */
  readonly socket: net.Socket
  isKilled: boolean
}

/**
 * The worker processes of a daemon: one per connection, so that the executor can kill a task by its process and a task that ends its process
 * ends no other. Started ahead, as starting takes a fifth of a second. A process serves one connection and then ends.
 */
export class WorkerProcesses {
  readonly #options: WorkerProcessOptions
  readonly #spares: ChildProcess[] = []
  readonly #busy = new Map<number, BusyWorker>()
  readonly #guard = new WorkerGuard()

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
    this.#busy.set(worker.pid, { process: worker, socket, isKilled: false })
    worker.send('serve', socket, { keepOpen: true }, (error) => {
      if (error !== null) socket.destroy()
    })
  }

  /** Kills the worker of that process id; any other process is left alone. */
  kill(pid: number): void {
    const worker = this.#busy.get(pid)
    if (worker === undefined) return
    worker.isKilled = true
    worker.process.kill('SIGKILL')
  }

  killAll(): void {
    const busy = [...this.#busy.values()].map((worker) => worker.process)
    for (const worker of [...this.#spares, ...busy]) worker.kill('SIGKILL')
    fs.rmSync(this.#options.localDir, { recursive: true, force: true })
  }

  #start(): ChildProcess {
    const { localDir, heapMiB } = this.#options
    const heap = `--max-old-space-size=${heapMiB}`
    // The output of user code goes to the executor's log, standard output included.
    const worker = spawn(process.execPath, [...process.execArgv, heap, ...workerEntry()], {
      stdio: ['ignore', 2, 2, 'ipc'],
      env: { ...process.env, MILLSTREAM_LOCAL_DIR: localDir },
    })
    worker.on('exit', (code, signal) => this.#onExit(worker, code, signal))
    worker.on('error', (error) => {
      process.stderr.write(`a Millstream worker cannot be started: ${error.message}\n`)
      this.#onExit(worker, null, null)
      this.#options.onBroken()
    })
    this.#tellGuard(worker)
    return worker
  }

  #onExit(worker: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    const at = this.#spares.indexOf(worker)
    if (at !== -1) this.#spares.splice(at, 1)
    const { pid } = worker
    const busy = pid === undefined ? undefined : this.#busy.get(pid)
    if (pid === undefined || busy === undefined) return
    this.#busy.delete(pid)
    const { crashDir, heapMiB, localDir, onIdle } = this.#options
    if (code !== 0 && !busy.isKilled) reportCrash(crashDir, { pid, code, signal }, heapMiB)
    busy.socket.destroy()
    fs.rmSync(path.join(localDir, String(pid)), { recursive: true, force: true })
    if (this.#spares.length === 0) this.#spares.push(this.#start())
    else this.#tellGuard()
    if (this.#busy.size === 0) onIdle()
  }

  #tellGuard(newest?: ChildProcess): void {
    const spares = [...this.#spares, ...(newest === undefined ? [] : [newest])].map(({ pid }) => pid)
    this.#guard.watch([...this.#busy.keys(), ...spares.filter((pid) => pid !== undefined)])
  }
}

/** This program again, in the role of a worker; in a source tree its TypeScript is loaded as the daemon's is. */
function workerEntry(): string[] {
  return [process.argv[1] as string, '--worker']
}
