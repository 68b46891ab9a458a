import { shippedIn } from '../../closure/driver/index.ts'
import type { ClosurePayload } from '../../closure/wire/index.ts'
import type { Relation } from '../../connect/gen/spark_connect_pb.ts'
import type { Watch } from '../../connect/progress.ts'
import type { ConnectSession } from '../../connect/session.ts'
import type { StorageLevel } from '../../task/storage-level.ts'
import type { JobOutput } from '../engine.ts'
import type { LineageNode } from '../lineage.ts'
import { PackageArchives } from './archive/index.ts'
import { encodeCommand, type Shipment, type ShippedClasses } from './command.ts'
import { executorPlatform, sendArchive } from './executors.ts'
import { KeptRelations } from './kept-relations.ts'
import { Occupancy } from './occupancy.ts'
import { columnsOf, fileRows, piecesOf } from './plan/file-relations.ts'
import {
  accumulatorRows,
  checkpointedRelation,
  dataRows,
  exchangeByTarget,
  forwardedRows,
  localRelation,
  mapPartitions,
  unionAll,
} from './plan/relations.ts'
import type { SparkStage } from './plan/spark-stage.ts'
import { checkpointRelation, fetchRows, removeRelation, writeBlocks } from './remote-relations.ts'
import type { StageRow } from './rows/row-batch.ts'
import { SessionFileSystem } from './session-file-system.ts'
import { type PlanBudget, SessionFiles } from './session-files.ts'
import type { SparkSettings } from './settings.ts'
import type { ShippedPayloads } from './shipped-payloads.ts'
import { TooMuchDataError } from './spark-errors.ts'

/** Bytes of driver data that one plan brings when they are more than a job's own plan may hold. */
const DATA_PIECE_BYTES = 32 * 1024 * 1024
/** The longest block of a row that a worker sends. */
const MAX_BLOCK_BYTES = 4 * 1024 * 1024

/** The data that a worker gets with each stage, and the callback for the progress of its tasks. */
export interface StageContext {
  readonly localProperties: Readonly<Record<string, string>>
  /** Classes of which the tasks may meet instances as records. */
  readonly classes: ReadonlySet<string>
  readonly onProgress?: Watch['onProgress']
}

/** The parts from which the plan of one job is made. */
interface PlanParts {
  readonly context: StageContext
  readonly signal: AbortSignal | undefined
  readonly budget: PlanBudget
  /** Relations with data of the driver, which go when the job has ended. */
  readonly temporary: string[]
}

/** The server's side of the engine: one session, its relations and its artifacts. */
export class SparkCluster {
  readonly session: ConnectSession
  readonly sparkVersion: string
  /** The id of the server's application; null where the server does not tell it. */
  readonly applicationId: string | null
  /** The relations and files that stay on the server between jobs. */
  readonly kept: KeptRelations
  readonly fileSystem: SessionFileSystem
  readonly #settings: SparkSettings
  readonly #payloads: ShippedPayloads
  readonly #packages: PackageArchives
  readonly #files: SessionFiles
  /** The jobs that run in the session. */
  readonly occupancy = new Occupancy()
  #tolerableBytes: number

