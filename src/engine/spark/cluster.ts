import { createHash } from 'node:crypto'
import { serialize } from 'node:v8'
import { create } from '@bufbuild/protobuf'
import { type ClosurePayload, shippedIn } from '../../closure/index.ts'
import type { ListedFile } from '../engine.ts'
import { PackageArchives } from './archive/index.ts'
import type { Row } from './arrow/row-batch.ts'
import { rowsOf } from './arrow/row-batch.ts'
import { readRowStream } from './arrow/row-batch-reader.ts'
import { rowStream } from './arrow/row-batch-writer.ts'
import { encodeCommand, type Shipment } from './command.ts'
import { addArtifact, existingArtifacts } from './connect/artifacts.ts'
import { joinedBatches } from './connect/batches.ts'
import { execute } from './connect/execute.ts'
import type { ConnectSession } from './connect/session.ts'
import { executorPlatform, sendArchive } from './executors.ts'
import { PlanSchema, type Relation } from './gen/spark_connect_pb.ts'
import { fileRows, listedFile, listedFiles } from './plan/file-relations.ts'
import {
  accumulatorRows,
  cachedRows,
  checkpointedRelation,
  dataRows,
  exchangeByTarget,
  localRelation,
  mapPartitions,
  unionAll,
} from './plan/relations.ts'
import type { SparkStage } from './plan/spark-stage.ts'
import type { SparkSettings } from './settings.ts'
import type { ShippedPayloads } from './shipped-payloads.ts'
import { TooMuchDataError } from './spark-errors.ts'

/** A captured value above this is sent once as a file of the session, not with each command. */
const MAX_INLINE_PAYLOAD_BYTES = 256 * 1024
/** Bytes of one artifact of driver data. */
const DATA_ARTIFACT_BYTES = 32 * 1024 * 1024
/** The longest block of a row that a worker sends. */
const MAX_BLOCK_BYTES = 4 * 1024 * 1024

/** What a worker is told with each stage. */
export interface StageContext {
  readonly localProperties: Readonly<Record<string, string>>
}

/** The server's side of the engine: one session, its relations and its artifacts. */
export class SparkCluster {
  readonly session: ConnectSession
  readonly sparkVersion: string
  readonly #settings: SparkSettings
  readonly #payloads: ShippedPayloads
  readonly #packages: PackageArchives
  readonly #files = new Map<string, Promise<void>>()
  /** Persisted nodes by id: the relation that holds them, once it is there. */
  readonly #relations = new Map<number, Promise<string>>()

