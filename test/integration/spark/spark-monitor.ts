import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { collectGarbage } from '../../../src/task/collect-garbage.ts'
import type { SparkServer } from './spark-server.ts'

const run = promisify(execFile)
const DEADLINE_MS = 60_000
const ASK_AGAIN_MS = 200

/** What a server with a user interface says of itself, and what it has on disk. */
export class SparkMonitor {
  readonly #server: SparkServer
  readonly #api: string

  private constructor(server: SparkServer, api: string) {
    this.#server = server
    this.#api = api
  }

  static async of(server: SparkServer): Promise<SparkMonitor> {
    const port = await server.process.said(/service 'SparkUI' on port (\d+)/)
    const root = `http://127.0.0.1:${port}/api/v1/applications`
    const [application] = (await (await fetch(root)).json()) as { id: string }[]
    return new SparkMonitor(server, `${root}/${application?.id}`)
  }

  /** Waits until so many executors are there. */
  async executors(count: number): Promise<void> {
    await this.#until(
      async () => {
        const all = await this.#get<{ id: string; isActive: boolean }[]>('executors')
        return all.filter(({ id, isActive }) => id !== 'driver' && isActive).length
      },
      (found) => found === count,
    )
  }

  /** RDDs that have blocks on executors, once the server has collected its garbage: what it let go of is freed by its cleaner then. */
  async keptRdds(): Promise<number> {
    const count = async () => (await this.#get<unknown[]>('storage/rdd')).length
    let last = Number.NaN
    return this.#until(
      async () => {
        await this.collectGarbage()
        return count()
      },
      (found) => {
        const isStable = found === last
        last = found
        return isStable
      },
    )
  }

  /** Waits until `measure` gives `value`, with this process's garbage collected too: what the program no longer refers to is let go of then. */
  async letGo(measure: () => Promise<number>, value: number): Promise<void> {
    await this.#until(
      () => {
        collectGarbage()
        return measure()
      },
      (found) => found === value,
    )
  }

  async collectGarbage(): Promise<void> {
    await run('jcmd', [String(this.#server.process.pid), 'GC.run'])
  }

  /** Bytes of the server's live objects, by a collection and a histogram of what it left. */
  async liveBytes(): Promise<number> {
    const { stdout } = await run('jcmd', [String(this.#server.process.pid), 'GC.class_histogram'], {
      maxBuffer: 1 << 26,
    })
    const total = /^Total\s+\d+\s+(\d+)/m.exec(stdout)?.[1]
    assert(total !== undefined, stdout.slice(0, 500))
    return Number(total)
  }

  /** Bytes of the artifacts that the server keeps for its sessions. */
  artifactBytes(): number {
    return bytesBelow(this.#server.process.directory, (path) => path.includes('/artifacts-'))
  }

  /** Bytes of blocks and shuffles that executors in the server's process have on disk. */
  blockBytes(): number {
    return bytesBelow(this.#server.process.directory, (path) => path.includes('/blockmgr-'))
  }

  /** Resident bytes of each worker that executors on this machine have started for sessions of the server. */
  workerBytes(): number[] {
    const { directory } = this.#server.process
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => statusOf(pid, directory))
      .filter((bytes) => bytes > 0)
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#api}/${path}`)
    assert(response.ok, `${path}: ${response.status}`)
    return (await response.json()) as T
  }

  async #until(measure: () => Promise<number>, isDone: (found: number) => boolean): Promise<number> {
    const deadline = performance.now() + DEADLINE_MS
    for (;;) {
      const found = await measure()
      if (isDone(found)) return found
      assert(performance.now() < deadline, `waited in vain; last found ${found}`)
      await sleep(ASK_AGAIN_MS)
    }
  }
}

/** Resident bytes of a process when it is a worker in a folder below `directory`. */
function statusOf(pid: string, directory: string): number {
  try {
    const isWorker = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('--worker')
    if (!isWorker || !readlinkSync(`/proc/${pid}/cwd`).startsWith(directory)) return 0
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    // It has just ended.
    return 0
  }
}

/** Bytes of the files below a directory that may change meanwhile. */
export function bytesBelow(directory: string, isWanted: (path: string) => boolean = () => true): number {
  let sum = 0
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && isWanted(path)) sum += statSync(path, { throwIfNoEntry: false })?.size ?? 0
  }
  return sum
}
