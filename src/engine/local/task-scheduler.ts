import type { ClosurePayload, SerializedError } from '../../closure/wire/index.ts'
import type { StageHead } from '../../events/running-work.ts'
import type { TaskMetrics } from '../../events/task-metrics.ts'
import type { TaskInput } from '../../task/input.ts'
import type { TaskLimits } from '../../task/stage/stage.ts'
import type { TaskContextInfo } from '../../task/task-context.ts'
import type { AccumulatorUpdate, SchedulerPool } from '../engine.ts'
import type { EventReporter } from './event-reporter.ts'
import type { FairPools } from './fair-pools.ts'
import type { TaskResult, WorkerAnswer } from './messages.ts'
import type { ThreadDeath, WorkerPool } from './worker-pool.ts'

/** Time between asking a task to end and ending its thread. */
const CANCEL_GRACE_MS = 20

/** A run of a stage over some of its partitions. */
export interface TaskSet {
  readonly stage: StageHead
  readonly payload: ClosurePayload
  readonly partitions: readonly number[]
  readonly limits: TaskLimits
  readonly localProperties: Readonly<Record<string, string>>
  input(partition: number): TaskInput
  /** The worker that holds what the task reads, or null where any will do. */
  slotOf(partition: number): number | null
  onResult(index: number, result: TaskResult, accumulators: readonly AccumulatorUpdate[]): void
  onProgress(done: number, active: number): void
}

/** Why a task set ended without all its results. */
export type TaskSetFailure =
  | {
      readonly kind: 'task'
      readonly partition: number
      readonly failures: number
      readonly taskId: number
      readonly slot: number
      readonly error: SerializedError | null
      readonly reason: string
    }
  /** A file that an earlier stage or a cache wrote is missing, so its records must be computed again. */
  | { readonly kind: 'lostFile'; readonly path: string }
  /** A persisted partition is not where it was looked for. */
  | { readonly kind: 'lostBlock'; readonly rddId: number; readonly partition: number; readonly slot: number }
  | { readonly kind: 'cancelled' }
  /** A task could not be sent: a record of the driver cannot be encoded, or what is sent with it cannot be copied to a thread. */
  | { readonly kind: 'unsent'; readonly error: unknown }
  | { readonly kind: 'broken'; readonly reason: string }

/** How often a task may fail. */
export interface RetryLimits {
  readonly maxTaskFailures: number
  /** A worker that dies is tried again this often, even where a failed task is not: the code may have met another's leak. */
  readonly maxWorkerDeaths: number
}

interface Run {
  readonly set: TaskSet
  readonly queue: Attempt[]
  readonly running: Map<number, Attempt>
  done: number
  failure: TaskSetFailure | null
  readonly resolve: (failure: TaskSetFailure | null) => void
}

interface Attempt {
  readonly run: Run
  readonly index: number
  readonly partition: number
  failures: number
  deaths: number
  /** How often the program had it ended. */
  kills: number
  taskId: number
  slot: number
  /** Why the program had the running try ended, or null. */
  killReason: string | null
}

/**
 * Hands tasks to workers: first come, first served, unless there are pools; a task whose data is in one worker's heap waits for that worker. Each result is
 * taken once; a failed attempt is tried again up to the limits.
 */
export class TaskScheduler {
  readonly #limits: RetryLimits
  readonly #localDir: string
  readonly #reporter: EventReporter
  readonly #pools: FairPools | null
  readonly #runs: Run[] = []
  readonly #attempts = new Map<number, Attempt>()
  #pool: WorkerPool | null = null
  #nextTaskId = 1

  /** @param pools in which order stages get workers; null for first come, first served. */
  constructor(limits: RetryLimits, localDir: string, reporter: EventReporter, pools: FairPools | null = null) {
    this.#limits = limits
    this.#pools = pools
    this.#localDir = localDir
    this.#reporter = reporter
  }

  attach(pool: WorkerPool): void {
    this.#pool = pool
  }