  constructor(session: ConnectSession, sparkVersion: string, settings: SparkSettings, payloads: ShippedPayloads) {
    this.session = session
    this.sparkVersion = sparkVersion
    this.#settings = settings
    this.#payloads = payloads
    this.#packages = new PackageArchives(executorPlatform(settings), (folder, archive) =>
      sendArchive(session, folder, archive),
    )
  }

  /** Runs a stage and the stages below it. Every persisted node that they read must be there. */
  async *rows(stage: SparkStage, context: StageContext, signal?: AbortSignal): AsyncGenerator<Row> {
    yield* this.#fetch(await this.#relationOf(stage, context), signal)
  }

  /** Lists one input path with the cluster's file systems, in the order of the names. */
  async listFiles(path: string): Promise<ListedFile[]> {
    const files: ListedFile[] = []
    for await (const row of this.#fetch(listedFiles(path))) files.push(listedFile(row))
    return files.sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  isPersisted(nodeId: number): boolean {
    return this.#relations.has(nodeId)
  }

  /**
   * Computes a persisted node's partitions and keeps them on the server under the node's id; does nothing when that was begun before.
   * @returns the rows of accumulators that came with it, which are nobody else's to count; null when it was there.
   */
  async persist(nodeId: number, plan: () => Promise<SparkStage>, context: StageContext, signal?: AbortSignal) {
    const known = this.#relations.get(nodeId)
    if (known !== undefined) {
      await known
      return null
    }
    let hasAccumulators = false
    const made = plan().then((stage) => {
      hasAccumulators = usesAccumulators(stage)
      return this.#checkpoint(stage, context, signal)
    })
    this.#relations.set(nodeId, made)
    try {
      const relationId = await made
      const rows: Row[] = []
      if (!hasAccumulators) return rows
      for await (const row of this.#fetch(accumulatorRows(checkpointedRelation(relationId)), signal)) rows.push(row)
      return rows
    } catch (error) {
      if (this.#relations.get(nodeId) === made) this.#relations.delete(nodeId)
      throw error
    }
  }

  /** Frees what is kept of a node. */
  async unpersist(nodeId: number): Promise<void> {
    const relation = this.#relations.get(nodeId)
    if (relation === undefined) return
    this.#relations.delete(nodeId)
    const relationId = await relation.catch(() => null)
    if (relationId === null) return
    const value = { relation: { relationId } }
    const command = { commandType: { case: 'removeCachedRemoteRelationCommand' as const, value } }
    for await (const _ of execute(this.session, create(PlanSchema, { opType: { case: 'command', value: command } })));
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

  async #checkpoint(stage: SparkStage, context: StageContext, signal?: AbortSignal): Promise<string> {
    const relation = await this.#relationOf(stage, context)
    const value = { relation, local: true, eager: true }
    const command = { commandType: { case: 'checkpointCommand' as const, value } }
    let relationId: string | undefined
    for await (const { responseType } of execute(
      this.session,
      create(PlanSchema, { opType: { case: 'command', value: command } }),
      signal,
    )) {
      if (responseType.case === 'checkpointCommandResult') relationId = responseType.value.relation?.relationId
    }
    if (relationId === undefined) throw new Error('the server made a checkpoint and did not name it')
    return relationId
  }

  async *#fetch(root: Relation, signal?: AbortSignal): AsyncGenerator<Row> {
    const plan = create(PlanSchema, { opType: { case: 'root', value: root } })
    for await (const stream of joinedBatches(execute(this.session, plan, signal))) {
      for (const batch of readRowStream(stream)) yield* rowsOf(batch)
    }
  }

  async #relationOf(stage: SparkStage, context: StageContext): Promise<Relation> {
    const { driver, stages, standing, exchangePartitions } = stage.rows
    const inputs: Relation[] = []
    if (driver.length > 0) inputs.push(await this.#driverRelation(driver))
    for (const below of stages) inputs.push(await this.#relationOf(below, context))
    if (standing !== null) {
      inputs.push(standing.from === 'files' ? fileRows(standing.node) : await this.#keptRelation(standing.node.id))
    }
    const all = unionAll(inputs)
    const input = exchangePartitions === null ? all : exchangeByTarget(all, exchangePartitions)
    return mapPartitions(input, stage.callSite, await this.#commandOf(stage, context))
  }

  async #keptRelation(nodeId: number): Promise<Relation> {
    const relationId = await this.#relations.get(nodeId)
    if (relationId === undefined) throw new Error(`RDD ${nodeId} is persisted and not on the server`)
    return dataRows(checkpointedRelation(relationId))
  }

  async #driverRelation(rows: readonly Row[]): Promise<Relation> {
    let total = 0
    for (const { block } of rows) total += block.length
    if (total > this.#settings.maxDataBytes) throw new TooMuchDataError(total, this.#settings.maxDataBytes)
    if (total <= this.#settings.maxInlineBytes) return localRelation(rows)
    const hashes: string[] = []
    for (const piece of pieces(rows, DATA_ARTIFACT_BYTES)) {
      const content = rowStream(piece, 'flat')
      const hash = createHash('sha256').update(content).digest('hex')
      const name = `cache/${hash}`
      if (!(await existingArtifacts(this.session, [name])).has(name)) await addArtifact(this.session, { name, content })
      hashes.push(hash)
    }
    return cachedRows(hashes)
  }

  async #commandOf(stage: SparkStage, { localProperties }: StageContext): Promise<Uint8Array> {
    const { inputMemoryBytes, shuffleMemoryBytes, spillFraction, maxEntries } = this.#settings
    const broadcastPayloads = this.#payloads.broadcastsOf(stage.program)
    const classPayloads = [...this.#payloads.classes]
    const modules = await this.#packages.placesFor([stage.program, ...classPayloads, ...broadcastPayloads.values()])
    const broadcasts = new Map<number, Shipment>()
    for (const [id, payload] of broadcastPayloads) broadcasts.set(id, await this.#ship(payload))
    const classes: Shipment[] = []
    for (const payload of classPayloads) classes.push(await this.#ship(payload))
    return encodeCommand({
      sparkVersion: this.sparkVersion,
      program: await this.#ship(stage.program),
      modules,
      tasks: stage.tasks,
      output: stage.output,
      classes,
      broadcasts,
      localProperties,
      stageId: stage.stageId,
      limits: { inputMemoryBytes, shuffleMemoryBytes, maxBlockBytes: MAX_BLOCK_BYTES, spillFraction, maxEntries },
    })
  }

  async #ship(payload: ClosurePayload): Promise<Shipment> {
    const cellBytes = payload.cells.reduce((sum, { bytes }) => sum + bytes.length, 0)
    if (payload.bytes.length + cellBytes <= MAX_INLINE_PAYLOAD_BYTES) {
      // Views of shared memory travel whole: the bytes are copied out of it.
      return { kind: 'inline', payload: { ...payload, bytes: new Uint8Array(payload.bytes) } }
    }
    const content = serialize(payload)
    const name = `millstream-${createHash('sha256').update(content).digest('hex')}`
    let sending = this.#files.get(name)
    if (sending === undefined) {
      sending = addArtifact(this.session, { name: `files/${name}`, content })
      this.#files.set(name, sending)
      sending.catch(() => this.#files.delete(name))
    }
    await sending
    return { kind: 'file', name }
  }
}

/** Whether tasks of a stage, or of one below it, may add to an accumulator. */
function usesAccumulators({ program, rows }: SparkStage): boolean {
  return shippedIn(program).some(({ type }) => type === 'accumulator') || rows.stages.some(usesAccumulators)
}

/** Cuts rows into runs of about `bytes`, in order. */
function* pieces(rows: readonly Row[], bytes: number): Generator<Row[]> {
  let piece: Row[] = []
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
