import { type ConnectUrl, parseConnectUrl } from '../../connect/url.ts'
import { SparkException, UnsupportedOperationException } from '../../errors.ts'
import { log } from '../../log.ts'
import { HADOOP_PREFIX } from '../../settings/hadoop-configuration.ts'
import { SCHEDULER_MODE } from '../../settings/jobs.ts'
import { read } from '../../settings/read.ts'
import { systemTimeMs } from '../../system-clock.ts'
import { ClassNotReadyError, RecordCodec } from '../../task/codec/index.ts'
import type { ResultSink, Sink } from '../../task/program.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import { retainBlocks } from '../block-lease.ts'
import { DriverSlices } from '../driver-slices.ts'
import type {
  AccumulatorUpdate,
  Engine,
  EngineCapabilities,
  EngineOptions,
  JobOutput,
  JobRequest,
  LocalCheckpointRequest,
} from '../engine.ts'
import { JobAbort, settledOrAborted } from '../job-abort.ts'
import { cancelReason, JobCancelledException } from '../job-cancelled.ts'
import { effectiveNode, type LineageNode } from '../lineage.ts'
import type { RecordClasses } from '../record-classes.ts'
import { isPersisted } from '../stage-plan.ts'
import type { SparkCluster, StageContext } from './cluster.ts'
import { ACCUMULATOR_LEAF, type StageOutput } from './command.ts'
import { isBlockGone, lostCheckpoint } from './lost-partitions.ts'
import type { SparkStage } from './plan/spark-stage.ts'
import { type PlannerOptions, planSparkStage, type StageTree } from './plan/stage-planner.ts'
import { ResultRows } from './result-rows.ts'
import type { StageRow } from './rows/row-batch.ts'
import { type SparkSettings, sparkSettings } from './settings.ts'
import { ShippedPayloads } from './shipped-payloads.ts'
import { ClusterEngineFiles, refusingScheme } from './spark-files.ts'
import { TakenPartitions, takesFromAll } from './taken-partitions.ts'
import { isArtifactGone, taskFailure } from './task-failure.ts'

/** The options of the Spark engine. */
export interface SparkEngineOptions extends EngineOptions {
  /** `sc://host:port/;…` */
  readonly masterUrl: string
  /** Millstream's own version. */
  readonly version: string
}

/** How long `stop` waits for the server to end the session. */
const RELEASE_TIMEOUT_MS = 5_000
/** How often a stage runs whose kept inputs were lost on the way (`spark.stage.maxConsecutiveAttempts`). */
const MAX_STAGE_ATTEMPTS = 4
/** Spark's words when a session is gone, with all that it kept. */
const SESSION_GONE = /INVALID_HANDLE\.SESSION_(?:CHANGED|CLOSED|NOT_FOUND)/

/** Rows of results for the driver. */
const RESULTS: StageOutput = { kind: 'result', routes: null, anchors: 0 }

interface Job<Request extends LocalCheckpointRequest = LocalCheckpointRequest> {
  readonly id: number
  readonly request: Request
  readonly signal: AbortSignal
  /** Leaves the session that the job runs in. */
  leave: () => void
}

/**
 * The engine of `sc://`: stages run as MapPartitions on Spark's executors. Nothing is loaded and no connection opened before the first job;
 * when the server has lost a session, one job fails, and the next job opens a new session.
 */
export class SparkEngine implements Engine {
  readonly defaultParallelism: number
  readonly recordClasses: RecordClasses
  readonly capabilities: EngineCapabilities = { keepsObjects: false, keepsLocalCheckpoints: true }
  readonly control = null
  readonly files: ClusterEngineFiles
  readonly #options: SparkEngineOptions
  readonly #url: ConnectUrl
  readonly #settings: SparkSettings
  readonly #payloads = new ShippedPayloads()
  readonly #codec: RecordCodec
  readonly #planner: PlannerOptions
  readonly #stopped = new AbortController()
  readonly #slices: DriverSlices
  /** Classes of which a persisted node's partitions may hold instances. */
  readonly #classesOfKept = new WeakMap<LineageNode, ReadonlySet<string>>()
  /** Records of partitions that ran before the program asked for them, by node. */
  readonly #taken = new WeakMap<LineageNode, TakenPartitions>()
  /** Files that the program added, which each session needs, by name. */
  readonly #addedFiles = new Map<string, string>()
  /** Settings of the cluster's file systems, without their prefix. */
  readonly #hadoopSettings = new Map<string, string>()
  #cluster: Promise<SparkCluster> | null = null
  #applicationId: string | null = null
  #nextJobId = 0
  #nextStageId = 0

