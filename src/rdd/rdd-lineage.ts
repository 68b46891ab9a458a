import type { LineageNode, NodeStorage } from '../engine/lineage.ts'
import { newNodeStorage } from '../engine/lineage.ts'
import { MillstreamError, SparkException } from '../errors.ts'
import type { RDDContext } from './rdd-context.ts'

type WithoutIdentity<Node> = Node extends LineageNode ? Omit<Node, 'id' | 'callSite' | 'storage'> : never

/** A lineage node without what every RDD has of itself: its id, call site and storage. */
export type NodeShape = WithoutIdentity<LineageNode>

/** How an RDD is shown from the start, also where its node is made later. */
export interface RDDLook {
  /** The class of Spark's RDD. A node that turns out to be of another class says so itself. */
  readonly className: string
  /** As of a {@link LineageNode}. */
  readonly steps?: readonly string[]
}

const PLAIN_LOOK: RDDLook = { className: 'MapPartitionsRDD' }

/**
 * An RDD's place in the lineage: a node that is ready, or one that becomes ready once something asynchronous is known (files that have
 * to be listed, keys that have to be sampled). Id, call site and storage are fixed from the start, so that `persist` and `id` work on both.
 */
export class RDDLineage {
  readonly id: number
  readonly callSite: string
  readonly #look: RDDLook
  readonly storage: NodeStorage
  readonly #context: RDDContext
  #makeShape: (() => Promise<NodeShape>) | null
  #node: LineageNode | null = null
  #isCut = false
  #pending: Promise<LineageNode> | null = null

  private constructor(
    context: RDDContext,
    operation: string | LineageNode,
    look: RDDLook,
    makeShape: (() => Promise<NodeShape>) | null,
  ) {
    this.#context = context
    if (typeof operation !== 'string') {
      this.#look = { className: operation.className }
      this.#makeShape = null
      this.#node = operation
      this.id = operation.id
      this.callSite = operation.callSite
      this.storage = operation.storage
      return
    }
    this.storage = newNodeStorage()
    // A copy: a shape holds its parents, and what a checkpoint cuts off must not stay in memory.
    this.#look = { className: look.className, ...(look.steps && { steps: look.steps }) }
    // The steps in between have ids in Spark, so that the next RDD is numbered as there.
    for (const _ of look.steps ?? []) context.newRddId()
    this.id = context.newRddId()
    this.callSite = context.callSite(operation)
    this.#makeShape = makeShape
  }

  /** The place of a node that stands in the lineage already. */
  static of(context: RDDContext, node: LineageNode): RDDLineage {
    return new RDDLineage(context, node, node, null)
  }

  /** @param operation the Spark operation's name, for the call site. */
  static ready(context: RDDContext, operation: string, shape: NodeShape): RDDLineage {
    const lineage = new RDDLineage(context, operation, shape, null)
    lineage.#complete(shape)
    return lineage
  }

  /** `makeShape` runs when the node is first needed; after a failure it runs again the next time. */
  static deferred(
    context: RDDContext,
    operation: string,
    makeShape: () => Promise<NodeShape>,
    look: RDDLook = PLAIN_LOOK,
  ): RDDLineage {
    return new RDDLineage(context, operation, look, makeShape)
  }

  /** Ready at once when all parents are, and nothing has to be waited for. @param ready waits for what `shape` needs beside the parents. */
  static derived(
    context: RDDContext,
    operation: string,
    parents: readonly RDDLineage[],
    shape: (parents: readonly LineageNode[]) => NodeShape,
    look: RDDLook = PLAIN_LOOK,
    ready?: () => Promise<unknown>,
  ): RDDLineage {
    const nodes = parents.map((parent) => parent.node)
    if (ready === undefined && nodes.every((node) => node !== null)) {
      return RDDLineage.ready(context, operation, shape(nodes))
    }
    const makeShape = async () => {
      await ready?.()
      return shape(await resolveAll(parents))
    }
    return RDDLineage.deferred(context, operation, makeShape, look)
  }

  /** The class of Spark's RDD, as far as it is known without waiting. */
  get className(): string {
    return this.#node?.className ?? this.#look.className
  }

  /**
   * The node when it is ready, else null. Once the checkpoint is written it is one without parents: what is derived from then on does
   * not keep alive what the checkpoint cut off, however long a chain of batches grows.
   */
  get node(): LineageNode | null {
    const { checkpointed } = this.storage
    if (this.#node !== null && checkpointed !== null && !this.#isCut) {
      const { id, callSite, className, storage } = this.#node
      this.#node = Object.freeze({ ...checkpointed, id, callSite, className, storage })
      this.#isCut = true
    }
    return this.#node
  }

  /** The node, made now if it was deferred. */
  async resolve(): Promise<LineageNode> {
    const { node } = this
    if (node !== null) return node
    this.#pending ??= this.#make()
    return this.#pending
  }

  async #make(): Promise<LineageNode> {
    try {
      return this.#complete(await this.#makeShape!())
    } catch (error) {
      throw withCallSite(error, this.callSite)
    } finally {
      this.#pending = null
    }
  }

  #complete(shape: NodeShape): LineageNode {
    const { steps } = this.#look
    const node = Object.freeze({
      ...shape,
      ...(steps && { steps }),
      id: this.id,
      callSite: this.callSite,
      storage: this.storage,
    })
    this.#node = node
    this.#makeShape = null
    this.#context.nodeCreated(node)
    return node
  }
}

const located = new WeakSet<Error>()

/** An error of a definition that arises in a later action names the definition, not the operations built on it. */
function withCallSite(error: unknown, callSite: string): unknown {
  // An error of a job names its place already.
  if (!(error instanceof MillstreamError) || error instanceof SparkException || located.has(error)) return error
  const message = `${error.message} (${callSite})`
  if (error.stack) error.stack = error.stack.replace(error.message, () => message)
  error.message = message
  located.add(error)
  return error
}

/** The nodes of several lineages, made one after another so that the jobs behind them do not compete. */
export async function resolveAll(lineages: readonly RDDLineage[]): Promise<LineageNode[]> {
  const nodes: LineageNode[] = []
  for (const lineage of lineages) nodes.push(await lineage.resolve())
  return nodes
}
