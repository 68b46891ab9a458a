import type { Aggregator } from '../task/aggregator.ts'
import type { Program, ShuffleWriteSink, Sink, StageProgram } from '../task/program.ts'
import { effectiveNode, type LineageNode } from './lineage.ts'

/** One side of a shuffle: the node whose records go through the shuffle, and how. Two jobs over one lineage share the side by its key. */
export interface StageDependency {
  /** `<id of the shuffle or cogroup node>/<parent index>`, unique in the SparkContext. */
  readonly key: string
  readonly ownerId: number
  readonly parent: LineageNode
  readonly sink: ShuffleWriteSink
}

/** A stage: the program of its tasks, the node whose partitions they are, and the shuffles it reads. */
export interface StagePlan {
  readonly node: LineageNode
  readonly program: StageProgram
  readonly dependencies: readonly StageDependency[]
  /** The branch that a union's partition takes in a `choice` program. */
  readonly branches: ReadonlyMap<LineageNode, readonly number[]>
  /** Persisted nodes that are `kept` or a `leaf`: what they are made from is left out of the program. */
  readonly kept: ReadonlySet<LineageNode>
}

/**
 * How a stage reads a persisted node: `computed` makes its partitions and keeps them, `kept` finds them where they were kept, `leaf` is handed
 * them like a source's data, `plain` makes them as if the node were not persisted.
 */
export type Persistence = 'computed' | 'kept' | 'leaf' | 'plain'

/**
 * Cuts lineage at its shuffles and writes the program of the stage that ends in `node`.
 * @param persistence asked for each persisted node that the stage reads; nothing below one that is not `computed` is planned.
 */
export function planStage(node: LineageNode, sink: Sink, persistence: (node: LineageNode) => Persistence): StagePlan {
  const builder = new ProgramBuilder(persistence)
  const root = builder.program(node)
  const { dependencies, branches, kept } = builder
  return { node, program: { root, sink }, dependencies: [...dependencies.values()], branches, kept }
}

/** The dependency through which `owner` reads its `index`-th parent, or null where the parent is partitioned that way already. */
export function shuffleDependency(owner: LineageNode, index: number): StageDependency | null {
  if (owner.kind === 'shuffle') {
    const aggregator = owner.mapSideCombine ? owner.aggregator : null
    return dependency(owner, 0, owner.parent, aggregator)
  }
  if (owner.kind !== 'cogroup') throw new Error(`a ${owner.kind} node reads no shuffle`)
  const parent = owner.parents[index] as LineageNode
  if (parent.partitioner?.equals(owner.partitioner)) return null
  return dependency(owner, index, parent, null)
}

function dependency(
  owner: Extract<LineageNode, { kind: 'shuffle' | 'cogroup' }>,
  index: number,
  parent: LineageNode,
  aggregator: Aggregator | null,
): StageDependency {
  return {
    key: `${owner.id}/${index}`,
    ownerId: owner.id,
    parent,
    sink: { kind: 'shuffleWrite', partitioner: owner.partitioner, aggregator },
  }
}

/** Whether a storage level was set for a node. */
export function isPersisted(node: LineageNode): boolean {
  return node.storage.level.useMemory || node.storage.level.useDisk
}

class ProgramBuilder {
  readonly dependencies = new Map<string, StageDependency>()
  readonly branches = new Map<LineageNode, readonly number[]>()
  readonly kept = new Set<LineageNode>()
  readonly #persistence: (node: LineageNode) => Persistence

  constructor(persistence: (node: LineageNode) => Persistence) {
    this.#persistence = persistence
  }

  program(given: LineageNode): Program {
    const node = effectiveNode(given)
    if (!isPersisted(node)) return this.#body(node)
    const persistence = this.#persistence(node)
    if (persistence === 'plain') return this.#body(node)
    if (persistence === 'computed') return { kind: 'cached', body: this.#body(node) }
    this.kept.add(node)
    return persistence === 'leaf' ? { kind: 'source' } : { kind: 'cached', body: { kind: 'absent' } }
  }

  #body(node: LineageNode): Program {
    switch (node.kind) {
      case 'parallelize':
      case 'range':
      case 'blocks':
      case 'files':
      case 'localCheckpoint':
        return { kind: 'source' }
      case 'narrow':
        return { kind: 'narrow', input: this.program(node.parent), op: node.op }
      case 'union':
        return this.#choice(node, node.parents)
      case 'alignedUnion':
        return { kind: 'concat', body: this.#choice(node, node.parents) }
      case 'coalesce':
        return { kind: 'concat', body: this.program(node.parent) }
      case 'prune':
        // A branch of its own, so that a function with the partition's index sees this node's numbering above and the parent's below.
        return this.#choice(node, [node.parent])
      case 'cartesian':
        return { kind: 'cartesian', left: this.program(node.left), right: this.program(node.right) }
      case 'zipPartitions':
        return { kind: 'zipPartitions', inputs: node.parents.map((parent) => this.program(parent)), fn: node.fn }
      case 'shuffle':
        this.#depend(node, 0)
        return {
          kind: 'shuffleRead',
          aggregator: node.aggregator,
          isCombined: node.mapSideCombine,
          ordering: node.ordering,
        }
      case 'cogroup':
        return {
          kind: 'cogroup',
          inputs: node.parents.map((parent, i) =>
            this.#depend(node, i)
              ? { kind: 'shuffleRead', aggregator: null, isCombined: false, ordering: null }
              : this.program(parent),
          ),
        }
    }
  }

  #depend(owner: LineageNode, index: number): boolean {
    const found = shuffleDependency(owner, index)
    if (found !== null) this.dependencies.set(found.key, found)
    return found !== null
  }

  /** Parents whose programs are the same functions in the same places share a branch: a window over sixty batches compiles once. */
  #choice(node: LineageNode, parents: readonly LineageNode[]): Program {
    const byShape = new Map<string, number>()
    const branches: Program[] = []
    const branchOf: number[] = []
    for (const parent of parents) {
      const program = this.program(parent)
      const shape = shapeOf(program)
      let branch = byShape.get(shape)
      if (branch === undefined) {
        branch = branches.length
        byShape.set(shape, branch)
        branches.push(program)
      }
      branchOf.push(branch)
    }
    this.branches.set(node, branchOf)
    return { kind: 'choice', branches }
  }
}

const identities = new WeakMap<object, number>()
let identityCount = 0

/** A text that two programs share exactly when they are built alike from the same functions and objects. */
function shapeOf(value: unknown): string {
  if (typeof value === 'function') return `f${identity(value)}`
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  if (Array.isArray(value)) return `[${value.map(shapeOf).join()}]`
  if (Object.getPrototypeOf(value) !== Object.prototype) return `o${identity(value)}`
  return `{${Object.entries(value)
    .map(([key, field]) => `${key}:${shapeOf(field)}`)
    .join()}}`
}

function identity(value: object): number {
  let id = identities.get(value)
  if (id === undefined) {
    identityCount += 1
    id = identityCount
    identities.set(value, id)
  }
  return id
}