  /** @throws SparkException for a URL that cannot be read. */
  constructor(options: SparkEngineOptions) {
    this.#options = options
    this.#url = parseConnectUrl(options.masterUrl, process.env)
    this.#settings = sparkSettings(options.conf)
    this.defaultParallelism = this.#settings.parallelism
    if (read((key) => options.conf.get(key), SCHEDULER_MODE).toUpperCase() === 'FAIR') {
      throw unsupported(
        'spark.scheduler.mode FAIR is not supported on sc://, where the server orders jobs: set it on the server, or leave it out.',
      )
    }
    for (const [key, value] of options.conf) {
      if (key.startsWith(HADOOP_PREFIX)) this.#hadoopSettings.set(key.slice(HADOOP_PREFIX.length), value)
    }
    this.recordClasses = this.#payloads.recordClasses
    this.#slices = new DriverSlices(this.recordClasses, (bytes) => bytes)
    this.#codec = new RecordCodec(this.recordClasses)
    this.files = new ClusterEngineFiles((run) => this.#withCluster(run))
    this.#planner = {
      nextStageId: () => this.#nextStageId++,
      slice: (node, partition) => this.#slices.slice(node, partition),
    }
  }

  get applicationId(): string | null {
    return this.#applicationId
  }

  runJob(request: JobRequest): Promise<unknown[]> {
    return this.#asJob(request, (job) => this.#run(job))
  }

