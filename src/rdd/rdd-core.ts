import type { LineageNode } from '../engine/lineage.ts'
import { nameOf } from './debug-string.ts'
import type { RDDContext } from './rdd-context.ts'
import type { NodeShape, RDDLook } from './rdd-lineage.ts'
import { RDDLineage } from './rdd-lineage.ts'

/**
 * An RDD as operations and actions see it: its context and its place in the lineage, without the methods of users. They take cores and
 * give cores or values; RDD, whose methods call them, wraps a core that they give (`RDD.from`). So they need not know RDD.
 */
export class RDDCore<T> {
  /** The type of a record, for TypeScript alone: no such property exists when the program runs. @internal */
  declare readonly recordType?: T
  /** Its context, as far as an RDD needs it. @internal */
  readonly context: RDDContext
  /** @internal */
  readonly lineage: RDDLineage

  /** Made by a SparkContext and by operations on RDDs only. */
  constructor(context: RDDContext, lineage: RDDLineage) {
    this.context = context
    this.lineage = lineage
  }

  /** Unique in its SparkContext. */
  get id(): number {
    return this.lineage.id
  }

  /** `words MapPartitionsRDD[2] at flatMap at app.ts:4:21` */
  toString(): string {
    const { className, storage, callSite } = this.lineage
    const name = nameOf(storage)
    return `${name === null ? '' : `${name} `}${className}[${this.id}] at ${callSite}`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  /** How many partitions it has; may list files or sample keys to know. */
  async getNumPartitions(): Promise<number> {
    return (await this.resolve()).numPartitions
  }

  /** The node that the engine runs, made now if files must be listed or keys sampled first. @internal */
  resolve(): Promise<LineageNode> {
    return this.lineage.resolve()
  }

  /**
   * An RDD that reads this one and `others`; `shape` gets their nodes in that order.
   * @param look how it is shown until the parents' nodes are made; as an RDD of `mapPartitions` when absent
   * @param ready waits for what `shape` needs beside the nodes
   * @internal
   */
  derive<U>(
    operation: string,
    others: readonly RDDCore<unknown>[],
    shape: (parents: readonly LineageNode[]) => NodeShape,
    look?: RDDLook,
    ready?: () => Promise<unknown>,
  ): RDDCore<U> {
    this.context.assertNotStopped()
    const parents = [this.lineage, ...others.map((other) => other.lineage)]
    return new RDDCore<U>(this.context, RDDLineage.derived(this.context, operation, parents, shape, look, ready))
  }

  /** An RDD whose place in the lineage takes a job, or other waiting, to find out. @internal */
  deriveLater<U>(operation: string, shape: () => Promise<NodeShape>, look?: RDDLook): RDDCore<U> {
    this.context.assertNotStopped()
    return new RDDCore<U>(this.context, RDDLineage.deferred(this.context, operation, shape, look))
  }
}
