import { closeSync, openSync, readSync } from 'node:fs'
import { captureClosures } from '../../../closure/driver/index.ts'
import type { ClosurePayload } from '../../../closure/wire/index.ts'
import { UnsupportedFileSystemException } from '../../../files/errors.ts'
import type { Sink } from '../../../task/program.ts'
import { isPromise } from '../../../task/reader.ts'
import type { EncodedSlice } from '../../driver-slices.ts'
import {
  at,
  blockInput,
  filesInput,
  type InputTree,
  InputTrees,
  rangeInput,
  type SourceNode,
} from '../../input-trees.ts'
import { type DataBlock, effectiveNode, type LineageNode } from '../../lineage.ts'
import { planStage, type StagePlan } from '../../stage-plan.ts'
import { isLocalPath, isOnCluster } from '../cluster-files.ts'
import { ANCHOR_LEAF, type LeafInput, type LeafRef, type StageOutput } from '../command.ts'
import type { StageRow } from '../rows/row-batch.ts'
import type { FilesNode, ForwardedRows, SparkStage, StandingData } from './spark-stage.ts'

/** The longest block of a row that the driver sends; more goes into several rows. */
export const DRIVER_ROW_BYTES = 16 * 1024 * 1024

/** The parts of the engine that the planner uses. */
export interface PlannerOptions {
  nextStageId(): number
  /** The encoded slice of a collection of the driver. */
  slice(node: Extract<LineageNode, { kind: 'parallelize' }>, partition: number): EncodedSlice
}

/** A stage whose rows are a job's results, with what must be there before it runs. */
export interface StageTree {
  readonly stage: SparkStage
  /** The target that partition `partitions[i]` runs as. */
  readonly targets: readonly number[]
  /** Persisted nodes whose relations the stage, or one below it, reads. */
  readonly kept: ReadonlySet<LineageNode>
}

/**
 * Plans the stage that ends in `node`, and the stages below it, for Spark. Functions are captured before this returns its promise, but for
 * those that need a module imported first: a job works with the values of the moment in which it was submitted.
 * @param computed the persisted node to compute rather than to read, when the stage is to make it.
 */
export async function planSparkStage(
  node: LineageNode,
  sink: Sink,
  partitions: readonly number[],
  options: PlannerOptions,
  output: StageOutput,
  computed: LineageNode | null = null,
): Promise<StageTree> {
  const kept = new Set<LineageNode>()
  const planner = new StagePlanner(options, computed, kept)
  const { stage, targets } = await planner.stage(effectiveNode(node), sink, partitions, output)
  return { stage, targets, kept }
}

class StagePlanner {
  readonly #options: PlannerOptions
  readonly #computed: LineageNode | null
  readonly #kept: Set<LineageNode>

  constructor(options: PlannerOptions, computed: LineageNode | null, kept: Set<LineageNode>) {
    this.#options = options
    this.#computed = computed
    this.#kept = kept
  }