  checkpointLocally(request: LocalCheckpointRequest): Promise<void> {
    const { node } = request
    return this.#asJob(request, async (job) => {
      const cluster = await this.#connect(job)
      do await this.#persistAll(job, cluster, [node])
      while (!(await cluster.kept.checkpoint(node.id)))
    })
  }

  async #asJob<Request extends LocalCheckpointRequest, R>(
    request: Request,
    run: (job: Job<Request>) => Promise<R>,
  ): Promise<R> {
    const stopped = this.#stopped.signal
    using abort = new JobAbort(request.signal ? [request.signal, stopped] : [stopped])
    const job: Job<Request> = { id: this.#nextJobId++, request, signal: abort.signal, leave: () => {} }
    const { work } = this.#options
    work.jobStarted(job.id, request.properties)
    request.onStarted?.(job.id)
    let failure: unknown
    const releaseBlocks = retainBlocks(request.node)
    try {
      return await run(job)
    } catch (error) {
      failure = this.#jobError(job, error)
      throw failure
    } finally {
      job.leave()
      releaseBlocks()
      work.jobEnded(job.id, failure)
    }
  }

  async addFile(name: string, source: { readonly path: string; readonly isDirectory: boolean }): Promise<void> {
    if (source.isDirectory) {
      throw unsupported(
        `addFile of a directory (${name}) is not supported on sc://, where Spark's sessions take single files: add its files one by one, or pack it.`,
      )
    }
    this.#addedFiles.set(name, source.path)
    const cluster = await this.#connected()
    if (cluster !== null) await this.#sendFile(cluster, name, source.path)
  }

  async #sendFile({ session }: SparkCluster, name: string, path: string): Promise<void> {
    const { addArtifact } = await loadClient()
    await addArtifact(session, { name: `files/${name}`, content: { path } })
  }

  hadoopSettingChanged(key: string, value: string | null): void {
    if (this.#cluster !== null) {
      throw unsupported(
        `hadoopConfiguration cannot change ${key.slice(HADOOP_PREFIX.length)} any more: a session of Spark has begun with its settings. Set it before the first job, or as ${key} of the SparkConf.`,
      )
    }
    const name = key.slice(HADOOP_PREFIX.length)
    if (value === null) this.#hadoopSettings.delete(name)
    else this.#hadoopSettings.set(name, value)
  }

  async unpersist(node: LineageNode): Promise<void> {
    await (await this.#connected())?.kept.unpersist(node.id)
    const { events } = this.#options.work
    if (!events.isListenedTo('rddUnpersisted')) return
    events.post({ kind: 'rddUnpersisted', time: systemTimeMs(), rddId: node.id })
  }

  forget(nodeIds: readonly number[]): void {
    this.#connected().then(
      (cluster) => {
        for (const id of nodeIds) cluster?.kept.forget(id).catch(() => {})
      },
      () => {},
    )
  }

  broadcast(id: number, value: unknown): void | Promise<void> {
    return this.#payloads.broadcast(id, value)
  }

  unbroadcast(id: number): void {
    this.#payloads.unbroadcast(id)
  }

  async stop(): Promise<void> {
    this.#stopped.abort('because SparkContext was shut down')
    const cluster = await this.#connected().catch(() => null)
    this.#cluster = null
    await cluster?.close(RELEASE_TIMEOUT_MS, systemTimeMs())
  }

  async #run(job: Job<JobRequest>): Promise<unknown[]> {
    const { node, sink, onResult } = job.request
    const target = effectiveNode(node)
    const partitions = job.request.partitions ?? wholeRange(target.numPartitions)
    if (job.request.output !== undefined) return this.#write(job, target, sink, job.request.output)
    if (partitions.length === 0) return []
    if (sink.kind !== 'take' || partitions.length === target.numPartitions || !takesFromAll(target, sink.count)) {
      return this.#compute(job, target, sink, partitions, onResult)
    }
    let results = this.#taken.get(target)?.give(partitions, sink.count) ?? null
    if (results === null) {
      const taken = new TakenPartitions(sink.count)
      const all = wholeRange(target.numPartitions)
      const records = await this.#compute(job, target, sink, all)
      for (const partition of all) taken.keep(partition, records[partition] as unknown[])
      this.#taken.set(target, taken)
      results = taken.give(partitions, sink.count) as unknown[]
    }
    results.forEach((value, i) => {
      onResult?.(i, value)
    })
    return results
  }

  async #compute(
    job: Job,
    target: LineageNode,
    sink: ResultSink,
    partitions: readonly number[],
    onResult?: JobRequest['onResult'],
  ): Promise<unknown[]> {
    const results = new Array<unknown>(partitions.length)
    // Planned before anything is awaited: functions are captured as they are now.
    const planned = this.#plan(target, sink, partitions, RESULTS)
    planned.catch(() => {})
    const cluster = await this.#connect(job)
    const tree = await planned
    const rows = await this.#asStage(job, tree.stage, partitions.length, () =>
      this.#withKept(job, cluster, tree, () => this.#resultRows(job, cluster, tree)),
    )
    tree.targets.forEach((at, i) => {
      const bytes = rows.take(at)
      if (bytes === null) throw new Error(`Spark gave no result for partition ${partitions[i]}`)
      results[i] = this.#decode(sink.kind === 'collect' || sink.kind === 'take', bytes)
      onResult?.(i, results[i])
    })
    return results
  }

  /** Runs a plan as a single stage for listeners: Spark may make several stages of it, and listeners get the sum of their tasks. */
  async #asStage<R>(job: Job, { stageId }: SparkStage, numTasks: number, run: () => Promise<R>): Promise<R> {
    const { work } = this.#options
    const { node, properties } = job.request
    const head = {
      jobId: job.id,
      stageId,
      attempt: 0,
      name: properties.callSite,
      stageKind: 'result',
      numTasks,
    } as const
    work.stageSubmitted(head, () => ({ parentIds: [], rddIds: [effectiveNode(node).id] }))
    let reason: string | null = null
    try {
      return await run()
    } catch (error) {
      reason = job.signal.aborted ? `Job cancelled ${cancelReason(job.signal)}` : String(error)
      throw error
    } finally {
      work.stageCompleted(stageId, reason)
    }
  }

  /** Plans a stage and those below it; waits where records are instances of a class that is still being captured. */
  async #plan(
    node: LineageNode,
    sink: Sink,
    partitions: readonly number[],
    output: StageOutput,
    computed: LineageNode | null = null,
  ): Promise<StageTree> {
    for (;;) {
      try {
        const tree = await planSparkStage(node, sink, partitions, this.#planner, output, computed)
        for (const { program } of stagesOf(tree.stage)) this.recordClasses.share(program)
        return tree
      } catch (error) {
        if (!(error instanceof ClassNotReadyError)) throw error
        await error.ready
      }
    }
  }

  /** Classes of which tasks of a stage, or of one below it, may meet instances. */
  #classesOf({ stage, kept }: StageTree): Set<string> {
    const classes = new Set<string>()
    const add = (ids: Iterable<string>): void => {
      for (const id of ids) classes.add(id)
    }
    for (const one of stagesOf(stage)) {
      add(one.classes)
      add(one.program.classes)
    }
    for (const node of kept) add(this.#classesOfKept.get(node) ?? [])
    return classes
  }

  #contextOf({ request }: Job, tree: StageTree): StageContext {
    const { work } = this.#options
    const { stageId } = tree.stage
    return {
      classes: this.#classesOf(tree),
      localProperties: request.properties.localProperties,
      onProgress: ({ done, active, total, inputBytes }) =>
        work.clusterProgress(stageId, total, done, active, inputBytes),
    }
  }

  /** Has the executors write what the sink sends of all partitions. */
  async #write(job: Job, target: LineageNode, sink: ResultSink, output: JobOutput): Promise<unknown[]> {
    const all = wholeRange(target.numPartitions)
    const planned = this.#plan(target, sink, all, { kind: 'blocks', anchors: 0 })
    planned.catch(() => {})
    const cluster = await this.#connect(job)
    const tree = await planned
    const write = () => cluster.write(tree.stage, output, this.#contextOf(job, tree), job.signal)
    const accumulators = await refusingScheme(
      output.directory,
      this.#asStage(job, tree.stage, all.length, () => this.#withKept(job, cluster, tree, write)),
    )
    this.#merge(accumulators)
    return []
  }

  async #resultRows(job: Job, cluster: SparkCluster, tree: StageTree): Promise<ResultRows> {
    const rows = new ResultRows()
    const { maxResultBytes } = this.#settings
    let resultBytes = 0
    const accumulators: StageRow[] = []
    try {
      for await (const row of cluster.rows(tree.stage, this.#contextOf(job, tree), job.signal)) {
        if (row.leaf === ACCUMULATOR_LEAF) {
          accumulators.push(row)
          continue
        }
        resultBytes += row.block.length
        if (maxResultBytes > 0 && resultBytes > maxResultBytes) throw tooLarge(job, resultBytes, maxResultBytes)
        rows.add(row)
      }
    } catch (error) {
      // The stage runs again, so every task counts once more.
      if (isBlockGone(error)) accumulators.length = 0
      throw error
    } finally {
      this.#merge(accumulators)
    }
    return rows
  }

  /**
   * Runs what reads kept relations, once they are all there. When an executor took parts of some along, these are computed again, as Spark does
   * with persisted RDDs, and it runs once more.
   * @throws SparkException when a local checkpoint is lost.
   */
  async #withKept<R>(job: Job, cluster: SparkCluster, { kept }: StageTree, run: () => Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      await this.#persistAll(job, cluster, kept)
      try {
        return await run()
      } catch (error) {
        if (!isBlockGone(error) || attempt === MAX_STAGE_ATTEMPTS || job.signal.aborted) throw error
        log(
          'WARN',
          'SparkEngine',
          `${job.request.properties.callSite}: an executor that held persisted partitions is gone`,
        )
        await cluster.kept.dropLost(kept)
      }
    }
  }

  /** Makes the relations of kept nodes that are not there, those further down first. */
  async #persistAll(job: Job, cluster: SparkCluster, nodes: Iterable<LineageNode>): Promise<void> {
    for (const node of nodes) {
      if (await this.#isKept(job, cluster, node)) continue
      if (node.kind === 'localCheckpoint') throw lostCheckpoint(node)
      const level = isPersisted(node) ? node.storage.level : StorageLevel.MEMORY_AND_DISK
      const rows = await cluster.persist(node, level, async (compute) => {
        const all = wholeRange(node.numPartitions)
        const tree = await this.#plan(node, { kind: 'collect' }, all, RESULTS, node)
        this.#classesOfKept.set(node, this.#classesOf(tree))
        return this.#asStage(job, tree.stage, node.numPartitions, () =>
          this.#withKept(job, cluster, tree, () => compute(tree.stage, this.#contextOf(job, tree), job.signal)),
        )
      })
      this.#merge(rows)
    }
  }

  /** Waits for the job that is making a node's relation. @returns whether the relation exists; when that job failed, this job makes the relation itself. */
  async #isKept(job: Job, { kept }: SparkCluster, { id }: LineageNode): Promise<boolean> {
    while (kept.has(id)) {
      const made = kept.relationId(id)
      await settledOrAborted(made, job.signal)
      if (job.signal.aborted) throw new JobCancelledException(job.id, cancelReason(job.signal))
      const isThere = await made.then(
        (relationId) => relationId !== null,
        () => false,
      )
      if (isThere) return true
    }
    return false
  }

  #merge(rows: readonly StageRow[]): void {
    for (const { block } of rows) {
      this.#options.onAccumulatorUpdates(this.#codec.decode(block) as AccumulatorUpdate[])
    }
  }

  #decode(isRecords: boolean, bytes: Uint8Array): unknown {
    const records = bytes.length === 0 ? [] : this.#codec.decode(bytes)
    return isRecords ? records : records[0]
  }

  /** Uses the session apart from any job. */
  async #withCluster<R>(run: (cluster: SparkCluster) => Promise<R>): Promise<R> {
    const cluster = await this.#open()
    const leave = cluster.occupancy.enter()
    try {
      return await run(cluster)
    } catch (error) {
      if (isSessionGone(error)) this.#leaveSession()
      throw error
    } finally {
      leave()
    }
  }

  async #connect(job: Job): Promise<SparkCluster> {
    for (;;) {
      if (job.signal.aborted) throw new JobCancelledException(job.id, cancelReason(job.signal))
      const opened = this.#open()
      await settledOrAborted(opened, job.signal)
      if (job.signal.aborted) continue
      const cluster = await opened
      if (cluster.isWornOut && this.#url.sessionId === null) {
        // Jobs that come meanwhile wait for the new one.
        if (this.#cluster === opened) this.#cluster = this.#renewed(cluster)
        continue
      }
      job.leave = cluster.occupancy.enter()
      return cluster
    }
  }

  #open(): Promise<SparkCluster> {
    if (this.#cluster !== null) return this.#cluster
    const connecting = this.#newSession()
    this.#cluster = connecting
    connecting.catch(() => {
      if (this.#cluster === connecting) this.#cluster = null
    })
    return connecting
  }

  /** A session in the place of another whose jobs have ended, with what that one keeps. */
  async #renewed(worn: SparkCluster): Promise<SparkCluster> {
    await worn.occupancy.whenEmpty()
    let next: SparkCluster | null = null
    try {
      next = await this.#newSession()
      await worn.kept.copyTo(next.kept)
    } catch (error) {
      log(
        'WARN',
        'SparkEngine',
        `The session goes on with files that nobody needs, as no other can take its place: ${error}`,
      )
      worn.goOn()
      await next?.close(RELEASE_TIMEOUT_MS, systemTimeMs())
      return worn
    }
    await worn.close(RELEASE_TIMEOUT_MS, systemTimeMs())
    return next
  }

  async #newSession(): Promise<SparkCluster> {
    const { masterUrl, version, conf } = this.#options
    const options = {
      masterUrl,
      version,
      conf,
      url: this.#url,
      settings: this.#settings,
      payloads: this.#payloads,
      signal: this.#stopped.signal,
      hadoopSettings: Object.fromEntries(this.#hadoopSettings),
    }
    const { connectCluster } = await loadClient()
    const cluster = await connectCluster(options)
    this.#applicationId = cluster.applicationId
    for (const [name, path] of this.#addedFiles) await this.#sendFile(cluster, name, path)
    return cluster
  }

  async #connected(): Promise<SparkCluster | null> {
    return this.#cluster
  }

  #jobError(job: Job, error: unknown): unknown {
    if (job.signal.aborted) return new JobCancelledException(job.id, cancelReason(job.signal))
    if (!(error instanceof SparkException)) return error
    if (isSessionGone(error)) this.#leaveSession()
    else if (isArtifactGone(error)) this.#leaveSession((cluster) => cluster.close(RELEASE_TIMEOUT_MS, systemTimeMs()))
    return taskFailure(error, job.request.properties.callSite) ?? error
  }

  /** Drops a session that is lost, or whose data on the executors is lost. The next job opens another session, and computes again what this one kept. */
  #leaveSession(close = async ({ session }: SparkCluster): Promise<void> => session.channel.close()): void {
    const cluster = this.#cluster
    this.#cluster = null
    cluster?.then(close).catch(() => {})
  }
}