  /** Runs a task set. @returns null when every partition gave its result, else why not; nothing of it runs any more then. */
  runTasks(set: TaskSet, signal: AbortSignal): Promise<TaskSetFailure | null> {
    return new Promise((resolve) => {
      const run: Run = { set, queue: [], running: new Map(), done: 0, failure: null, resolve: settle }
      const onAbort = (): void => this.#abort(run, { kind: 'cancelled' })
      signal.addEventListener('abort', onAbort, { once: true })
      const runs = this.#runs
      const pool = this.#pool as WorkerPool
      set.partitions.forEach((partition, index) => {
        run.queue.push({
          run,
          index,
          partition,
          failures: 0,
          deaths: 0,
          kills: 0,
          taskId: 0,
          slot: -1,
          killReason: null,
        })
      })
      runs.push(run)
      if (signal.aborted) onAbort()
      else if (run.queue.length === 0) this.#settleIfOver(run)
      else this.#dispatchAll()

      function settle(failure: TaskSetFailure | null): void {
        signal.removeEventListener('abort', onAbort)
        runs.splice(runs.indexOf(run), 1)
        pool.endStage(set.stage.stageId)
        resolve(failure)
      }
    })
  }

  onAnswer(message: WorkerAnswer): void {
    const attempt = this.#attempts.get(message.taskId)
    if (attempt === undefined) return
    this.#end(attempt)
    const { run } = attempt
    const { taskId, metrics = null } = message
    if (message.kind === 'done') {
      this.#reporter.taskEnded(taskId, 'success', null, metrics)
      if (run.failure === null) {
        run.done += 1
        run.set.onResult(attempt.index, message.result, message.accumulators)
        run.set.onProgress(run.done, run.running.size)
      }
    } else if (this.#retryKilled(attempt, metrics)) {
      return
    } else {
      const { name, message: text } = message.error
      this.#reporter.taskEnded(taskId, run.failure === null ? 'failed' : 'killed', `${name}: ${text}`, metrics)
      this.#failed(attempt, message.error)
    }
    this.#settleIfOver(run)
  }