  async stage(
    node: LineageNode,
    sink: Sink,
    partitions: readonly number[],
    output: StageOutput,
  ): Promise<{ stage: SparkStage; targets: readonly number[] }> {
    const plan = planStage(node, sink, (persisted) => (persisted === this.#computed ? 'plain' : 'leaf'))
    const captured = captureClosures(plan.program, { where: plan.node.callSite, mayWait: true })
    // The first failure fails the job, without waiting for the others.
    if (isPromise(captured)) captured.catch(() => {})
    const leaves = new StageLeaves(plan, this.#options, this.#computed)
    const tasks = new Map(partitions.map((partition, target) => [target, leaves.input(target, partition)]))
    for (const { data } of leaves.standing.values()) if (data.from === 'relation') this.#kept.add(data.node)

    const direct = leaves.readDirectly(partitions.length)
    if (direct !== null) {
      const program = await captured
      const renumbered = new Map(
        [...tasks].map(([target, input]) => [at(direct.targets, target), asItStands(direct.data, input)]),
      )
      const rows = { ...NO_ROWS, standing: direct.data }
      const classes = [...leaves.classes]
      return { stage: this.#made(plan, program, classes, renumbered, output, rows), targets: direct.targets }
    }

    // Children are planned before anything is awaited.
    const forwarded = [...leaves.standing.values()].flatMap((read) => forwardedRows(read) ?? [])
    const children = this.#children(plan, leaves, partitions.length)
    for (const child of children) child.catch(() => {})
    const program = isPromise(captured) ? await captured : captured
    const stages = await Promise.all(children)
    const driver = stages.length === 0 || leaves.rows.length > 0 ? leaves.rowsForEach(partitions.length) : []
    const isTogether = stages.length + forwarded.length === 0 && driver.length === partitions.length
    const rows = { ...NO_ROWS, driver, stages, forwarded, exchangePartitions: isTogether ? null : partitions.length }
    return {
      stage: this.#made(plan, program, [...leaves.classes], tasks, output, rows),
      targets: partitions.map((_, target) => target),
    }
  }

  /** The stages that send rows to this one. The first sends the anchors, unless the driver sends rows itself. */
  #children(plan: StagePlan, leaves: StageLeaves, targetCount: number): Promise<SparkStage>[] {
    let anchors = leaves.rows.length > 0 ? 0 : targetCount
    const takeAnchors = (): number => {
      const taken = anchors
      anchors = 0
      return taken
    }
    const children: Promise<SparkStage>[] = []
    for (const { key, parent, sink } of plan.dependencies) {
      const from = effectiveNode(parent)
      const routes = leaves.shuffleRoutes.get(key)
      if (from.numPartitions === 0 || routes === undefined) continue
      const all = Array.from({ length: sink.partitioner.numPartitions }, (_, bucket) => routes.get(bucket) ?? [])
      const output = { kind: 'shuffle', routes: all, anchors: takeAnchors() } as const
      children.push(this.stage(from, sink, wholeRange(from.numPartitions), output).then(({ stage }) => stage))
    }
    for (const read of leaves.standing.values()) {
      if (forwardedRows(read) === null) children.push(this.#feeder(read, takeAnchors()))
    }
    return children
  }

  /** Sends partitions that stand on the cluster to the targets that read them, where they cannot be read as they stand. */
  async #feeder({ data, routes }: StandingLeaves, anchors: number): Promise<SparkStage> {
    const program = await captureClosures({ root: { kind: 'source' }, sink: { kind: 'collect' } })
    const tasks = new Map([...routes.keys()].map((partition) => [partition, feederInput(data, partition)]))
    const rows = { ...NO_ROWS, standing: data }
    const output = { kind: 'result', routes, anchors } as const
    const { callSite } = data.node
    return { stageId: this.#options.nextStageId(), callSite, program, classes: [], tasks, output, rows }
  }

  #made(
    plan: StagePlan,
    program: ClosurePayload,
    classes: readonly string[],
    tasks: ReadonlyMap<number, LeafInput>,
    output: StageOutput,
    rows: SparkStage['rows'],
  ): SparkStage {
    return { stageId: this.#options.nextStageId(), callSite: plan.node.callSite, program, classes, tasks, output, rows }
  }
}

/** Numbers the leaves of a stage's tasks and notes who fills them. */
class StageLeaves {
  readonly rows: StageRow[] = []
  /** Classes whose instances are in the rows. */
  readonly classes = new Set<string>()
  /** The leaves that read each bucket of each shuffle. */
  readonly shuffleRoutes = new Map<string, Routes>()
  /** The partitions that are read of relations on the cluster, by {@link standingKey}. */
  readonly standing = new Map<string, StandingLeaves>()
  readonly #options: PlannerOptions
  readonly #computed: LineageNode | null
  readonly #trees: InputTrees<LeafInput>
  #target = 0
  #nextLeaf = 0

  constructor(plan: StagePlan, options: PlannerOptions, computed: LineageNode | null) {
    this.#options = options
    this.#computed = computed
    this.#trees = new InputTrees<LeafInput>(plan, {
      source: (node, partition) => this.#source(node, partition),
      segments: (key, partition) => {
        const routes = this.shuffleRoutes.get(key) ?? new Map()
        this.shuffleRoutes.set(key, routes)
        const leaf = this.#route(routes, partition)
        return { kind: 'segments', partition, leaf: { leaf } }
      },
      persisted: (node, partition, below) => this.#persisted(node, partition, below),
    })
  }

  input(target: number, partition: number): LeafInput {
    this.#target = target
    this.#nextLeaf = 0
    return this.#trees.input(partition)
  }

  /**
   * Finds a relation that can be read in place: each target reads one partition of the relation and nothing else, and no two targets read the same one. The
   * partitions of the relation are then the targets.
   */
  readDirectly(targetCount: number): { data: StandingData; targets: readonly number[] } | null {
    const [only, ...others] = this.standing.values()
    if (only === undefined || others.length > 0 || this.shuffleRoutes.size > 0 || this.rows.length > 0) return null
    const targets = new Array<number>(targetCount).fill(-1)
    for (const [partition, route] of only.routes) {
      if (route.length !== 2 || route[1] !== 0) return null
      targets[route[0] as number] = partition
    }
    return targets.includes(-1) ? null : { data: only.data, targets }
  }

  /** The driver's rows, with an anchor for each target that has none. */
  rowsForEach(targetCount: number): StageRow[] {
    const having = new Set(this.rows.map(({ target }) => target))
    const anchors = wholeRange(targetCount)
      .filter((target) => !having.has(target))
      .map((target): StageRow => ({ target, leaf: ANCHOR_LEAF, source: 0, part: 0, block: NO_BYTES }))
    return [...this.rows, ...anchors].sort((a, b) => a.target - b.target)
  }

  #source(node: SourceNode, partition: number): LeafInput {
    switch (node.kind) {
      case 'parallelize':
        return this.#slice(partition, this.#options.slice(node, partition))
      case 'blocks': {
        const block = at(node.blocks, partition)
        return { ...blockInput(node, block, partition), bytes: this.#leafOf(bytesOf(block)) }
      }
      case 'range':
        return rangeInput(node, partition)
      case 'localCheckpoint':
        return this.#standing({ from: 'relation', node }, partition)
      case 'files':
        return isOnCluster(node) ? this.#standing({ from: 'files', node }, partition) : filesInput(node, partition)
    }
  }

  #standing(data: StandingData, partition: number): LeafInput {
    const key = `${data.from}/${data.node.id}`
    const leaves = this.standing.get(key) ?? { data, routes: new Map() }
    this.standing.set(key, leaves)
    return recordsInput(partition, this.#route(leaves.routes, partition))
  }

  #slice(partition: number, { bytes, classes }: EncodedSlice): LeafInput {
    for (const id of classes) this.classes.add(id)
    return { kind: 'data', partition, format: 'records', bytes: this.#leafOf(bytes) }
  }

  /** A leaf that the driver sends. */
  #leafOf(bytes: Uint8Array): LeafRef {
    const leaf = this.#nextLeaf++
    for (let from = 0, part = 0; from < bytes.length; from += DRIVER_ROW_BYTES, part++) {
      const block = bytes.subarray(from, from + DRIVER_ROW_BYTES)
      this.rows.push({ target: this.#target, leaf, source: 0, part, block })
    }
    return { leaf }
  }

  #persisted(node: LineageNode, partition: number, below: () => InputTree<LeafInput>): InputTree<LeafInput> {
    if (node === this.#computed) return below()
    return this.#standing({ from: 'relation', node }, partition)
  }

  #route(routes: Routes, partition: number): number {
    const leaf = this.#nextLeaf++
    const route = routes.get(partition)
    if (route === undefined) routes.set(partition, [this.#target, leaf])
    else route.push(this.#target, leaf)
    return leaf
  }
}

/** The targets and leaves that read each bucket or partition. */
type Routes = Map<number, number[]>

interface StandingLeaves {
  readonly data: StandingData
  readonly routes: Routes
}

const NO_BYTES = new Uint8Array(0)
const NO_ROWS: SparkStage['rows'] = { driver: [], stages: [], forwarded: [], standing: null, exchangePartitions: null }

/** How Spark alone brings partitions of a relation to those who read them; null when a feeder must: their places follow no simple rule. */
function forwardedRows({ data, routes }: StandingLeaves): ForwardedRows | null {
  if (data.from !== 'relation') return null
  const [first] = routes
  if (first === undefined) return null
  const [from, [target = 0, leaf = 0]] = first
  const offset = target - from
  let to = from - 1
  for (const [partition, route] of routes) {
    to += 1
    if (partition !== to || route.length !== 2 || route[0] !== partition + offset || route[1] !== leaf) return null
  }
  return { node: data.node, from, to, offset, leaf }
}

/** A partition as the sink `collect` left it: of a persisted node in its relation, or sent by a feeder. */
function recordsInput(partition: number, leaf: number): LeafInput {
  return { kind: 'data', partition, format: 'records', bytes: { leaf } }
}

/** The input of a feeder for one partition. */
function feederInput(data: StandingData, partition: number): LeafInput {
  return asItStands(data, recordsInput(partition, 0))
}

/** The same input where its one leaf comes from where the data stand, and no feeder has read it: files are as Spark's readers give them. */
function asItStands(data: StandingData, input: LeafInput): LeafInput {
  if (data.from !== 'files') return input
  switch (input.kind) {
    case 'data':
      return contentInput(data.node, input.partition, input.bytes)
    case 'choice':
      return { ...input, input: asItStands(data, input.input) }
    case 'many':
      return { ...input, inputs: input.inputs.map((one) => asItStands(data, one)) }
    default:
      return input
  }
}

function contentInput(node: FilesNode, partition: number, leaf: LeafRef): LeafInput {
  switch (node.format) {
    case 'text':
      return { kind: 'data', partition, format: 'lines', bytes: leaf }
    case 'records':
      return { kind: 'data', partition, format: 'records', bytes: leaf }
    default:
      return { ...filesInput(node, partition), leaf }
  }
}

function bytesOf({ bytes }: DataBlock): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes
  const { path, offset, length } = bytes
  if (!isLocalPath(path)) {
    throw new UnsupportedFileSystemException(
      'UNSUPPORTED_FILE_SYSTEM',
      `Cannot read '${path}' for a master sc://: blocks of a receiver's log must be in files of the driver's machine. Checkpoint to a path with file:`,
    )
  }
  const content = new Uint8Array(length)
  const file = openSync(path, 'r')
  try {
    // A log holds the blocks of many batches: only this one's are read.
    for (let done = 0; done < length; ) {
      const read = readSync(file, content, done, length - done, offset + done)
      if (read === 0) throw new Error(`${path} ends before byte ${offset + length}, up to which a block stands in it`)
      done += read
    }
  } finally {
    closeSync(file)
  }
  return content
}

function wholeRange(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}