  constructor(
    session: ConnectSession,
    { sparkVersion, applicationId }: Pick<SparkCluster, 'sparkVersion' | 'applicationId'>,
    settings: SparkSettings,
    payloads: ShippedPayloads,
  ) {
    this.session = session
    this.sparkVersion = sparkVersion
    this.applicationId = applicationId
    this.kept = new KeptRelations(session)
    this.fileSystem = new SessionFileSystem(session)
    this.#settings = settings
    this.#payloads = payloads
    this.#packages = new PackageArchives(executorPlatform(settings), (folder, archive) =>
      sendArchive(session, folder, archive),
    )
    this.#files = new SessionFiles(session)
    this.#tolerableBytes = settings.maxIdleFileBytes
  }

  /** Whether more lies idle in the session than may: a new one should take its place. */
  get isWornOut(): boolean {
    return this.#files.idleBytes > this.#tolerableBytes
  }

  /** Accepts the present number of idle bytes and as many again, before a new session replaces this one. */
  goOn(): void {
    this.#tolerableBytes = this.#files.idleBytes + this.#settings.maxIdleFileBytes
  }

  /** Runs a stage and the stages below it. Every kept node that they read must be there. */
  async *rows(stage: SparkStage, context: StageContext, signal?: AbortSignal): AsyncGenerator<StageRow> {
    const parts = this.#newPlan(context, signal)
    try {
      const { onProgress } = context
      yield* fetchRows(this.session, await this.#relationOf(stage, parts), { signal, onProgress })
    } finally {
      this.#removeTemporary(parts)
    }
  }

  /**
   * Runs a stage whose tasks send blocks, and has the executors write them, a file for each partition that has any.
   * @returns the rows of accumulators that came with it.
   */
  async write(stage: SparkStage, output: JobOutput, context: StageContext, signal?: AbortSignal): Promise<StageRow[]> {
    const accumulators: StageRow[] = []
    const parts = this.#newPlan(context, signal)
    const watch = { signal, onProgress: context.onProgress }
    // The number of a file is that of Spark's partition.
    const toFiles = (rows: Relation): Promise<void> =>
      writeBlocks(this.session, exchangeByTarget(dataRows(rows), Math.max(1, stage.tasks.size)), output, watch)
    try {
      const isEmpty = stage.tasks.size === 0
      const rows = isEmpty ? localRelation([]) : await this.#relationOf(stage, parts)
      if (!usesAccumulators(stage)) {
        await toFiles(rows)
        return accumulators
      }
      // Files hold no accumulators: these are read apart, and nothing is computed twice.
      const relationId = await checkpointRelation(this.session, rows, undefined, watch)
      parts.temporary.push(relationId)
      const kept = checkpointedRelation(relationId)
      await toFiles(kept)
      for await (const row of fetchRows(this.session, accumulatorRows(kept), { signal })) accumulators.push(row)
      return accumulators
    } finally {
      this.#removeTemporary(parts)
    }
  }

  /**
   * Computes a node's partitions, which are not kept yet, and keeps them on the server.
   * @param level how Spark is to keep them.
   * @returns the rows of accumulators that came with it, which are nobody else's to count.
   */
  async persist(node: LineageNode, level: StorageLevel, plan: PersistPlan): Promise<StageRow[]> {
    let hasAccumulators = false
    const relationId = await this.kept.persist(node.id, level, () =>
      plan(async (stage, context, signal) => {
        hasAccumulators = usesAccumulators(stage)
        const parts = this.#newPlan(context, signal)
        try {
          const { onProgress } = context
          return await checkpointRelation(this.session, await this.#relationOf(stage, parts), level, {
            signal,
            onProgress,
          })
        } finally {
          this.#removeTemporary(parts)
        }
      }),
    )
    const rows: StageRow[] = []
    if (!hasAccumulators) return rows
    for await (const row of fetchRows(this.session, accumulatorRows(checkpointedRelation(relationId)))) rows.push(row)
    return rows
  }

  /** Ends the session. */
  async close(timeoutMs: number, now: number): Promise<void> {
    try {
      await this.session.release(now + timeoutMs)
    } catch {
      // A server that cannot be reached any more ends the session by itself.
    }
    this.session.channel.close()
  }

  #newPlan(context: StageContext, signal: AbortSignal | undefined): PlanParts {
    this.#files.nextJob()
    return { context, signal, budget: { bytes: this.#settings.maxInlineBytes }, temporary: [] }
  }

  #removeTemporary({ temporary }: PlanParts): void {
    for (const relationId of temporary) this.session.inBackground(removeRelation(this.session, relationId))
  }

  async #relationOf(stage: SparkStage, parts: PlanParts): Promise<Relation> {
    const { driver, stages, forwarded, standing, exchangePartitions } = stage.rows
    const inputs = driver.length > 0 ? [...(await this.#driverRelations(driver, parts))] : []
    for (const below of stages) inputs.push(await this.#relationOf(below, parts))
    for (const rows of forwarded) inputs.push(forwardedRows(await this.#keptRelation(rows.node.id), rows))
    if (standing !== null) {
      inputs.push(
        standing.from === 'files'
          ? fileRows(standing.node, stage.tasks.keys())
          : dataRows(await this.#keptRelation(standing.node.id)),
      )
    }
    const all = unionAll(inputs)
    const input = exchangePartitions === null ? all : exchangeByTarget(all, exchangePartitions)
    return mapPartitions(input, stage.callSite, await this.#commandOf(stage, parts), columnsOf(standing))
  }

  async #keptRelation(nodeId: number): Promise<Relation> {
    const relationId = await this.kept.relationId(nodeId)
    if (relationId === null) throw new Error(`RDD ${nodeId} is kept and not on the server`)
    return checkpointedRelation(relationId)
  }

  /** Data of the driver, in the plan itself; beyond the plan's budget it goes up before, piece by piece, and the executors hold it. */
  async #driverRelations(rows: readonly StageRow[], { budget, temporary, signal }: PlanParts): Promise<Relation[]> {
    let total = 0
    for (const { block } of rows) total += block.length
    if (total > this.#settings.maxDataBytes) throw new TooMuchDataError(total, this.#settings.maxDataBytes)
    if (total <= budget.bytes) {
      budget.bytes -= total
      return [localRelation(rows)]
    }
    const relations: Relation[] = []
    for (const piece of pieces(rows, Math.min(DATA_PIECE_BYTES, this.#settings.maxInlineBytes))) {
      const relationId = await checkpointRelation(this.session, localRelation(piece), undefined, { signal })
      temporary.push(relationId)
      relations.push(checkpointedRelation(relationId))
    }
    return relations
  }

  async #commandOf(stage: SparkStage, { context, budget }: PlanParts): Promise<Uint8Array> {
    const { inputMemoryBytes, shuffleMemoryBytes, spillFraction, maxEntries } = this.#settings
    const bundles = this.#payloads.classesFor(context.classes)
    const classPayloads = bundles.map(({ payload }) => payload)
    const broadcastPayloads = this.#payloads.broadcastsOf([stage.program, ...classPayloads])
    const modules = await this.#packages.placesFor([stage.program, ...classPayloads, ...broadcastPayloads.values()])
    const ship = (payload: ClosurePayload): Promise<Shipment> => this.#files.ship(payload, stage.tasks.size, budget)
    const broadcasts = new Map<number, Shipment>()
    for (const [id, payload] of broadcastPayloads) broadcasts.set(id, await ship(payload))
    const classes: ShippedClasses[] = []
    for (const { names, payload } of bundles) classes.push({ names, shipment: await ship(payload) })
    return encodeCommand({
      sparkVersion: this.sparkVersion,
      program: await ship(stage.program),
      modules,
      tasks: stage.tasks,
      output: stage.output,
      pieces: piecesOf(stage),
      classes,
      broadcasts,
      localProperties: context.localProperties,
      stageId: stage.stageId,
      limits: { inputMemoryBytes, shuffleMemoryBytes, maxBlockBytes: MAX_BLOCK_BYTES, spillFraction, maxEntries },
    })
  }
}

/** Plans what a persisted node is computed by, and has it computed. @param compute gives the relation's id. */
export type PersistPlan = (
  compute: (stage: SparkStage, context: StageContext, signal?: AbortSignal) => Promise<string>,
) => Promise<string>

/** Whether tasks of a stage, or of one below it, may add to an accumulator. */
function usesAccumulators({ program, rows }: SparkStage): boolean {
  return shippedIn(program).some(({ type }) => type === 'accumulator') || rows.stages.some(usesAccumulators)
}

/** Cuts rows into runs of about `bytes`, in order. */
function* pieces(rows: readonly StageRow[], bytes: number): Generator<StageRow[]> {
  let piece: StageRow[] = []
  let sizeBytes = 0
  for (const row of rows) {
    if (piece.length > 0 && sizeBytes + row.block.length > bytes) {
      yield piece
      piece = []
      sizeBytes = 0
    }
    piece.push(row)
    sizeBytes += row.block.length
  }
  if (piece.length > 0) yield piece
}
