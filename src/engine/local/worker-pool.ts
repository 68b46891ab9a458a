import type { Worker } from 'node:worker_threads'
import type { SerializedError } from '../../closure/wire/index.ts'
import { serializeError } from '../../closure/worker/index.ts'
import { startModuleThread } from '../../files/worker/start-thread.ts'
import type { MemoryLimits } from '../../task/memory-gauge.ts'
import type { FromWorker, TaskMessage, ToWorker, WorkerAnswer, WorkerSettings } from './messages.ts'
import { writeOutput } from './worker-output.ts'

/** How worker threads are made. */
export interface PoolSettings {
  readonly workers: number
  readonly localDir: string
  readonly memory: MemoryLimits
  readonly storageFraction: number
  readonly sharedCacheBytes: number
  /** Heap limit of a worker in MiB. */
  readonly heapMiB: number
}

const MAX_FAILED_STARTS = 8

const WORKER_MAIN = new URL(import.meta.url.endsWith('.ts') ? './worker-main.ts' : './worker-main.js', import.meta.url)

/** How a worker thread ended. */
export interface ThreadDeath {
  /** The id of the task that the thread was running; 0 for none. */
  readonly taskId: number
  readonly reason: string
  /** The error that ended it: thrown or rejected where no task awaited it; null when the thread was ended otherwise. */
  readonly error: SerializedError | null
}

/** The callbacks of a pool. */
export interface PoolListener {
  onAnswer(slot: number, message: WorkerAnswer): void
  /** A thread is up. */
  onReady(slot: number): void
  /** A worker ended with its heap; a new one takes the slot. */
  onDeath(slot: number, death: ThreadDeath): void
  /** The slot can take a task. */
  onIdle(slot: number): void
  /** Threads die before they are up: no job can run any more. */
  onBroken(reason: string): void
}

interface Slot {
  worker: Worker
  readonly cancelFlag: Int32Array
  /** The running task, 0 when idle. */
  taskId: number
  /** Why we ended the thread ourselves, or null. */
  ending: string | null
  readonly announced: Set<number>
  isUp: boolean
}

/**
 * N worker threads, each running one task at a time. A thread that dies or has to be ended is replaced at once in its slot.
 * Idle threads do not keep the process alive; busy ones do.
 */
export class WorkerPool {
  readonly #settings: PoolSettings
  readonly #listener: PoolListener
  readonly #slots: Slot[] = []
  /** The messages that every new thread must get first: broadcasts and classes, in their order. */
  readonly #standing = new Map<string, ToWorker>()
  /** Threads that died in a row before they were up. */
  #failedStarts = 0
  #isStopped = false

  constructor(settings: PoolSettings, listener: PoolListener) {
    this.#settings = settings
    this.#listener = listener
    for (let slot = 0; slot < settings.workers; slot++) this.#start(slot)
  }

  get size(): number {
    return this.#slots.length
  }

  isIdle(slot: number): boolean {
    return this.#slot(slot).taskId === 0
  }

  /** @returns whether this thread was told of the stage. */
  knowsStage(slot: number, stageId: number): boolean {
    return this.#slot(slot).announced.has(stageId)
  }

  announceStage(slot: number, message: Extract<ToWorker, { kind: 'stage' }>): void {
    const { worker, announced } = this.#slot(slot)
    announced.add(message.stageId)
    worker.postMessage(message)
  }

  endStage(stageId: number): void {
    for (const { worker, announced } of this.#slots) {
      if (announced.delete(stageId)) worker.postMessage({ kind: 'endStage', stageId } satisfies ToWorker)
    }
  }

  /** Gives an idle worker a task. @throws DataCloneError when the task cannot be copied to a thread; the worker is idle then as before. */
  run(slot: number, task: TaskMessage): void {
    const target = this.#slot(slot)
    target.worker.postMessage(task)
    target.taskId = task.taskId
    target.worker.ref()
  }

  /** Sends a message to every thread, and to threads that start later, until {@link forget} removes the message. */
  tellAll(key: string, message: ToWorker): void {
    this.#standing.set(key, message)
    this.tellNow(message)
  }

  /** Tells the threads that are running now. */
  tellNow(message: ToWorker): void {
    for (const { worker } of this.#slots) worker.postMessage(message)
  }

  /** No longer tells threads that start from now on. */
  forget(key: string): void {
    this.#standing.delete(key)
  }

  /** Asks a running task to end; it does at the next chunk. */
  requestCancel(slot: number, taskId: number): void {
    const { cancelFlag } = this.#slot(slot)
    Atomics.store(cancelFlag, 0, taskId)
  }

  /** Ends the thread in the middle of its task and starts another. */
  kill(slot: number, taskId: number, reason: string): void {
    const target = this.#slot(slot)
    if (target.taskId !== taskId || target.ending !== null) return
    target.ending = reason
    void target.worker.terminate()
  }

  /** Ends all threads; resolves when they are gone. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#slots.map(({ worker }) => worker.terminate()))
  }

  #slot(slot: number): Slot {
    return this.#slots[slot] as Slot
  }

  #start(slot: number): void {
    const cancelFlag = new Int32Array(new SharedArrayBuffer(4))
    const { localDir, memory, storageFraction, sharedCacheBytes, heapMiB } = this.#settings
    const writtenOutput = new Int32Array(new SharedArrayBuffer(4))
    const workerData: WorkerSettings = {
      slot,
      localDir,
      memory,
      storageFraction,
      sharedCacheBytes,
      cancelFlag,
      writtenOutput,
    }
    const worker = startModuleThread(WORKER_MAIN, {
      workerData,
      name: `millstream-worker-${slot}`,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    })
    const started: Slot = { worker, cancelFlag, taskId: 0, ending: null, announced: new Set(), isUp: false }
    this.#slots[slot] = started
    let failure: SerializedError | null = null
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'output') {
        writeOutput(message, writtenOutput)
        return
      }
      if (message.kind === 'ready') {
        started.isUp = true
        this.#failedStarts = 0
        this.#listener.onReady(slot)
        return
      }
      started.taskId = 0
      worker.unref()
      this.#listener.onAnswer(slot, message)
      if (started.taskId === 0) this.#listener.onIdle(slot)
    })
    worker.on('error', (error) => {
      failure = serializeError(error)
    })
    worker.on('exit', (code) => {
      if (this.#isStopped) return
      const { taskId } = started
      const error = started.ending === null ? failure : null
      const reason = started.ending ?? error?.message ?? `the user's code ended the worker thread (exit code ${code})`
      if (!started.isUp) this.#failedStarts += 1
      if (this.#failedStarts > MAX_FAILED_STARTS) {
        this.#isStopped = true
        this.#listener.onBroken(`worker threads end before they are up: ${reason}`)
        return
      }
      this.#start(slot)
      this.#listener.onDeath(slot, { taskId, reason, error })
      this.#listener.onIdle(slot)
    })
    for (const message of this.#standing.values()) worker.postMessage(message)
    worker.unref()
  }
}
