import type { LineageNode } from '../engine/lineage.ts'
import { effectiveNode } from '../engine/lineage.ts'
import type { Ordering } from '../task/ordering.ts'
import type { Partitioner } from '../task/partitioner.ts'
import type { RDD } from './rdd.ts'

/** A partition of an RDD, by its place in it (Spark's `Partition`). */
export interface Partition {
  /** From 0. */
  readonly index: number
}

/** One RDD that another one reads (Spark's `Dependency`). */
export abstract class Dependency<T = unknown> {
  /** The RDD that is read: the same id and storage as the program's own, in another object. */
  readonly rdd: RDD<T>

  constructor(rdd: RDD<T>) {
    this.rdd = rdd
  }
}

/** A dependency in which each partition reads few of the parent's, where they are (Spark's `NarrowDependency`). */
export class NarrowDependency<T = unknown> extends Dependency<T> {
  readonly #parents: (partitionId: number) => readonly number[]

  /** @param parents which of the parent's partitions one of the child's reads. */
  constructor(rdd: RDD<T>, parents: (partitionId: number) => readonly number[]) {
    super(rdd)
    this.#parents = parents
  }

  /** Which of the parent's partitions a partition reads, by their indices. */
  getParents(partitionId: number): readonly number[] {
    return this.#parents(partitionId)
  }
}

/** Each partition reads the parent's partition of the same index (Spark's `OneToOneDependency`). */
export class OneToOneDependency<T = unknown> extends NarrowDependency<T> {
  constructor(rdd: RDD<T>) {
    super(rdd, (partitionId) => [partitionId])
  }
}

/** A range of partitions reads as many of the parent's, in order, as a part of a union does (Spark's `RangeDependency`). */
export class RangeDependency<T = unknown> extends NarrowDependency<T> {
  /** The first of the parent's partitions. */
  readonly inStart: number
  /** The first of the child's partitions. */
  readonly outStart: number
  /** How many partitions. */
  readonly length: number

  constructor(rdd: RDD<T>, inStart: number, outStart: number, length: number) {
    super(rdd, (id) => (id >= outStart && id < outStart + length ? [id - outStart + inStart] : []))
    this.inStart = inStart
    this.outStart = outStart
    this.length = length
  }
}

/** Each partition may read from all of the parent's, through a shuffle (Spark's `ShuffleDependency`). */
export class ShuffleDependency<K = unknown, V = unknown> extends Dependency<readonly [K, V]> {
  /** What places the keys. */
  readonly partitioner: Partitioner<never>
  /** Whether values are combined before the shuffle. */
  readonly mapSideCombine: boolean
  /** The order of the keys within a partition, or null. */
  readonly keyOrdering: Ordering<K> | null

  constructor(
    rdd: RDD<readonly [K, V]>,
    partitioner: Partitioner<never>,
    options: { readonly mapSideCombine?: boolean; readonly keyOrdering?: Ordering<K> | null } = {},
  ) {
    super(rdd)
    this.partitioner = partitioner
    this.mapSideCombine = options.mapSideCombine ?? false
    this.keyOrdering = options.keyOrdering ?? null
  }
}

/**
 * What a node reads, in its order.
 * @param rddOf makes the RDD of a node
 */
export function dependenciesOfNode(node: LineageNode, rddOf: (node: LineageNode) => RDD<unknown>): Dependency[] {
  const { checkpointed } = node.storage
  if (checkpointed !== null) return [new OneToOneDependency(rddOf(checkpointed))]
  const read = effectiveNode(node)
  switch (read.kind) {
    case 'parallelize':
    case 'range':
    case 'blocks':
    case 'files':
    case 'localCheckpoint':
      return []
    case 'narrow':
      return [new OneToOneDependency(rddOf(read.parent))]
    case 'coalesce':
      return [new NarrowDependency(rddOf(read.parent), (id) => read.groups[id] ?? [])]
    case 'prune':
      return [new NarrowDependency(rddOf(read.parent), (id) => read.partitions.slice(id, id + 1))]
    case 'zipPartitions':
    case 'alignedUnion':
      return read.parents.map((parent) => new OneToOneDependency(rddOf(parent)))
    case 'union':
      return unionDependencies(read.parents, rddOf)
    case 'cartesian': {
      const { left, right } = read
      return [
        new NarrowDependency(rddOf(left), (id) => [Math.floor(id / right.numPartitions)]),
        new NarrowDependency(rddOf(right), (id) => [id % right.numPartitions]),
      ]
    }
    case 'shuffle': {
      const { mapSideCombine, ordering: keyOrdering, partitioner } = read
      const settings = { mapSideCombine: mapSideCombine && read.aggregator !== null, keyOrdering }
      return [new ShuffleDependency(pairsOf(read.parent, rddOf), partitioner, settings as { mapSideCombine: boolean })]
    }
    case 'cogroup':
      return read.parents.map((parent) =>
        parent.partitioner && read.partitioner.equals(parent.partitioner)
          ? new OneToOneDependency(rddOf(parent))
          : (new ShuffleDependency(pairsOf(parent, rddOf), read.partitioner) as Dependency),
      )
  }
}

function pairsOf(node: LineageNode, rddOf: (node: LineageNode) => RDD<unknown>): RDD<readonly [unknown, unknown]> {
  return rddOf(node) as RDD<readonly [unknown, unknown]>
}

function unionDependencies(
  parents: readonly LineageNode[],
  rddOf: (node: LineageNode) => RDD<unknown>,
): RangeDependency[] {
  let outStart = 0
  return parents.map((parent) => {
    const dependency = new RangeDependency(rddOf(parent), 0, outStart, parent.numPartitions)
    outStart += parent.numPartitions
    return dependency
  })
}