function isSessionGone(error: unknown): boolean {
  return error instanceof SparkException && (SESSION_GONE.test(error.code) || SESSION_GONE.test(error.message))
}

/** A stage and all that are below it. */
function* stagesOf(stage: SparkStage): Generator<SparkStage> {
  yield stage
  for (const below of stage.rows.stages) yield* stagesOf(below)
}

function unsupported(message: string): UnsupportedOperationException {
  return new UnsupportedOperationException('UNSUPPORTED_OPERATION', message)
}

function wholeRange(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function tooLarge(job: Job, bytes: number, limit: number): SparkException {
  return new SparkException(
    'RESULT_TOO_LARGE',
    `Job ${job.id} (${job.request.properties.callSite}) aborted: its results take ${bytes} bytes so far, more than spark.driver.maxResultSize (${limit}). Collect less, write the result from the workers, or raise the setting.`,
  )
}

/** Loads the client's libraries, which programs on a local master need not have. */
async function loadClient() {
  try {
    return await import('./connect-cluster.ts')
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SparkException(
      'SPARK_CLIENT_NOT_INSTALLED',
      'A master sc://… needs the packages @grpc/grpc-js and @bufbuild/protobuf, which are optional dependencies of millstream: npm install @grpc/grpc-js @bufbuild/protobuf',
      { cause: error },
    )
  }
}
