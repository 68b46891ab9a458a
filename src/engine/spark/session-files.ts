import { createHash } from 'node:crypto'
import { serialize } from 'node:v8'
import type { ClosurePayload } from '../../closure/wire/index.ts'
import { addArtifact } from '../../connect/artifacts.ts'
import type { ConnectSession } from '../../connect/session.ts'
import type { Shipment } from './command.ts'

/** A captured value of at most this length travels with each command. */
const SMALL_BYTES = 256 * 1024
/** A longer value travels with the commands of the first jobs that need it, this many times, and then becomes a session file. So a value of a single batch never becomes a file. */
const JOBS_BEFORE_FILE = 4
/** A captured value longer than this is never sent inline with a job; it becomes a session file at once. */
const MAX_INLINE_BYTES = 16 * 1024 * 1024
/** A value also becomes a session file at once when the tasks of a stage would receive more than this together. */
const MAX_TASKS_BYTES = 128 * 1024 * 1024
/** Names of values that were sent with commands, the oldest leaves first. */
const MAX_REMEMBERED = 1024
/** A file that none of this many jobs in a row has used counts as idle. */
const IDLE_JOBS = 32

interface SessionFile {
  readonly sending: Promise<void>
  readonly sizeBytes: number
  lastJob: number
}

/** Bytes that a job's plan may still take up. */
export interface PlanBudget {
  bytes: number
}

/**
 * How captured values reach the executors: with the command, or, when they are large and needed again and again, as files that each executor
 * fetches once. Spark keeps the files of a session until it ends.
 */
export class SessionFiles {
  readonly #session: ConnectSession
  readonly #names = new WeakMap<ClosurePayload, string>()
  readonly #files = new Map<string, SessionFile>()
  /** By name: how many jobs had the value in their commands, and the last of them. */
  readonly #inline = new Map<string, { jobs: number; lastJob: number }>()
  #job = 0

  constructor(session: ConnectSession) {
    this.#session = session
  }

  /** Begins a job: values that its stages share count once. */
  nextJob(): void {
    this.#job += 1
  }

  /** Bytes of files that no job needed for a while. */
  get idleBytes(): number {
    let sum = 0
    for (const { lastJob, sizeBytes } of this.#files.values()) if (this.#job - lastJob > IDLE_JOBS) sum += sizeBytes
    return sum
  }

  /** @param taskCount tasks of the stage that needs the value. */
  async ship(payload: ClosurePayload, taskCount: number, budget: PlanBudget): Promise<Shipment> {
    const sizeBytes = payload.cells.reduce((sum, { bytes }) => sum + bytes.length, payload.bytes.length)
    // Views of shared memory travel whole: the bytes are copied out of it.
    const inline = () => ({ kind: 'inline', payload: { ...payload, bytes: new Uint8Array(payload.bytes) } }) as const
    if (sizeBytes <= SMALL_BYTES) return inline()
    const name = this.#nameOf(payload)
    const isBearable =
      sizeBytes <= MAX_INLINE_BYTES && sizeBytes * taskCount <= MAX_TASKS_BYTES && sizeBytes <= budget.bytes
    if (!this.#files.has(name) && isBearable && this.#goesInline(name)) {
      budget.bytes -= sizeBytes
      return inline()
    }
    await this.#fileOf(name, payload)
    return { kind: 'file', name }
  }

  /** Counts the job that needs a value; whether it may go with the job's commands. */
  #goesInline(name: string): boolean {
    const known = this.#inline.get(name) ?? { jobs: 0, lastJob: -1 }
    if (known.lastJob !== this.#job) known.jobs += 1
    known.lastJob = this.#job
    this.#inline.delete(name)
    this.#inline.set(name, known)
    if (this.#inline.size > MAX_REMEMBERED) this.#inline.delete(this.#inline.keys().next().value as string)
    return known.jobs <= JOBS_BEFORE_FILE
  }

  #fileOf(name: string, payload: ClosurePayload): Promise<void> {
    let file = this.#files.get(name)
    if (file === undefined) {
      const content = serialize(payload)
      const sending = addArtifact(this.#session, { name: `files/${name}`, content })
      file = { sending, sizeBytes: content.length, lastJob: this.#job }
      this.#files.set(name, file)
      this.#inline.delete(name)
      sending.catch(() => this.#files.delete(name))
    }
    file.lastJob = this.#job
    return file.sending
  }

  #nameOf(payload: ClosurePayload): string {
    let name = this.#names.get(payload)
    if (name === undefined) {
      name = `millstream-${createHash('sha256').update(serialize(payload)).digest('hex')}`
      this.#names.set(payload, name)
    }
    return name
  }
}
