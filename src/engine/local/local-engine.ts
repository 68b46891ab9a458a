import fs from 'node:fs'
import path from 'node:path'
import { captureClosures, reviveError, warmUpClosures } from '../../closure/driver/index.ts'
import type { ClosurePayload } from '../../closure/wire/index.ts'
import { SparkException } from '../../errors.ts'
import type { StageHead } from '../../events/running-work.ts'
import { fileSystemReferences, fileSystemVersion } from '../../files/file-systems.ts'
import { log } from '../../log.ts'
import { ClassNotReadyError, RecordCodec } from '../../task/codec/index.ts'
import { privateDirectoryName } from '../../task/private-directory.ts'
import type { Sink } from '../../task/program.ts'
import { isPromise } from '../../task/reader.ts'
import { retainBlocks } from '../block-lease.ts'
import { DriverSlices } from '../driver-slices.ts'
import type { Engine, EngineCapabilities, EngineOptions, JobRequest, WorkerControl, WorkerMemory } from '../engine.ts'
import { JobAbort, settledOrAborted } from '../job-abort.ts'
import { cancelReason, JobCancelledException } from '../job-cancelled.ts'
import { effectiveNode, type LineageNode } from '../lineage.ts'
import { ProgramFiles } from '../program-files.ts'
import { RecordClasses } from '../record-classes.ts'
import { rddIdsOfStage } from '../stage-nodes.ts'
import { planStage, type StageDependency, type StagePlan } from '../stage-plan.ts'
import { CacheDirectory } from './cache-directory.ts'
import { EventReporter } from './event-reporter.ts'
import { FairPools } from './fair-pools.ts'
import type { TaskResult, WorkerAnswer } from './messages.ts'
import { preferredSlot } from './placement.ts'
import { type LocalSettings, localSettings } from './settings.ts'
import { sharedBytes } from './shared-bytes.ts'
import { ShuffleStore } from './shuffle-store.ts'
import { TaskInputs } from './task-inputs.ts'
import { TaskScheduler, type TaskSet, type TaskSetFailure } from './task-scheduler.ts'
import { type ThreadDeath, WorkerPool } from './worker-pool.ts'

/** The options of the embedded engine, with the numbers of a `local[N,F]` master. */
export interface LocalEngineOptions extends EngineOptions {
  readonly workers: number
  readonly maxTaskFailures: number
}

/** How often a stage's lost inputs are computed again before its job fails (`spark.stage.maxConsecutiveAttempts`). */
const MAX_STAGE_ATTEMPTS = 4

interface Job {
  readonly id: number
  readonly request: JobRequest
  readonly signal: AbortSignal
  /** Ends the job's other stages once one has failed. */
  readonly failing: AbortController
  /** Shuffles that this job holds on to. */
  readonly shuffles: Set<string>
}

/** The engine of `local[N]`: stages run as tasks on worker threads of this process. */
export class LocalEngine implements Engine {
  readonly control: WorkerControl
  readonly defaultParallelism: number
  readonly recordClasses: RecordClasses
  readonly applicationId = null
  readonly capabilities: EngineCapabilities = { keepsObjects: true, keepsLocalCheckpoints: false }
  readonly files = new ProgramFiles()
  readonly #options: LocalEngineOptions
  readonly #settings: LocalSettings
  readonly #localDir: string
  readonly #pool: WorkerPool
  readonly #scheduler: TaskScheduler
  readonly #shuffles: ShuffleStore
  readonly #cache: CacheDirectory
  readonly #reporter: EventReporter
  readonly #codec: RecordCodec
  /** Map stages under way, so that jobs that share a shuffle compute it once. */
  readonly #running = new Map<string, Promise<void>>()
  readonly #slices: DriverSlices
  readonly #stopped = new AbortController()
  readonly #removeOnExit: () => void
  /** The file systems that workers know, by scheme, and as of which registration. */
  readonly #told = new Map<string, number>()
  #toldFileSystems = 0
  #nextJobId = 0
  #nextStageId = 0
  #isUsable = true

