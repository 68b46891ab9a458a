import type { LineageNode } from '../engine/lineage.ts'
import type { PartitionResult } from '../task/iterator.ts'
import type { Partitioner } from '../task/partitioner.ts'
import { combineWith } from './combine-by-key.ts'
import type { PartitionerChoice } from './default-partitioner.ts'
import { narrow } from './narrow-operations.ts'
import type { RDDContext } from './rdd-context.ts'
import type { NodeShape } from './rdd-lineage.ts'
import { RDDLineage } from './rdd-lineage.ts'
import { runJob } from './run-job.ts'
import { take } from './take.ts'
import { unionShape } from './union.ts'

/**
 * Spark's resilient distributed dataset: a lineage of what its records are made of, computed partition by partition where the
 * records are, and only when an action asks for a result. Transformations return at once; actions return promises.
 */
export class RDD<T> {
  /** The context that made it; read-only, and only what an RDD needs of it. @internal */
  readonly context: RDDContext
  /** @internal */
  readonly lineage: RDDLineage

  /** Made by SparkContext and by transformations only. @internal */
  constructor(context: RDDContext, lineage: RDDLineage) {
    this.context = context
    this.lineage = lineage
  }

  /** Unique in its SparkContext. */
  get id(): number {
    return this.lineage.id
  }

  /** The node that the engine runs, made now if files must be listed or keys sampled first. @internal */
  resolve(): Promise<LineageNode> {
    return this.lineage.resolve()
  }

  /** An RDD that reads this one and `others`; `shape` gets their nodes in that order. @internal */
  derive<U>(
    operation: string,
    others: readonly RDD<unknown>[],
    shape: (parents: readonly LineageNode[]) => NodeShape,
  ): RDD<U> {
    this.context.assertNotStopped()
    const parents = [this.lineage, ...others.map((other) => other.lineage)]
    return new RDD<U>(this.context, RDDLineage.derived(this.context, operation, parents, shape))
  }

  /** How many partitions it has. */
  async getNumPartitions(): Promise<number> {
    return (await this.resolve()).numPartitions
  }

  /** The partitioner that its keys are placed by, or null; waits for what is not known yet. */
  async getPartitioner(): Promise<Partitioner<never> | null> {
    return (await this.resolve()).partitioner
  }

  /** The partitioner as far as it is known without waiting, else null. */
  get partitioner(): Partitioner<never> | null {
    return this.lineage.node?.partitioner ?? null
  }

  /** A new RDD of `f` of each record. A function that returns a pair gives an RDD of pairs. */
  map<K, V>(f: (value: T) => [K, V]): RDD<[K, V]>
  map<U>(f: (value: T) => U): RDD<U>
  map<U>(f: (value: T) => U): RDD<U> {
    return narrow(this, 'map', { kind: 'map', fn: f })
  }

  /** A new RDD of all that `f` gives for each record. */
  flatMap<K, V>(f: (value: T) => Iterable<[K, V]>): RDD<[K, V]>
  flatMap<U>(f: (value: T) => Iterable<U>): RDD<U>
  flatMap<U>(f: (value: T) => Iterable<U>): RDD<U> {
    return narrow(this, 'flatMap', { kind: 'flatMap', fn: f })
  }

  /** The records for which `f` is truthy; keeps the partitioner. */
  filter<U extends T>(f: (value: T) => value is U): RDD<U>
  filter(f: (value: T) => unknown): RDD<T>
  filter(f: (value: T) => unknown): RDD<T> {
    return narrow(this, 'filter', { kind: 'filter', fn: f }, { preservesPartitioning: true })
  }

  /** A new RDD of what `f`, called once per partition, gives; `f` may be async or an async generator. */
  mapPartitions<K, V>(
    f: (records: IterableIterator<T>) => PartitionResult<[K, V]>,
    preservesPartitioning?: boolean,
  ): RDD<[K, V]>
  mapPartitions<U>(f: (records: IterableIterator<T>) => PartitionResult<U>, preservesPartitioning?: boolean): RDD<U>
  mapPartitions<U>(f: (records: IterableIterator<T>) => PartitionResult<U>, preservesPartitioning = false): RDD<U> {
    return narrow(this, 'mapPartitions', { kind: 'mapPartitions', fn: f }, { preservesPartitioning })
  }

  /** All records of both, duplicates included. */
  union(other: RDD<T>): RDD<T> {
    return this.derive('union', [other], unionShape)
  }

  /** Merges the values of each key with `f`, before the shuffle too. */
  reduceByKey<K, V>(this: RDD<[K, V]>, f: (a: V, b: V) => V, numPartitions?: PartitionerChoice): RDD<[K, V]> {
    return combineWith(this, 'reduceByKey', { kind: 'reduce', merge: f }, numPartitions)
  }

  /** All records, in partition order. */
  async collect(): Promise<T[]> {
    return (await runJob<T[]>(this, 'collect', { kind: 'collect' })).flat(1) as T[]
  }

  /** How many records there are. */
  async count(): Promise<number> {
    return (await runJob<number>(this, 'count', { kind: 'count' })).reduce((sum, count) => sum + count, 0)
  }

  /** The first `count` records, in partition order; scans no more partitions than it needs. */
  take(count: number): Promise<T[]> {
    return take(this, count)
  }

  /** Calls `f`, which may be async, with each record on the workers. */
  async foreach(f: (value: T) => unknown): Promise<void> {
    await runJob(this, 'foreach', { kind: 'foreach', fn: f })
  }

  /** Calls `f`, which may be async, once per partition on the workers. */
  async foreachPartition(f: (records: IterableIterator<T>) => unknown): Promise<void> {
    await runJob(this, 'foreachPartition', { kind: 'foreachPartition', fn: f })
  }
}