  onDeath({ taskId, reason, error }: ThreadDeath): void {
    const attempt = this.#attempts.get(taskId)
    if (attempt === undefined) return
    this.#end(attempt)
    if (this.#retryKilled(attempt, null)) return
    const { run } = attempt
    this.#reporter.taskEnded(taskId, run.failure === null ? 'failed' : 'killed', reason, null)
    attempt.deaths += 1
    const deathLimit = Math.max(this.#limits.maxWorkerDeaths, this.#limits.maxTaskFailures)
    if (run.failure === null && attempt.deaths < deathLimit) run.queue.unshift(attempt)
    else this.#giveUp(attempt, attempt.deaths, error, `worker ${attempt.slot} died: ${reason}`)
    this.#settleIfOver(run)
  }

  /** Fails every run: no worker can be had. */
  onBroken(reason: string): void {
    this.#attempts.clear()
    for (const run of [...this.#runs]) {
      run.queue.length = 0
      for (const taskId of run.running.keys()) this.#reporter.taskEnded(taskId, 'killed', reason, null)
      run.running.clear()
      run.failure ??= { kind: 'broken', reason }
      run.resolve(run.failure)
    }
  }

  /** Ends a task that runs, to be tried again. @returns whether it was running. */
  killTask(taskId: number, reason: string): boolean {
    const attempt = this.#attempts.get(taskId)
    if (attempt === undefined) return false
    attempt.killReason = reason
    this.#endTask(attempt.slot, taskId, reason)
    return true
  }

  /** The pools, with their running tasks. */
  pools(): SchedulerPool[] {
    return this.#pools?.pools(this.#runs) ?? []
  }

  /** Queues a task again that the program had ended. @returns false for any other. */
  #retryKilled(attempt: Attempt, metrics: TaskMetrics | null): boolean {
    const { run, killReason, taskId } = attempt
    if (killReason === null || run.failure !== null) return false
    attempt.killReason = null
    attempt.kills += 1
    this.#reporter.taskEnded(taskId, 'killed', killReason, metrics)
    run.queue.unshift(attempt)
    this.#dispatchAll()
    return true
  }

  /** Gives an idle worker its next task. */
  onIdle(slot: number): void {
    const pool = this.#pool as WorkerPool
    if (!pool.isIdle(slot)) return
    for (const run of this.#pools?.inOrder(this.#runs) ?? this.#runs) {
      let isPlaced = false
      const position = run.queue.findIndex((attempt) => {
        const wanted = run.set.slotOf(attempt.partition)
        isPlaced = wanted === slot
        return wanted === null || isPlaced
      })
      if (position === -1) continue
      const [attempt] = run.queue.splice(position, 1)
      this.#start(attempt as Attempt, slot, isPlaced)
      return
    }
  }

  #dispatchAll(): void {
    const pool = this.#pool as WorkerPool
    for (let slot = 0; slot < pool.size; slot++) this.onIdle(slot)
  }

  #start(attempt: Attempt, slot: number, isPlaced: boolean): void {
    const pool = this.#pool as WorkerPool
    const { run } = attempt
    const { set } = run
    const { stageId } = set.stage
    attempt.taskId = this.#nextTaskId
    attempt.slot = slot
    this.#nextTaskId = this.#nextTaskId === MAX_TASK_ID ? 1 : this.#nextTaskId + 1
    this.#attempts.set(attempt.taskId, attempt)
    run.running.set(attempt.taskId, attempt)
    if (!pool.knowsStage(slot, stageId)) pool.announceStage(slot, { kind: 'stage', stageId, payload: set.payload })
    const tries = attempt.failures + attempt.deaths + attempt.kills
    const isMeasured = this.#reporter.taskStarted({
      stage: set.stage,
      taskId: attempt.taskId,
      index: attempt.index,
      partition: attempt.partition,
      attempt: tries,
      slot,
      isPlaced,
    })
    const context: TaskContextInfo = {
      stageId,
      partitionId: attempt.partition,
      attemptNumber: tries,
      taskAttemptId: attempt.taskId,
      localProperties: set.localProperties,
    }
    try {
      pool.run(slot, {
        kind: 'task',
        taskId: attempt.taskId,
        input: set.input(attempt.partition),
        limits: set.limits,
        context,
        ...(isMeasured ? { isMeasured } : {}),
      })
    } catch (error) {
      this.#failUnsent(attempt, error)
      return
    }
    set.onProgress(run.done, run.running.size)
  }

  /** Fails the run of a task that no worker was given, and gives its worker something else to do. */
  #failUnsent(attempt: Attempt, error: unknown): void {
    this.#end(attempt)
    this.#reporter.taskEnded(attempt.taskId, 'failed', String(error), null)
    this.#abort(attempt.run, { kind: 'unsent', error })
    this.onIdle(attempt.slot)
  }

  #end(attempt: Attempt): void {
    this.#attempts.delete(attempt.taskId)
    attempt.run.running.delete(attempt.taskId)
  }

  #failed(attempt: Attempt, error: SerializedError): void {
    const { run } = attempt
    if (run.failure !== null) return
    const lost = lostInput(error, attempt.slot, this.#localDir)
    if (lost !== null) {
      this.#abort(run, lost)
      return
    }
    attempt.failures += 1
    if (attempt.failures < this.#limits.maxTaskFailures) run.queue.unshift(attempt)
    else this.#giveUp(attempt, attempt.failures, error, `${error.name}: ${error.message}`)
  }

  #giveUp(attempt: Attempt, failures: number, error: SerializedError | null, reason: string): void {
    const { partition, taskId, slot } = attempt
    this.#abort(attempt.run, { kind: 'task', partition, failures, taskId, slot, error, reason })
  }

  /** Ends the rest of a run: queued tasks at once, running tasks at their next chunk, or by ending their thread. */
  #abort(run: Run, failure: TaskSetFailure): void {
    if (run.failure !== null) return
    run.failure = failure
    run.queue.length = 0
    const running = [...run.running.values()]
    for (const { slot, taskId } of running) this.#endTask(slot, taskId, 'its job was cancelled')
    this.#settleIfOver(run)
  }

  /** Asks a task to end at its next chunk, and after a while ends its thread. */
  #endTask(slot: number, taskId: number, reason: string): void {
    const pool = this.#pool as WorkerPool
    pool.requestCancel(slot, taskId)
    setTimeout(() => {
      if (this.#attempts.has(taskId)) pool.kill(slot, taskId, reason)
    }, CANCEL_GRACE_MS)
  }

  #settleIfOver(run: Run): void {
    if (run.running.size > 0 || run.queue.length > 0 || !this.#runs.includes(run)) return
    run.resolve(run.failure)
  }
}

/** Task ids stand in an Int32 cell. */
const MAX_TASK_ID = 0x7fffffff

/** Returns the data of an earlier stage or a cache that a task did not find; null when the task failed for another reason. */
function lostInput(error: SerializedError, slot: number, localDir: string): TaskSetFailure | null {
  const { code, path, rddId, partition } = (error.fields ?? {}) as Record<string, unknown>
  if (code === 'LOST_BLOCK') return { kind: 'lostBlock', rddId: Number(rddId), partition: Number(partition), slot }
  if (code !== 'ENOENT' || typeof path !== 'string' || !path.startsWith(localDir)) return null
  return { kind: 'lostFile', path }
}