  constructor(options: LocalEngineOptions) {
    this.#options = options
    this.defaultParallelism = options.workers
    this.#settings = localSettings(options.conf, options.workers)
    const { shuffleBytes, maxShuffles, cacheBytes, localRoot, maxWorkerDeaths } = this.#settings
    this.#localDir = path.join(localRoot, privateDirectoryName())
    this.#removeOnExit = () => fs.rmSync(this.#localDir, { recursive: true, force: true })
    process.once('exit', this.#removeOnExit)
    this.recordClasses = new RecordClasses({
      onCaptured: ({ key, names, payload }) => {
        this.#pool.tellAll(key, { kind: 'classes', names, payload: sharedPayload(payload) })
      },
      onCollected: (id, { key }, isLast) => {
        if (isLast) this.#pool.forget(key)
        if (this.#isUsable) this.#pool.tellNow({ kind: 'forgetClass', id })
      },
    })
    this.#slices = new DriverSlices(this.recordClasses, sharedBytes)
    this.#codec = new RecordCodec(this.recordClasses)
    this.#shuffles = new ShuffleStore(shuffleBytes, maxShuffles)
    this.#cache = new CacheDirectory(cacheBytes)
    this.#reporter = new EventReporter(options.work.events)
    const limits = { maxTaskFailures: options.maxTaskFailures, maxWorkerDeaths }
    const { schedulerMode: schedulingMode, allocationFile } = this.#settings
    const pools = schedulingMode === 'FAIR' ? new FairPools(allocationFile) : null
    this.#scheduler = new TaskScheduler(limits, this.#localDir, this.#reporter, pools)
    this.control = {
      schedulingMode,
      killTask: (taskId, reason) => this.#scheduler.killTask(taskId, reason),
      keptRDDs: () => this.#cache.keptRDDs(),
      memory: () => this.#workerMemory(),
      pools: () => this.#scheduler.pools(),
    }
    this.#pool = new WorkerPool(
      {
        workers: options.workers,
        localDir: this.#localDir,
        memory: { spillFraction: this.#settings.spillFraction, maxEntries: this.#settings.maxEntries },
        storageFraction: this.#settings.storageFraction,
        sharedCacheBytes: cacheBytes / options.workers,
        heapMiB: this.#settings.heapMiB,
      },
      {
        onAnswer: (slot, message) => this.#onAnswer(slot, message),
        onReady: (slot) => this.#reporter.workerStarted(slot),
        onDeath: (slot, death) => {
          this.#cache.dropSlot(slot)
          tellOfStrayError(slot, death)
          this.#reporter.workerDied(slot, death.reason)
          this.#scheduler.onDeath(death)
        },
        onIdle: (slot) => this.#scheduler.onIdle(slot),
        onBroken: (reason) => {
          this.#isUsable = false
          this.#scheduler.onBroken(reason)
        },
      },
    )
    this.#scheduler.attach(this.#pool)
    // While the threads start: the first capture of a process takes some tens of milliseconds more than later ones.
    warmUpClosures()
  }

  async runJob(request: JobRequest): Promise<unknown[]> {
    const failing = new AbortController()
    const ends = [this.#stopped.signal, failing.signal]
    using abort = new JobAbort(request.signal ? [request.signal, ...ends] : ends)
    const job: Job = {
      id: this.#nextJobId++,
      request,
      signal: abort.signal,
      failing,
      shuffles: new Set(),
    }
    this.#tellFileSystems()
    const { work } = this.#options
    work.jobStarted(job.id, request.properties)
    request.onStarted?.(job.id)
    let failure: unknown
    const releaseBlocks = retainBlocks(request.node)
    try {
      return await this.#runResultStage(job)
    } catch (error) {
      failure = error
      throw error
    } finally {
      releaseBlocks()
      for (const key of job.shuffles) this.#shuffles.release(key)
      work.jobEnded(job.id, failure)
    }
  }

  /** Sends new registrations of file systems to the workers before the next job, each registration once. */
  #tellFileSystems(): void {
    if (this.#toldFileSystems === fileSystemVersion()) return
    const { version, references } = fileSystemReferences()
    for (const [scheme, reference] of references) {
      if (this.#told.get(scheme) === reference.id) continue
      this.#told.set(scheme, reference.id)
      this.#pool.tellAll(`fileSystem/${scheme}`, { kind: 'fileSystem', reference })
    }
    this.#toldFileSystems = version
  }

  /** Workers are threads of this process: the driver's copy is theirs. */
  async addFile(_name: string, { path: file }: { readonly path: string }): Promise<void> {
    this.#pool.tellAll('sparkFiles', { kind: 'sparkFiles', root: path.dirname(file) })
  }

  hadoopSettingChanged(): void {}

  #workerMemory(): WorkerMemory[] {
    const { heapMiB, storageFraction } = this.#settings
    const maxBytes = Math.floor(heapMiB * 1024 * 1024 * storageFraction)
    return Array.from({ length: this.#pool.size }, (_, worker) => ({
      worker,
      maxBytes,
      remainingBytes: Math.max(0, maxBytes - this.#cache.bytesOfSlot(worker)),
    }))
  }

  async checkpointLocally(): Promise<void> {
    throw new Error('the driver keeps the local checkpoints of this engine')
  }

  async unpersist(node: LineageNode): Promise<void> {
    this.#drop(node.id)
    this.#reporter.unpersisted(node.id)
  }

  forget(nodeIds: readonly number[]): void {
    this.#shuffles.forget(new Set(nodeIds))
    for (const id of nodeIds) if (this.#drop(id)) this.#reporter.unpersisted(id)
  }

  broadcast(id: number, value: unknown): void | Promise<void> {
    const send = (payload: ClosurePayload): void => {
      this.recordClasses.share(payload)
      this.#pool.tellAll(`broadcast/${id}`, { kind: 'broadcast', id, payload: sharedPayload(payload) })
    }
    const payload = captureClosures(value, { where: `broadcast variable ${id}`, mayWait: true })
    return isPromise(payload) ? payload.then(send) : send(payload)
  }

  unbroadcast(id: number): void {
    this.#pool.forget(`broadcast/${id}`)
    this.#pool.tellNow({ kind: 'unbroadcast', id })
  }

  async stop(): Promise<void> {
    this.#stopped.abort('because SparkContext was shut down')
    this.#isUsable = false
    await this.#pool.stop()
    this.#scheduler.onBroken('SparkContext was shut down')
    process.removeListener('exit', this.#removeOnExit)
    await fs.promises.rm(this.#localDir, { recursive: true, force: true })
  }

  /** @returns whether anything was kept of the RDD. */
  #drop(rddId: number): boolean {
    const wasKept = this.#cache.forget(rddId)
    if (wasKept) this.#pool.tellNow({ kind: 'drop', rddId })
    return wasKept
  }

  async #runResultStage(job: Job): Promise<unknown[]> {
    const { node, sink, onResult } = job.request
    const target = effectiveNode(node)
    const partitions = job.request.partitions ?? Array.from({ length: target.numPartitions }, (_, i) => i)
    const results = new Array<unknown>(partitions.length)
    if (partitions.length === 0) return results
    const done = new Set<number>()
    const { maxResultBytes } = this.#settings
    let resultBytes = 0
    await this.#runStage(job, target, sink, {
      onSubmitted: () => {},
      remaining: () => partitions.map((_, i) => i).filter((i) => !done.has(i)),
      partitionOf: (i) => partitions[i] as number,
      onResult: (i, result) => {
        if (result.kind === 'shuffle') throw new Error('a result stage gave a map output')
        resultBytes += result.bytes.length
        if (maxResultBytes > 0 && resultBytes > maxResultBytes) throw tooLarge(job, resultBytes, maxResultBytes)
        const records = this.#codec.decode(result.bytes)
        results[i] = result.kind === 'records' ? records : records[0]
        done.add(i)
        onResult?.(i, results[i])
      },
    })
    return results
  }

  /**
   * Brings all map outputs about that a stage reads. The first failure ends the others, and nothing of them runs any more when it is
   * thrown: what they read may be taken back then.
   */
  async #ensureShuffles(job: Job, dependencies: readonly StageDependency[]): Promise<void> {
    let failure: { readonly error: unknown } | null = null
    const ensured = dependencies.map((dependency) =>
      this.#ensureShuffle(job, dependency).catch((error: unknown) => {
        failure ??= { error }
        job.failing.abort('because another of its stages failed')
      }),
    )
    await Promise.all(ensured)
    if (failure !== null) throw (failure as { readonly error: unknown }).error
  }

  /** Brings a shuffle's missing map outputs about. */
  #ensureShuffle(job: Job, dependency: StageDependency): Promise<void> {
    const { key, ownerId, parent } = dependency
    const mapPartitions = effectiveNode(parent).numPartitions
    if (!job.shuffles.has(key)) {
      this.#shuffles.acquire(key, ownerId, mapPartitions)
      job.shuffles.add(key)
    }
    if (this.#shuffles.missing(key).length === 0) return Promise.resolve()
    const running = this.#running.get(key)
    if (running !== undefined) {
      // Another job computes the stage. If that job fails or is cancelled, this job computes the stage itself. If this job is cancelled, it stops waiting.
      return settledOrAborted(running, job.signal).then(() => {
        if (job.signal.aborted) throw this.#cancelled(job)
        return this.#ensureShuffle(job, dependency)
      })
    }
    const started = this.#runStage(job, parent, dependency.sink, {
      onSubmitted: (stageId) => this.#shuffles.ranIn(key, stageId),
      remaining: () => this.#shuffles.missing(key),
      partitionOf: (partition) => partition,
      onResult: (partition, result) => {
        if (result.kind !== 'shuffle') throw new Error('a map stage gave no map output')
        this.#shuffles.register(key, partition, result.output)
      },
    }).finally(() => this.#running.delete(key))
    this.#running.set(key, started)
    started.catch(() => {})
    return started
  }

  /** Runs a stage behind the stages it reads; where data it reads turns out lost, that is made again first. */
  async #runStage(job: Job, node: LineageNode, sink: Sink, outcome: StageOutcome): Promise<void> {
    // Persisted RDDs that a task did not find on its worker are planned with the lineage that computes them.
    const distrusted = new Set<number>()
    let stageId: number | null = null
    for (let attempt = 0; ; ) {
      const plan = planStage(effectiveNode(node), sink, (persisted) =>
        this.#isKept(persisted, distrusted) ? 'kept' : 'computed',
      )
      if (plan.dependencies.length > 0) await this.#ensureShuffles(job, plan.dependencies)
      const remaining = outcome.remaining()
      if (remaining.length === 0) return
      stageId ??= this.#nextStageId++
      const head = this.#stageHead(job, sink, stageId, attempt, remaining.length)
      const failure = await this.#runTasks(job, plan, head, remaining, outcome)
      if (failure === null) return
      if (failure.kind === 'unsent' && failure.error instanceof ClassNotReadyError) {
        await failure.error.ready
        continue
      }
      if (attempt + 1 >= MAX_STAGE_ATTEMPTS) throw this.#error(job, head, failure)
      if (failure.kind === 'lostFile') {
        this.#shuffles.dropLost(failure.path)
        this.#cache.dropLost(failure.path)
      } else if (failure.kind === 'lostBlock') {
        distrusted.add(failure.rddId)
      } else {
        throw this.#error(job, head, failure)
      }
      attempt += 1
    }
  }

  #stageHead(job: Job, sink: Sink, stageId: number, attempt: number, numTasks: number): StageHead {
    const { callSite: name } = job.request.properties
    const stageKind = sink.kind === 'shuffleWrite' ? 'shuffleMap' : 'result'
    return { jobId: job.id, stageId, attempt, name, stageKind, numTasks }
  }

  #isKept(node: LineageNode, distrusted: ReadonlySet<number>): boolean {
    return !distrusted.has(node.id) && this.#cache.isComplete(node.id, node.numPartitions)
  }

  async #runTasks(
    job: Job,
    plan: StagePlan,
    head: StageHead,
    remaining: readonly number[],
    outcome: StageOutcome,
  ): Promise<TaskSetFailure | null> {
    const { localProperties } = job.request.properties
    const { stageId } = head
    const captured = captureClosures(plan.program, { where: plan.node.callSite, mayWait: true })
    const program = isPromise(captured) ? await captured : captured
    this.recordClasses.share(program)
    const payload = sharedPayload(program)
    if (job.signal.aborted) return { kind: 'cancelled' }
    if (!this.#isUsable) return { kind: 'broken', reason: 'SparkContext was shut down' }
    const inputs = new TaskInputs(plan, {
      slice: (node, partition) => this.#slices.slice(node, partition).bytes,
      segments: (key, partition) => this.#shuffles.segments(key, partition),
      stored: (rddId, partition) => this.#cache.stored(rddId, partition),
    })
    const { work, onAccumulatorUpdates } = this.#options
    outcome.onSubmitted(stageId)
    work.stageSubmitted(head, () => ({
      parentIds: plan.dependencies.map(({ key }) => this.#shuffles.stageOf(key)).filter((id) => id !== null),
      rddIds: rddIdsOfStage(plan),
    }))
    let thrown: unknown = null
    const aborting = new AbortController()
    const set: TaskSet = {
      stage: head,
      payload,
      partitions: remaining.map((i) => outcome.partitionOf(i)),
      limits: { shuffleMemoryBytes: this.#shuffles.allowance(remaining.length) },
      localProperties,
      input: (partition) => inputs.input(partition),
      slotOf: (partition) => preferredSlot(plan.node, partition, this.#cache, this.#pool.size),
      onResult: (index, result, accumulators) => {
        try {
          onAccumulatorUpdates(accumulators)
          outcome.onResult(remaining[index] as number, result)
        } catch (error) {
          thrown ??= error
          aborting.abort()
        }
      },
      onProgress: (done, active) => work.stageProgress(stageId, done, active),
    }
    const failure = await this.#scheduler.runTasks(set, AbortSignal.any([job.signal, aborting.signal]))
    work.stageCompleted(stageId, thrown === null ? reasonOf(failure, job.signal) : String(thrown))
    if (thrown !== null) throw thrown
    return failure
  }

  #onAnswer(slot: number, message: WorkerAnswer): void {
    for (const update of message.cacheUpdates) {
      this.#cache.update(slot, update)
      this.#reporter.blockUpdated(slot, update)
    }
    this.#scheduler.onAnswer(message)
  }

  #cancelled(job: Job): Error {
    return new JobCancelledException(job.id, cancelReason(job.signal))
  }

  #error(job: Job, { stageId, attempt }: StageHead, failure: TaskSetFailure): Error {
    switch (failure.kind) {
      case 'cancelled':
        return this.#cancelled(job)
      case 'unsent':
        return failure.error as Error
      case 'broken':
        return new JobCancelledException(job.id, `because ${failure.reason}`)
      case 'lostFile':
      case 'lostBlock':
        return new SparkException(
          'JOB_ABORTED',
          `Job aborted due to stage failure: stage ${stageId} (${job.request.properties.callSite}) lost its input ${MAX_STAGE_ATTEMPTS} times, most recently ${failure.kind === 'lostFile' ? failure.path : `block rdd_${failure.rddId}_${failure.partition}`}`,
        )
      case 'task': {
        const { partition, failures, taskId, slot, error, reason } = failure
        const times = `Task ${partition} in stage ${stageId}.${attempt} failed ${failures} times`
        const lost = `Lost task ${partition}.${failures - 1} in stage ${stageId}.${attempt} (TID ${taskId}) (worker ${slot})`
        return new SparkException(
          'JOB_ABORTED',
          `Job aborted due to stage failure: ${times}, most recent failure: ${lost}: ${reason} (${job.request.properties.callSite})`,
          error === null ? undefined : { cause: reviveError(error) },
        )
      }
    }
  }
}

/** The callbacks of a stage run; `i` is a map partition, or an index into the job's partitions. */
interface StageOutcome {
  onSubmitted(stageId: number): void
  remaining(): readonly number[]
  partitionOf(i: number): number
  onResult(i: number, result: TaskResult): void
}

/** Why a stage failed, for listeners; null when it did not. */
function reasonOf(failure: TaskSetFailure | null, signal: AbortSignal): string | null {
  switch (failure?.kind) {
    case undefined:
      return null
    case 'task':
    case 'broken':
      return failure.reason
    case 'unsent':
      return String(failure.error)
    case 'cancelled':
      return `Job cancelled ${cancelReason(signal)}`
    case 'lostFile':
      return `Lost file ${failure.path}`
    case 'lostBlock':
      return `Lost block rdd_${failure.rddId}_${failure.partition}`
  }
}

/** Logs an error that no task awaited, at the place where it happened. It does not change the outcome of the task that runs at that time. */
function tellOfStrayError(slot: number, { taskId, error }: ThreadDeath): void {
  if (error === null || error.fields.code === 'ERR_WORKER_OUT_OF_MEMORY') return
  const during = taskId === 0 ? 'between tasks' : `during task ${taskId}`
  log(
    'ERROR',
    'Worker',
    `Worker ${slot} ended ${during} by an error that no task awaited: a promise that was not awaited was rejected, or a timer or an event listener threw\n${reviveError(error).stack}`,
  )
}

function tooLarge(job: Job, bytes: number, limit: number): SparkException {
  return new SparkException(
    'RESULT_TOO_LARGE',
    `Job ${job.id} (${job.request.properties.callSite}) aborted: its results take ${bytes} bytes so far, more than spark.driver.maxResultSize (${limit}). Collect less, write the result from the workers, or raise the setting.`,
  )
}

function sharedPayload(payload: ClosurePayload): ClosurePayload {
  return { ...payload, bytes: sharedBytes(payload.bytes) }
}
