import { checkActions, checkMethods } from '../arguments/check-arguments.ts'
import type { LineageNode } from '../engine/lineage.ts'
import { timeMsOf } from '../settings/units.ts'
import type { PartitionIterator, PartitionResult } from '../task/iterator.ts'
import type { Ordering } from '../task/ordering.ts'
import { builtin } from '../task/partition-functions.ts'
import type { Partitioner } from '../task/partitioner.ts'
import { FunctionPartitioner } from '../task/partitioner.ts'
import { freshSeed } from '../task/random.ts'
import type { StatCounter } from '../task/stat-counter.ts'
import { StorageLevel } from '../task/storage-level.ts'
import * as actions from './actions/actions.ts'
import { aggregate, reduce, treeAggregate, treeReduce } from './actions/aggregate-actions.ts'
import * as approximate from './actions/approximate-actions.ts'
import { countApproxDistinct } from './actions/approximate-distinct.ts'
import type { BoundedDouble } from './actions/bounded-double.ts'
import * as double from './actions/double-actions.ts'
import { FutureAction } from './actions/future-action.ts'
import { collectAsMap, countEach, lookup, reduceByKeyLocally } from './actions/keyed-actions.ts'
import { localIterator } from './actions/local-iterator.ts'
import type { PartialResult } from './actions/partial-result.ts'
import { takeSample } from './actions/take-sample.ts'
import { watchActions } from './actions/watched-actions.ts'
import { debugString, nameOf, setName } from './debug-string.ts'
import { type Dependency, dependenciesOfNode, type Partition } from './dependency.ts'
import type { ListOf, PairOf, Settled, TripleOf, TupleHint, Widened } from './inferred-types.ts'
import { checkedPrecision, countApproxDistinctByKey, precisionFor } from './operations/approximate-distinct-by-key.ts'
import { coalesce, coalesceBy, deal, redistribute } from './operations/coalesce.ts'
import { COGROUP_LOOK, cogroup, join } from './operations/cogroup.ts'
import { combineWith, foldAggregator, shuffleByKey } from './operations/combine-by-key.ts'
import type { PartitionerChoice } from './operations/default-partitioner.ts'
import {
  chosenOr,
  defaultPartitioner,
  hashPartitionsOfParent,
  ownPartitioner,
} from './operations/default-partitioner.ts'
import { narrow } from './operations/narrow.ts'
import { naturalOrdering } from './operations/natural-ordering.ts'
import {
  filterByRange,
  repartitionAndSortWithinPartitions,
  sortBy,
  sortByKey,
} from './operations/ordered-operations.ts'
import type { PipeOptions } from './operations/pipe.ts'
import { pipe } from './operations/pipe.ts'
import { sampleRangeBounds } from './operations/range-bounds.ts'
import type { KeyFractions } from './operations/sampling.ts'
import { randomSplit, sample, sampleByKey, sampleByKeyExact } from './operations/sampling.ts'
import { distinct, intersection, subtract, subtractByKey } from './operations/set-operations.ts'
import { unionShape } from './operations/union.ts'
import * as zips from './operations/zip.ts'
import type { PartitionCoalescer } from './partition-coalescer.ts'
import { persist, rememberPersistent, unpersist } from './persistence.ts'
import { RDD_ACTIONS, RDD_METHODS } from './rdd-arguments.ts'
import { RDDCore } from './rdd-core.ts'
import { RDDLineage } from './rdd-lineage.ts'
import { require } from './requirement.ts'
import { checkpointDirectory, requestLocalCheckpoint, requestReliableCheckpoint } from './saving/checkpointing.ts'
import type { CompressionCodec, SequenceFileOptions } from './saving/saving.ts'
import { saveAsObjectFile, saveAsSequenceFile, saveAsTextFile } from './saving/saving.ts'
import type { SparkContextApi } from './spark-context-api.ts'

/** The records of one partition, as a function over partitions gets them. */
type Records<T> = PartitionIterator<T>

/** An RDD of pairs: what the operations by key are methods of. Keys are compared by value. */
type Pairs<K, V> = RDD<readonly [K, V]>

/**
 * Spark's resilient distributed dataset: a lineage of what its records are made of, computed partition by partition where the
 * records are, and only when an action asks for a result. Transformations return at once; actions return promises.
 *
 * Functions given to it run on workers. They take along copies of the variables they use, as those are when a job starts; to `mapPartitions`,
 * `foreach` and `foreachPartition` they may be async. Operations by key exist on an `RDD<[K, V]>` only, numeric ones on an `RDD<number>`.
 *
 * Spark's barrier execution (`barrier`) and resource profiles (`withResources`) are for tasks placed on a cluster's machines and are not
 * offered.
 */
export class RDD<T> extends RDDCore<T> {
  /** What an operation gave, with the methods of users; an RDD is returned as it is. @internal */
  static from<T>(core: RDDCore<T>): RDD<T> {
    return core instanceof RDD ? core : new RDD<T>(core.context, core.lineage)
  }

  /** Why a function that uses an RDD cannot be shipped. @internal */
  get [Symbol.for('millstream.refuse')](): string {
    return (
      'is of the driver alone: it appears that you are attempting to reference an RDD inside another RDD’s transformation or action. ' +
      'Only the driver can transform an RDD or run an action on it: rdd1.map((x) => rdd2.count() * x) cannot work. Collect or ' +
      'broadcast what the function needs first, or join the two RDDs. For more information, see SPARK-5063'
    )
  }

  /** The SparkContext that made the RDD. */
  get sparkContext(): SparkContextApi {
    return this.context as SparkContextApi
  }

  /** The name that {@link RDD.setName} gave, or null. */
  get name(): string | null {
    return nameOf(this.lineage.storage)
  }

  /**
   * Names the RDD for `toDebugString` and for the status of what is persisted.
   * @param name any text.
   * @returns this RDD.
   * @example
   * sc.parallelize([1]).setName('numbers').name // 'numbers'
   */
  setName(name: string): this {
    setName(this.lineage.storage, name)
    return this
  }

  /** The lineage as text, a line per RDD, indented at each shuffle. */
  async toDebugString(): Promise<string> {
    return debugString(await this.resolve())
  }

  /** The partitioner that its keys are placed by, or null; may list files or sample keys to know. */
  async getPartitioner(): Promise<Partitioner<never> | null> {
    return (await this.resolve()).partitioner
  }

  /** The partitioner as far as it is known without waiting, else null: after `sortByKey` it is known once a job needed it. */
  get partitioner(): Partitioner<never> | null {
    return this.lineage.node?.partitioner ?? null
  }

  /** The RDDs that it reads, and how: of each the same RDD as the program's, in another object. May list files or sample keys to know. */
  async dependencies(): Promise<Dependency[]> {
    const rddOf = (node: LineageNode) => new RDD<unknown>(this.context, RDDLineage.of(this.context, node))
    return dependenciesOfNode(await this.resolve(), rddOf)
  }

  /** Its partitions, in order; may list files or sample keys to know. */
  async partitions(): Promise<Partition[]> {
    return Array.from({ length: await this.getNumPartitions() }, (_, index) => ({ index }))
  }

  /**
   * The hosts where a partition is computed best: none, as workers are all on one host, and Spark itself chooses on `sc://`.
   * @param partition one of {@link partitions}. @throws IllegalArgumentException for another one.
   */
  async preferredLocations(partition: Partition): Promise<string[]> {
    const { index } = partition
    const count = await this.getNumPartitions()
    require(Number.isInteger(index) && index >= 0 && index < count, `no partition ${index} among ${count}`)
    return []
  }

  /** @internal */
  keyBoundsSampler<K>(this: RDD<readonly [K, unknown]>, partitions: number, ordering: Ordering<K>, points: number) {
    const properties = this.context.jobProperties('RangePartitioner')
    return () => sampleRangeBounds(this, partitions, ordering, properties, points)
  }

  // Storage

  /**
   * Keeps the partitions that jobs compute, so that later jobs read them instead of computing them again.
   * @param level where partitions are kept: as objects in memory (`MEMORY_ONLY`) unless given.
   * @returns this RDD.
   * @throws UnsupportedOperationException when another level is set already.
   * @example
   * const lengths = sc.parallelize(['a', 'bb']).map((word) => word.length).persist()
   * await lengths.sum() // 3
   * await lengths.unpersist()
   */
  persist(level: StorageLevel = StorageLevel.MEMORY_ONLY): this {
    persist(this, level)
    return this
  }

  /**
   * Keeps the partitions that jobs compute in memory: {@link RDD.persist} with `MEMORY_ONLY`.
   * @returns this RDD.
   * @example
   * const numbers = sc.range(4).cache()
   * await numbers.count() // 4
   * numbers.getStorageLevel() === StorageLevel.MEMORY_ONLY // true
   * await numbers.unpersist()
   */
  cache(): this {
    return this.persist()
  }

  /**
   * Frees the partitions that were kept. Later jobs compute them again.
   * @param blocking whether the promise waits until the partitions are gone.
   * @returns this RDD.
   */
  async unpersist(blocking = false): Promise<this> {
    await unpersist(this, blocking)
    return this
  }

  /**
   * Where partitions are kept.
   * @returns `StorageLevel.NONE` for an RDD that is not persisted.
   * @example
   * sc.emptyRDD().getStorageLevel() === StorageLevel.NONE // true
   */
  getStorageLevel(): StorageLevel {
    return this.lineage.storage.level
  }

  /**
   * Has the next job that computes it write it to the checkpoint directory as well (`rdd-<id>/part-00000`…), computed once more unless it is
   * persisted; from then on the files stand for its lineage. @throws SparkException when the context has no checkpoint directory.
   */
  checkpoint(): void {
    requestReliableCheckpoint(this.context, this.lineage)
  }

  /** Marks the RDD for a local checkpoint: the next job that computes it keeps it, in this process or on Spark's executors, in place of its lineage. */
  localCheckpoint(): this {
    requestLocalCheckpoint(this.context, this.lineage)
    rememberPersistent(this)
    return this
  }

  /** Whether a checkpoint has replaced the RDD's lineage. */
  isCheckpointed(): boolean {
    return this.lineage.storage.checkpointed !== null
  }

  /** Whether a local checkpoint was asked for. */
  isLocallyCheckpointed(): boolean {
    return this.lineage.storage.checkpoint === 'local'
  }

  /** The directory that its checkpoint was written to, or null. */
  getCheckpointFile(): string | null {
    return checkpointDirectory(this.lineage)
  }

  // Transformations that leave records where they are

  /**
   * Applies a function to each record. A function that returns a pair gives an RDD of pairs, which has the operations by key.
   * @param f gets one record and returns another; runs on workers, and must not be async (use {@link RDD.mapPartitions} for that).
   * @returns an RDD with as many records and partitions.
   * @example
   * await sc.parallelize([1, 2, 3]).map((n) => n * 2).collect() // [2, 4, 6]
   */
  map<A, B, C, D>(f: (value: T) => [[A, B], [C, D]]): RDD<[PairOf<A, B>, PairOf<C, D>]>
  map<A, B, V>(f: (value: T) => [[A, B], V]): RDD<[PairOf<A, B>, V]>
  map<K, A>(f: (value: T) => [K, [A]]): RDD<[K, ListOf<A>]>
  map<K, A, B>(f: (value: T) => [K, [A, B]]): RDD<[K, PairOf<A, B>]>
  map<K, A, B, C>(f: (value: T) => [K, [A, B, C]]): RDD<[K, TripleOf<A, B, C>]>
  map<K, V>(f: (value: T) => [K, V]): RDD<[K, V]>
  map<P extends PromiseLike<unknown>>(f: (value: T) => P): Settled<P, RDD<P>>
  map<U>(f: (value: T) => U): RDD<U>
  map<U>(f: (value: T) => U): RDD<U> {
    return RDD.from(narrow(this, 'map', { kind: 'map', fn: f }))
  }

  /**
   * Applies a function to each record and puts all that the function returns one after another.
   * @param f gets one record and returns an array or another iterable of records.
   * @example
   * await sc.parallelize(['to be', 'or']).flatMap((line) => line.split(' ')).collect() // ['to', 'be', 'or']
   */
  flatMap<A, B, V>(f: (value: T) => Iterable<[[A, B], V]>): RDD<[PairOf<A, B>, V]>
  flatMap<K, A, B>(f: (value: T) => Iterable<[K, [A, B]]>): RDD<[K, PairOf<A, B>]>
  flatMap<K, V>(f: (value: T) => Iterable<[K, V]>): RDD<[K, V]>
  flatMap<U>(f: (value: T) => Iterable<U>): RDD<U>
  flatMap<U>(f: (value: T) => Iterable<U>): RDD<U> {
    return RDD.from(narrow(this, 'flatMap', { kind: 'flatMap', fn: f }))
  }

  /**
   * Keeps the records for which a function is truthy. Partitions and the partitioner stay as they are.
   * @param f gets one record; a type guard narrows the type of the records.
   * @example
   * await sc.parallelize([1, 2, 3, 4]).filter((n) => n % 2 === 0).collect() // [2, 4]
   */
  filter<U extends T>(f: (value: T) => value is U): RDD<U>
  filter<P extends PromiseLike<unknown>>(f: (value: T) => P): Settled<P, RDD<T>>
  filter(f: (value: T) => unknown): RDD<T>
  filter(f: (value: T) => unknown): RDD<T> {
    return RDD.from(narrow(this, 'filter', { kind: 'filter', fn: f }, { preservesPartitioning: true }))
  }

  /**
   * Applies a function to the records of each partition at once, for instance to open one connection for many records.
   * @param f gets an iterator of the partition's records; returns an iterable, may be async, a generator or an async generator. Runs once per partition.
   * @param preservesPartitioning whether keys stay as they are, so that the partitioner still holds; false unless given.
   * @example
   * await sc.parallelize([1, 2, 3, 4], 2).mapPartitions((records) => [Math.max(...records)]).collect() // [2, 4]
   */
  mapPartitions<K, V>(f: (records: Records<T>) => PartitionResult<[K, V]>, preservesPartitioning?: boolean): RDD<[K, V]>
  mapPartitions<U>(f: (records: Records<T>) => PartitionResult<U>, preservesPartitioning?: boolean): RDD<U>
  mapPartitions<U>(f: (records: Records<T>) => PartitionResult<U>, preservesPartitioning = false): RDD<U> {
    return RDD.from(narrow(this, 'mapPartitions', builtin('withoutIndex', f), { preservesPartitioning }))
  }

  /**
   * Does the same as {@link RDD.mapPartitions}, with a function that also gets the number of the partition.
   * @param f gets the partition's number, from 0, and an iterator of the partition's records.
   * @param preservesPartitioning whether keys stay as they are, so that the partitioner still holds; false unless given.
   * @example
   * await sc.parallelize(['a', 'b'], 2).mapPartitionsWithIndex((index, records) => [...records].map((r) => r + index)).collect() // ['a0', 'b1']
   */
  mapPartitionsWithIndex<K, V>(
    f: (index: number, records: Records<T>) => PartitionResult<[K, V]>,
    preservesPartitioning?: boolean,
  ): RDD<[K, V]>
  mapPartitionsWithIndex<U>(
    f: (index: number, records: Records<T>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): RDD<U>
  mapPartitionsWithIndex<U>(
    f: (index: number, records: Records<T>) => PartitionResult<U>,
    preservesPartitioning = false,
  ): RDD<U> {
    return RDD.from(narrow(this, 'mapPartitionsWithIndex', builtin('withIndex', f), { preservesPartitioning }))
  }

  /**
   * Puts the records of each partition into one array.
   * @returns an RDD of one record per partition.
   * @example
   * await sc.parallelize([1, 2, 3], 2).glom().collect() // [[1], [2, 3]]
   */
  glom(): RDD<T[]> {
    return RDD.from(zips.glom(this))
  }

  /**
   * Makes pairs of a key and the record.
   * @param f gets one record and returns its key.
   * @example
   * await sc.parallelize(['a', 'bb']).keyBy((word) => word.length).collect() // [[1, 'a'], [2, 'bb']]
   */
  keyBy<A, B>(f: (value: T) => [A, B]): RDD<[PairOf<A, B>, T]>
  keyBy<P extends PromiseLike<unknown>>(f: (value: T) => P): Settled<P, RDD<[P, T]>>
  keyBy<K>(f: (value: T) => K): RDD<[K, T]>
  keyBy<K>(f: (value: T) => K): RDD<[K, T]> {
    return RDD.from(narrow(this, 'keyBy', { kind: 'keyBy', fn: f }))
  }

  /**
   * Puts the records of two RDDs together. Duplicates stay.
   * @param other an RDD of the same context.
   * @example
   * await sc.parallelize([1, 2]).union(sc.parallelize([2, 3])).collect() // [1, 2, 2, 3]
   */
  union(other: RDD<T>): RDD<T> {
    return RDD.from(this.derive('union', [other], unionShape, { className: 'UnionRDD' }))
  }

  /**
   * Fewer partitions, neighbours joined; with `shuffle` any number, as `repartition`.
   * @param partitionCoalescer decides, in place of their order, which partitions are joined; after the shuffle where there is one.
   */
  coalesce(numPartitions: number, shuffle = false, partitionCoalescer?: PartitionCoalescer): RDD<T> {
    if (partitionCoalescer === undefined) {
      return RDD.from(shuffle ? redistribute(this, numPartitions, 'coalesce') : coalesce(this, numPartitions))
    }
    const before: RDD<unknown> = shuffle ? RDD.from(deal(this, numPartitions, 'coalesce')) : this
    const joined = coalesceBy(before, numPartitions, async () => {
      const groups = await partitionCoalescer.coalesce(numPartitions, before)
      return groups.map(({ partitions }) => partitions.map(({ index }) => index))
    })
    return RDD.from((shuffle ? narrow(joined, 'coalesce', { kind: 'values' }) : joined) as RDDCore<T>)
  }

  /**
   * Pairs each record of this RDD with each record of another one.
   * @param other an RDD of the same context; its partitions are read once for each partition of this RDD.
   * @returns an RDD whose number of partitions is the product of both numbers.
   * @example
   * await sc.parallelize([1, 2], 1).cartesian(sc.parallelize(['a', 'b'], 1)).collect() // [[1, 'a'], [1, 'b'], [2, 'a'], [2, 'b']]
   */
  cartesian<U>(other: RDD<U>): RDD<[T, U]> {
    return RDD.from(zips.cartesian(this, other))
  }

  /** The lines that `command` prints when each partition's records are sent through it, a line each. A command in one string is cut at its spaces. */
  pipe(command: string | readonly string[], options: PipeOptions<T> = {}): RDD<string> {
    return RDD.from(pipe(this, command, options))
  }

  /**
   * Takes a random part of the records. The same seed takes the same part.
   * @param withReplacement whether a record may come more than once.
   * @param fraction the chance of each record, from 0 to 1; with replacement, how often each record comes on average.
   * @param seed a whole number; another one each time unless given.
   * @throws IllegalArgumentException for a fraction that cannot be.
   * @example
   * await sc.range(100).sample(false, 1).count() // 100
   */
  sample(withReplacement: boolean, fraction: number, seed: number = freshSeed()): RDD<T> {
    return RDD.from(sample(this, 'sample', withReplacement, fraction, seed))
  }

  /**
   * Divides the records at random into several RDDs. Each record is in exactly one of them.
   * @param weights the proportions, which need not add up to 1.
   * @param seed a whole number; another one each time unless given.
   * @returns one RDD for each weight.
   * @throws IllegalArgumentException for a negative weight, or weights whose sum is 0.
   * @example
   * const [training, test] = sc.range(100).randomSplit([0.8, 0.2], 7)
   * (await training!.count()) + (await test!.count()) // 100
   */
  randomSplit(weights: readonly number[], seed: number = freshSeed()): RDD<T>[] {
    return randomSplit(this, weights, seed).map((part) => RDD.from(part))
  }

  /**
   * Pairs the records of two RDDs in their order.
   * @param other an RDD with as many partitions, and as many records in each.
   * @throws IllegalArgumentException when the numbers of partitions differ; the job fails when numbers of records do.
   * @example
   * await sc.parallelize([1, 2]).zip(sc.parallelize(['a', 'b'])).collect() // [[1, 'a'], [2, 'b']]
   */
  zip<U>(other: RDD<U>): RDD<[T, U]> {
    return RDD.from(zips.zip(this, other))
  }

  /** What `f` makes of the partitions of the same index of two to four RDDs. */
  zipPartitions<A, U>(
    a: RDD<A>,
    f: (own: Records<T>, a: Records<A>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): RDD<U>
  zipPartitions<A, B, U>(
    a: RDD<A>,
    b: RDD<B>,
    f: (own: Records<T>, a: Records<A>, b: Records<B>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): RDD<U>
  zipPartitions<A, B, C, U>(
    a: RDD<A>,
    b: RDD<B>,
    c: RDD<C>,
    f: (own: Records<T>, a: Records<A>, b: Records<B>, c: Records<C>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): RDD<U>
  zipPartitions<U>(
    ...args: readonly (RDD<unknown> | ((...records: never[]) => unknown) | boolean | undefined)[]
  ): RDD<U> {
    const others = args.filter((arg) => arg instanceof RDD)
    const fn = args.find((arg) => typeof arg === 'function')!
    return RDD.from(zips.zipPartitions<U>('zipPartitions', this, others, { kind: 'user', fn }, args.at(-1) === true))
  }

  /**
   * Pairs each record with its place in the whole RDD, from 0. With more than one partition that takes a job, which runs when the result is first needed.
   * @example
   * await sc.parallelize(['a', 'b', 'c'], 2).zipWithIndex().collect() // [['a', 0], ['b', 1], ['c', 2]]
   */
  zipWithIndex(): RDD<[T, number]> {
    return RDD.from(zips.zipWithIndex(this))
  }

  /**
   * Pairs each record with a number that no other record has. No job is needed: partition i of n numbers its records i, i + n, i + 2n and so on.
   * @example
   * await sc.parallelize(['a', 'b', 'c'], 2).zipWithUniqueId().collect() // [['a', 0], ['b', 1], ['c', 3]]
   */
  zipWithUniqueId(): RDD<[T, number]> {
    return RDD.from(zips.zipWithUniqueId(this))
  }

  // Transformations that move records

  /**
   * Deals the records out evenly to any number of partitions, through a shuffle.
   * @param numPartitions above 0.
   * @example
   * await sc.range(8).repartition(4).getNumPartitions() // 4
   */
  repartition(numPartitions: number): RDD<T> {
    return RDD.from(redistribute(this, numPartitions, 'repartition'))
  }

  /**
   * Keeps one of each set of equal records. Records are equal by value: two arrays of the same elements are one record.
   * @param numPartitions that of this RDD unless given.
   * @example
   * await sc.parallelize([['a', 1], ['a', 1]]).distinct().collect() // [['a', 1]]
   */
  distinct(numPartitions?: number): RDD<T> {
    return RDD.from(distinct(this, chosenOr(numPartitions, hashPartitionsOfParent)))
  }

  /**
   * Keeps one of each set of equal records that both RDDs have.
   * @param other an RDD of the same context.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * await sc.parallelize([1, 2, 2, 3]).intersection(sc.parallelize([2, 4])).collect() // [2]
   */
  intersection(other: RDD<T>, numPartitions?: PartitionerChoice): RDD<T> {
    return RDD.from(intersection(this, other, chosenOr(numPartitions, defaultPartitioner(this.context))))
  }

  /**
   * Keeps the records, duplicates included, that the other RDD does not have.
   * @param other an RDD of the same context.
   * @param numPartitions a number of partitions or a Partitioner; that of this RDD unless given.
   * @example
   * (await sc.parallelize([1, 1, 2]).subtract(sc.parallelize([2])).collect()) // [1, 1]
   */
  subtract(other: RDD<T>, numPartitions?: PartitionerChoice): RDD<T> {
    return RDD.from(subtract(this, other, chosenOr(numPartitions, hashPartitionsOfParent)))
  }

  /**
   * Brings the records together for which a function returns the same key.
   * @param f gets one record and returns its key.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @returns pairs of a key and an array of the key's records, in no particular order.
   * @example
   * await sc.parallelize(['a', 'bb', 'c']).groupBy((word) => word.length).sortByKey().collect() // [[1, ['a', 'c']], [2, ['bb']]]
   */
  groupBy<A, B>(f: (value: T) => [A, B], numPartitions?: PartitionerChoice): RDD<[PairOf<A, B>, T[]]>
  groupBy<P extends PromiseLike<unknown>>(
    f: (value: T) => P,
    numPartitions?: PartitionerChoice,
  ): Settled<P, RDD<[P, T[]]>>
  groupBy<K>(f: (value: T) => K, numPartitions?: PartitionerChoice): RDD<[K, T[]]>
  groupBy<K>(f: (value: T) => K, numPartitions?: PartitionerChoice): RDD<[K, T[]]> {
    const keyed = narrow<[K, T]>(this, 'groupBy', { kind: 'keyBy', fn: f })
    const partitionerOf = chosenOr(numPartitions, defaultPartitioner(this.context))
    return RDD.from(combineWith(keyed, 'groupBy', { kind: 'group' }, partitionerOf, false))
  }

  /**
   * Sorts the records over all partitions. A job that runs when the result is first needed samples the keys.
   * @param f gets one record and returns the key to sort by.
   * @param ascending whether the least key comes first; true unless given.
   * @param numPartitions that of this RDD unless given.
   * @param ordering compares two keys; numbers, texts, dates, booleans, bigints, arrays and bytes have an order of their own.
   * @example
   * await sc.parallelize(['ccc', 'a', 'bb']).sortBy((word) => word.length, false).collect() // ['ccc', 'bb', 'a']
   */
  sortBy<P extends PromiseLike<unknown>>(
    f: (value: T) => P,
    ascending?: boolean,
    numPartitions?: number,
    ordering?: Ordering<P>,
  ): Settled<P, RDD<T>>
  sortBy<K>(f: (value: T) => K, ascending?: boolean, numPartitions?: number, ordering?: Ordering<K>): RDD<T>
  sortBy<K>(
    f: (value: T) => K,
    ascending = true,
    numPartitions?: number,
    ordering: Ordering<K> = naturalOrdering,
  ): RDD<T> {
    return RDD.from(sortBy(this, f, ascending, numPartitions, ordering))
  }

  // Transformations of pairs

  /**
   * Takes the key of each pair.
   * @example
   * await sc.parallelize([['a', 1], ['b', 2]] as [string, number][]).keys().collect() // ['a', 'b']
   */
  keys<K, V>(this: Pairs<K, V>): RDD<K> {
    return RDD.from(narrow(this, 'keys', { kind: 'keys' }))
  }

  /**
   * Takes the value of each pair.
   * @example
   * await sc.parallelize([['a', 1], ['b', 2]] as [string, number][]).values().collect() // [1, 2]
   */
  values<K, V>(this: Pairs<K, V>): RDD<V> {
    return RDD.from(narrow(this, 'values', { kind: 'values' }))
  }

  /**
   * Applies a function to the value of each pair. Keys, partitions and the partitioner stay as they are.
   * @param f gets one value and returns another.
   * @example
   * await sc.parallelize([['a', 1]] as [string, number][]).mapValues((n) => n + 1).collect() // [['a', 2]]
   */
  mapValues<K, V, A>(this: Pairs<K, V>, f: (value: V) => [A]): RDD<[K, ListOf<A>]>
  mapValues<K, V, A, B>(this: Pairs<K, V>, f: (value: V) => [A, B]): RDD<[K, PairOf<A, B>]>
  mapValues<K, V, P extends PromiseLike<unknown>>(this: Pairs<K, V>, f: (value: V) => P): Settled<P, RDD<[K, P]>>
  mapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => U): RDD<[K, U]>
  mapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => U): RDD<[K, U]> {
    return RDD.from(narrow(this, 'mapValues', { kind: 'mapValues', fn: f }, { preservesPartitioning: true }))
  }

  /**
   * Applies a function to the value of each pair and makes a pair for each thing that the function returns. The partitioner stays.
   * @param f gets one value and returns an array or another iterable of values.
   * @example
   * await sc.parallelize([['a', '1 2']] as [string, string][]).flatMapValues((text) => text.split(' ')).collect() // [['a', '1'], ['a', '2']]
   */
  flatMapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => Iterable<U>): RDD<[K, U]> {
    return RDD.from(narrow(this, 'flatMapValues', { kind: 'flatMapValues', fn: f }, { preservesPartitioning: true }))
  }

  /**
   * Merges the values of each key with a function, within each partition before the shuffle and over all partitions after it.
   * @param f merges two values; must be associative and commutative.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * await sc.parallelize(['a', 'b', 'a']).map((word) => [word, 1]).reduceByKey((x, y) => x + y).sortByKey().collect() // [['a', 2], ['b', 1]]
   */
  reduceByKey<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => V | TupleHint, numPartitions?: PartitionerChoice): RDD<[K, V]>
  reduceByKey<K, V>(
    this: Pairs<K, V>,
    f: (a: V, b: V) => Widened<V>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, Widened<V>]>
  reduceByKey<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => V, numPartitions?: PartitionerChoice): RDD<[K, V]> {
    const partitionerOf = chosenOr(numPartitions, defaultPartitioner(this.context))
    return RDD.from(combineWith(this, 'reduceByKey', { kind: 'reduce', merge: f }, partitionerOf))
  }

  /**
   * Brings the values of each key together. Nothing is combined before the shuffle: for sums and counts {@link RDD.reduceByKey} sends less.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @returns pairs of a key and an array of its values.
   * @example
   * await sc.parallelize([['a', 1], ['a', 2]] as [string, number][]).groupByKey().collect() // [['a', [1, 2]]]
   */
  groupByKey<K, V>(this: Pairs<K, V>, numPartitions?: PartitionerChoice): RDD<[K, V[]]> {
    const partitionerOf = chosenOr(numPartitions, defaultPartitioner(this.context))
    return RDD.from(combineWith(this, 'groupByKey', { kind: 'group' }, partitionerOf, false))
  }

  /**
   * Combines the values of each key into something else.
   * @param createCombiner makes the first value of a key in a partition a combiner.
   * @param mergeValue adds a further value of that partition.
   * @param mergeCombiners joins the combiners of two partitions.
   * @param mapSideCombine whether values are combined before the shuffle.
   */
  combineByKey<K, V, C>(
    this: Pairs<K, V>,
    createCombiner: (value: V) => C,
    mergeValue: (combiner: C, value: V) => C | TupleHint,
    mergeCombiners: (a: C, b: C) => C | TupleHint,
    numPartitions?: PartitionerChoice,
    mapSideCombine = true,
  ): RDD<[K, C]> {
    const aggregator = { kind: 'combine', createCombiner, mergeValue, mergeCombiners } as const
    const partitionerOf = chosenOr(numPartitions, defaultPartitioner(this.context))
    return RDD.from(combineWith(this, 'combineByKey', aggregator, partitionerOf, mapSideCombine))
  }

  /**
   * Folds the values of each key into something of another type, within each partition before the shuffle.
   * @param zero where the fold of a key begins, copied for each key and partition.
   * @param seqOp adds one value to what was folded so far.
   * @param combOp merges the results of two partitions.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * const pairs = sc.parallelize([['a', 1], ['a', 2]] as [string, number][])
   * await pairs.aggregateByKey(0, (max, n) => Math.max(max, n), (x, y) => Math.max(x, y)).collect() // [['a', 2]]
   */
  aggregateByKey<K, V>(
    this: Pairs<K, V>,
    zero: [],
    seqOp: (accumulated: V[], value: V) => V[],
    combOp: (a: V[], b: V[]) => V[],
    numPartitions?: PartitionerChoice,
  ): RDD<[K, V[]]>
  aggregateByKey<K, V, A, B>(
    this: Pairs<K, V>,
    zero: [A, B],
    seqOp: (accumulated: [A, B], value: V) => [A, B],
    combOp: (a: [A, B], b: [A, B]) => [A, B],
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [A, B]]>
  aggregateByKey<K, V, U>(
    this: Pairs<K, V>,
    zero: U,
    seqOp: (accumulated: U, value: V) => U,
    combOp: (a: U, b: U) => U,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, U]>
  aggregateByKey<K, V, U>(
    this: Pairs<K, V>,
    zero: U,
    seqOp: (accumulated: U, value: V) => U,
    combOp: (a: U, b: U) => U,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, U]> {
    const partitionerOf = chosenOr(numPartitions, defaultPartitioner(this.context))
    return RDD.from(combineWith(this, 'aggregateByKey', foldAggregator(zero, seqOp, combOp), partitionerOf))
  }

  /**
   * Folds the values of each key into a value of the same type, within each partition before the shuffle.
   * @param zero where the fold of a key begins, copied for each key and partition.
   * @param f merges two values.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * await sc.parallelize([['a', 1], ['a', 2]] as [string, number][]).foldByKey(0, (x, y) => x + y).collect() // [['a', 3]]
   */
  foldByKey<K, V>(
    this: Pairs<K, V>,
    zero: NoInfer<V>,
    f: (a: V, b: V) => V | TupleHint,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, V]>
  foldByKey<K, V>(
    this: Pairs<K, V>,
    zero: Widened<V>,
    f: (a: V, b: V) => Widened<V>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, Widened<V>]>
  foldByKey<K, V>(this: Pairs<K, V>, zero: V, f: (a: V, b: V) => V, numPartitions?: PartitionerChoice): RDD<[K, V]> {
    const partitionerOf = chosenOr(numPartitions, defaultPartitioner(this.context))
    return RDD.from(combineWith(this, 'foldByKey', foldAggregator(zero, f, f), partitionerOf))
  }

  /**
   * Moves each pair to the partition that its key belongs to, so that later joins and reductions by the same partitioner move nothing.
   * @param partitions a number of partitions, or a Partitioner.
   * @param partitionFunc returns a whole number for a key, taken modulo the number of partitions; the key's hash code unless given.
   * @example
   * const placed = sc.parallelize([[0, 'a'], [1, 'b'], [2, 'c']] as [number, string][]).partitionBy(2)
   * await placed.values().glom().collect() // [['a', 'c'], ['b']]
   */
  partitionBy<K, V>(this: Pairs<K, V>, partitions: PartitionerChoice, partitionFunc?: (key: K) => number): RDD<[K, V]> {
    const own =
      partitionFunc && typeof partitions === 'number' ? new FunctionPartitioner(partitions, partitionFunc) : null
    return RDD.from(shuffleByKey(this, 'partitionBy', chosenOr(own ?? partitions, ownPartitioner)))
  }

  /**
   * Sorts the pairs by key over all partitions. A job that runs when the result is first needed samples the keys.
   * @param ascending whether the least key comes first; true unless given.
   * @param numPartitions that of this RDD unless given.
   * @param ordering compares two keys; the natural order unless given.
   * @example
   * await sc.parallelize([['b', 1], ['a', 2]] as [string, number][]).sortByKey().collect() // [['a', 2], ['b', 1]]
   */
  sortByKey<K, V>(
    this: Pairs<K, V>,
    ascending = true,
    numPartitions?: number,
    ordering: Ordering<K> = naturalOrdering,
  ): RDD<[K, V]> {
    return RDD.from(sortByKey(this, 'sortByKey', ascending, numPartitions, ordering))
  }

  /**
   * Moves each pair to the partition that its key belongs to and sorts each partition by key. That is cheaper than `partitionBy` and sorting after it.
   * @param partitions a number of partitions, or a Partitioner; that of this RDD unless given.
   * @param ordering compares two keys; the natural order unless given.
   * @example
   * const pairs = sc.parallelize([[2, 'c'], [0, 'a'], [1, 'b']] as [number, string][])
   * await pairs.repartitionAndSortWithinPartitions(2).keys().glom().collect() // [[0, 2], [1]]
   */
  repartitionAndSortWithinPartitions<K, V>(
    this: Pairs<K, V>,
    partitions?: PartitionerChoice,
    ordering: Ordering<K> = naturalOrdering,
  ): RDD<[K, V]> {
    const partitionerOf = chosenOr(partitions, hashPartitionsOfParent)
    return RDD.from(repartitionAndSortWithinPartitions(this, partitionerOf, ordering))
  }

  /**
   * Keeps the pairs whose key lies in a range. After `sortByKey` only the partitions that may hold such keys are computed.
   * @param lower the least key, included.
   * @param upper the greatest key, included.
   * @param ordering compares two keys; the natural order unless given.
   * @example
   * await sc.range(10).map((n) => [n, n]).filterByRange(3, 5).keys().collect() // [3, 4, 5]
   */
  filterByRange<K, V>(this: Pairs<K, V>, lower: K, upper: K, ordering: Ordering<K> = naturalOrdering): RDD<[K, V]> {
    return RDD.from(filterByRange(this, lower, upper, ordering))
  }

  /**
   * Brings the values together that two to four RDDs have for each key.
   * @param a an RDD of pairs of the same context; up to two more may follow, and a number of partitions or a Partitioner.
   * @returns pairs of a key and one array of values per RDD, empty where the RDD does not have the key.
   * @example
   * const ages = sc.parallelize([['ann', 30]] as [string, number][])
   * const towns = sc.parallelize([['ann', 'Bonn'], ['bob', 'Rome']] as [string, string][])
   * await ages.cogroup(towns).sortByKey().collect() // [['ann', [[30], ['Bonn']]], ['bob', [[], ['Rome']]]]
   */
  cogroup<K, V, A>(this: Pairs<K, V>, a: Pairs<K, A>, numPartitions?: PartitionerChoice): RDD<[K, [V[], A[]]]>
  cogroup<K, V, A, B>(
    this: Pairs<K, V>,
    a: Pairs<K, A>,
    b: Pairs<K, B>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [V[], A[], B[]]]>
  cogroup<K, V, A, B, C>(
    this: Pairs<K, V>,
    a: Pairs<K, A>,
    b: Pairs<K, B>,
    c: Pairs<K, C>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [V[], A[], B[], C[]]]>
  cogroup<K>(
    this: Pairs<K, unknown>,
    ...args: readonly (Pairs<K, unknown> | PartitionerChoice | undefined)[]
  ): RDD<[K, unknown[]]> {
    const others = args.filter((arg) => arg instanceof RDD)
    const choice = args.find((arg) => !(arg instanceof RDD)) as PartitionerChoice | undefined
    return RDD.from(cogroup('cogroup', this, others, chosenOr(choice, defaultPartitioner(this.context)), COGROUP_LOOK))
  }

  /**
   * Does the same as {@link RDD.cogroup} with the default partitioner.
   * @param a an RDD of pairs of the same context; up to two more may follow.
   */
  groupWith<K, V, A>(this: Pairs<K, V>, a: Pairs<K, A>): RDD<[K, [V[], A[]]]>
  groupWith<K, V, A, B>(this: Pairs<K, V>, a: Pairs<K, A>, b: Pairs<K, B>): RDD<[K, [V[], A[], B[]]]>
  groupWith<K, V, A, B, C>(
    this: Pairs<K, V>,
    a: Pairs<K, A>,
    b: Pairs<K, B>,
    c: Pairs<K, C>,
  ): RDD<[K, [V[], A[], B[], C[]]]>
  groupWith<K>(this: Pairs<K, unknown>, ...others: readonly Pairs<K, unknown>[]): RDD<[K, unknown[]]> {
    return RDD.from(cogroup('groupWith', this, others, defaultPartitioner(this.context), COGROUP_LOOK))
  }

  /**
   * Pairs each value of a key with each value that the other RDD has for the key. Keys that only one of them has are left out.
   * @param other an RDD of pairs of the same context.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * const ages = sc.parallelize([['ann', 30]] as [string, number][])
   * const towns = sc.parallelize([['ann', 'Bonn'], ['bob', 'Rome']] as [string, string][])
   * await ages.join(towns).collect() // [['ann', [30, 'Bonn']]]
   */
  join<K, V, W>(this: Pairs<K, V>, other: Pairs<K, W>, numPartitions?: PartitionerChoice): RDD<[K, [V, W]]> {
    return RDD.from(join('join', 'inner', this, other, chosenOr(numPartitions, defaultPartitioner(this.context))))
  }

  /**
   * Does the same as {@link RDD.join} and keeps the pairs of this RDD whose key the other one does not have, with undefined on the right.
   * @param other an RDD of pairs of the same context.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * const ages = sc.parallelize([['ann', 30], ['eve', 40]] as [string, number][])
   * const towns = sc.parallelize([['ann', 'Bonn']] as [string, string][])
   * await ages.leftOuterJoin(towns).sortByKey().collect() // [['ann', [30, 'Bonn']], ['eve', [40, undefined]]]
   */
  leftOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [V, W | undefined]]> {
    return RDD.from(
      join('leftOuterJoin', 'left', this, other, chosenOr(numPartitions, defaultPartitioner(this.context))),
    )
  }

  /**
   * Does the same as {@link RDD.join} and keeps the pairs of the other RDD whose key this one does not have, with undefined on the left.
   * @param other an RDD of pairs of the same context.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * const ages = sc.parallelize([['ann', 30]] as [string, number][])
   * const towns = sc.parallelize([['ann', 'Bonn'], ['bob', 'Rome']] as [string, string][])
   * await ages.rightOuterJoin(towns).sortByKey().collect() // [['ann', [30, 'Bonn']], ['bob', [undefined, 'Rome']]]
   */
  rightOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [V | undefined, W]]> {
    return RDD.from(
      join('rightOuterJoin', 'right', this, other, chosenOr(numPartitions, defaultPartitioner(this.context))),
    )
  }

  /**
   * Does the same as {@link RDD.join} and keeps the pairs of either RDD whose key the other one does not have, with undefined on its side.
   * @param other an RDD of pairs of the same context.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * const ages = sc.parallelize([['eve', 40]] as [string, number][])
   * const towns = sc.parallelize([['bob', 'Rome']] as [string, string][])
   * await ages.fullOuterJoin(towns).sortByKey().collect() // [['bob', [undefined, 'Rome']], ['eve', [40, undefined]]]
   */
  fullOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [V | undefined, W | undefined]]> {
    return RDD.from(
      join('fullOuterJoin', 'full', this, other, chosenOr(numPartitions, defaultPartitioner(this.context))),
    )
  }

  /**
   * Keeps the pairs whose key the other RDD does not have.
   * @param other an RDD of pairs of the same context; its values do not matter.
   * @param numPartitions a number of partitions or a Partitioner; that of this RDD unless given.
   * @example
   * const pairs = sc.parallelize([['a', 1], ['b', 2]] as [string, number][])
   * await pairs.subtractByKey(sc.parallelize([['a', 0]] as [string, number][])).collect() // [['b', 2]]
   */
  subtractByKey<K, V>(this: Pairs<K, V>, other: Pairs<K, unknown>, numPartitions?: PartitionerChoice): RDD<[K, V]> {
    return RDD.from(subtractByKey(this, other, 'subtractByKey', chosenOr(numPartitions, ownPartitioner)))
  }

  /**
   * Takes a random part of the pairs of each key.
   * @param withReplacement whether a pair may come more than once.
   * @param fractions the chance of a pair by its key: a Map, or a plain object for keys that are texts.
   * @param seed a whole number; another one each time unless given.
   * @throws IllegalArgumentException for a negative fraction; the job fails with `KEY_NOT_FOUND` for a key without one.
   * @example
   * const pairs = sc.parallelize([['a', 1], ['b', 2]] as [string, number][])
   * await pairs.sampleByKey(false, { a: 1, b: 0 }).collect() // [['a', 1]]
   */
  sampleByKey<K, V>(
    this: Pairs<K, V>,
    withReplacement: boolean,
    fractions: KeyFractions<K>,
    seed: number = freshSeed(),
  ): RDD<[K, V]> {
    return RDD.from(sampleByKey(this, withReplacement, fractions, seed))
  }

  /**
   * Takes exactly the rounded-up share of the pairs of each key. A job that runs when the result is first needed counts the pairs.
   * @param withReplacement whether a pair may come more than once.
   * @param fractions the share of a key's pairs: a Map, or a plain object for keys that are texts.
   * @param seed a whole number; another one each time unless given.
   * @example
   * await sc.range(10).map((n) => ['a', n]).sampleByKeyExact(false, { a: 0.5 }).count() // 5
   */
  sampleByKeyExact<K, V>(
    this: Pairs<K, V>,
    withReplacement: boolean,
    fractions: KeyFractions<K>,
    seed: number = freshSeed(),
  ): RDD<[K, V]> {
    return RDD.from(sampleByKeyExact(this, withReplacement, fractions, seed))
  }

  /**
   * Estimates how many distinct values each key has, in little memory.
   * @param relativeSD the relative standard error wanted, above 0.000017; 0.05 unless given.
   * @param numPartitions a number of partitions or a Partitioner; Spark's default unless given.
   * @example
   * await sc.parallelize([['a', 1], ['a', 1], ['a', 2]] as [string, number][]).countApproxDistinctByKey().collect() // [['a', 2]]
   */
  countApproxDistinctByKey<K, V>(
    this: Pairs<K, V>,
    relativeSD?: number,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, number]>
  /** Estimates the same with a given precision. @param p the precision: 2^p registers for each key. @param sp checked as Spark does, and without effect: few values are counted from the registers. */
  countApproxDistinctByKey<K, V>(
    this: Pairs<K, V>,
    p: number,
    sp: number,
    partitioner: PartitionerChoice,
  ): RDD<[K, number]>
  countApproxDistinctByKey<K, V>(
    this: Pairs<K, V>,
    accuracy = 0.05,
    second?: PartitionerChoice,
    third?: PartitionerChoice,
  ): RDD<[K, number]> {
    const precision = third === undefined ? precisionFor(accuracy) : checkedPrecision(accuracy, second as number)
    const choice = third ?? second
    return RDD.from(countApproxDistinctByKey(this, precision, chosenOr(choice, defaultPartitioner(this.context))))
  }

  // Actions

  /**
   * Brings all records to the driver.
   * @returns the records in the order of the partitions. They must fit into the driver's memory.
   * @throws SparkException `JOB_ABORTED` when the job fails, with the error of the failing function as its `cause`; the same holds for every action.
   * @example
   * await sc.parallelize([1, 2, 3]).collect() // [1, 2, 3]
   */
  collect(): Promise<T[]> {
    return actions.collect(this, 'collect')
  }

  /**
   * Does the same as {@link RDD.collect} in a job group, which `sc.cancelJobGroup` cancels.
   * @param groupId the name of the group.
   * @param description what status pages show of the job.
   */
  collectWithJobGroup(groupId: string, description: string): Promise<T[]> {
    const properties = { ...this.context.jobProperties('collectWithJobGroup'), group: groupId, description }
    return actions.collect(this, 'collectWithJobGroup', { properties })
  }

  /**
   * Counts the records.
   * @example
   * await sc.parallelize(['a', 'b']).count() // 2
   */
  count(): Promise<number> {
    return actions.count(this, 'count')
  }

  /**
   * Brings the first records to the driver. The jobs compute no more partitions than are needed.
   * @param count how many records, 0 or more.
   * @returns the records in the order of the partitions; fewer when there are no more.
   * @example
   * await sc.range(1000).take(3) // [0, 1, 2]
   */
  take(count: number): Promise<T[]> {
    return actions.take(this, 'take', count)
  }

  /**
   * Brings the first record to the driver.
   * @throws UnsupportedOperationException when there is no record.
   * @example
   * await sc.parallelize(['a', 'b']).first() // 'a'
   */
  first(): Promise<T> {
    return actions.first(this)
  }

  /**
   * Says whether there is no record. The jobs compute no more partitions than are needed.
   * @example
   * await sc.emptyRDD().isEmpty() // true
   */
  isEmpty(): Promise<boolean> {
    return actions.isEmpty(this)
  }

  /**
   * Calls a function with each record, on the workers, for what the function does.
   * @param f gets one record; may be async, and is awaited before the next record.
   * @example
   * const seen = sc.longAccumulator('seen')
   * await sc.range(5).foreach(() => seen.add(1))
   * seen.value // 5
   */
  foreach(f: (value: T) => unknown): Promise<void> {
    return actions.foreach(this, 'foreach', f)
  }

  /**
   * Calls a function once for each partition, on the workers, for instance to write many records through one connection.
   * @param f gets an iterator of the partition's records; may be async.
   * @example
   * const partitions = sc.longAccumulator('partitions')
   * await sc.range(10, undefined, 1, 3).foreachPartition(() => partitions.add(1))
   * partitions.value // 3
   */
  foreachPartition(f: (records: Records<T>) => unknown): Promise<void> {
    return actions.foreachPartition(this, 'foreachPartition', f)
  }

  /**
   * Brings the records to the driver one partition at a time, so that only one of them must fit into the driver's memory.
   * @param prefetchPartitions whether the next partition is computed while the records of one are read; false unless given.
   * @returns an async generator; to leave the loop early cancels nothing that runs already.
   * @example
   * const doubled: number[] = []
   * for await (const n of sc.range(3).toLocalIterator()) doubled.push(n * 2)
   * doubled // [0, 2, 4]
   */
  toLocalIterator(prefetchPartitions = false): AsyncGenerator<T, void, undefined> {
    return localIterator(this, prefetchPartitions)
  }

  /**
   * Merges all records into one.
   * @param f merges two records; must be associative and commutative.
   * @throws UnsupportedOperationException when there is no record.
   * @example
   * await sc.parallelize([1, 2, 3]).reduce((x, y) => x + y) // 6
   */
  reduce(f: (a: T, b: T) => T): Promise<T>
  reduce(f: (a: T, b: T) => Widened<T>): Promise<Widened<T>>
  reduce(f: (a: T, b: T) => unknown): Promise<unknown> {
    return reduce(this, 'reduce', f as (a: T, b: T) => T)
  }

  /**
   * Does the same as {@link RDD.reduce}, with the results of many partitions merged on workers first.
   * @param f merges two records; must be associative and commutative.
   * @param depth how many levels of merging there are; 2 unless given.
   * @throws UnsupportedOperationException when there is no record.
   * @example
   * await sc.range(100).treeReduce((x, y) => x + y) // 4950
   */
  treeReduce(f: (a: T, b: T) => T, depth?: number): Promise<T>
  treeReduce(f: (a: T, b: T) => Widened<T>, depth?: number): Promise<Widened<T>>
  treeReduce(f: (a: T, b: T) => unknown, depth = 2): Promise<unknown> {
    return treeReduce(this, f as (a: T, b: T) => T, depth)
  }

  /**
   * Folds each partition into a copy of a zero value, and the results into another copy: the zero counts once more than there are partitions.
   * @param zero must change nothing when merged, for instance 0 for a sum.
   * @param f merges two values.
   * @example
   * await sc.parallelize([1, 2, 3]).fold(0, (x, y) => x + y) // 6
   */
  fold(zero: T, f: (a: T, b: T) => T): Promise<T>
  fold(zero: Widened<T>, f: (a: T, b: T) => Widened<T>): Promise<Widened<T>>
  fold(zero: unknown, f: (a: never, b: never) => unknown): Promise<unknown> {
    const merge = f as (a: T, b: T) => T
    return aggregate(this, 'fold', zero as T, merge, merge)
  }

  /**
   * Folds each partition into something of another type, and merges the results.
   * @param zero where each fold begins, copied for each partition and once for the results.
   * @param seqOp adds one record to what was folded so far.
   * @param combOp merges the results of two partitions.
   * @example
   * await sc.parallelize(['a', 'bb']).aggregate(0, (length, word) => length + word.length, (x, y) => x + y) // 3
   */
  aggregate(zero: [], seqOp: (accumulated: T[], value: T) => T[], combOp: (a: T[], b: T[]) => T[]): Promise<T[]>
  aggregate<A, B>(
    zero: [A, B],
    seqOp: (accumulated: [A, B], value: T) => [A, B],
    combOp: (a: [A, B], b: [A, B]) => [A, B],
  ): Promise<[A, B]>
  aggregate<U>(zero: U, seqOp: (accumulated: U, value: T) => U, combOp: (a: U, b: U) => U): Promise<U>
  aggregate<U>(zero: U, seqOp: (accumulated: U, value: T) => U, combOp: (a: U, b: U) => U): Promise<U> {
    return aggregate(this, 'aggregate', zero, seqOp, combOp)
  }

  /**
   * Does the same as {@link RDD.aggregate}, with the results of many partitions merged on workers first.
   * @param zero where each fold begins, copied for each partition.
   * @param seqOp adds one record to what was folded so far.
   * @param combOp merges the results of two partitions.
   * @param depth how many levels of merging there are; 2 unless given.
   * @example
   * await sc.range(10).treeAggregate(0, (sum, n) => sum + n, (x, y) => x + y) // 45
   */
  treeAggregate(
    zero: [],
    seqOp: (accumulated: T[], value: T) => T[],
    combOp: (a: T[], b: T[]) => T[],
    depth?: number,
  ): Promise<T[]>
  treeAggregate<A, B>(
    zero: [A, B],
    seqOp: (accumulated: [A, B], value: T) => [A, B],
    combOp: (a: [A, B], b: [A, B]) => [A, B],
    depth?: number,
  ): Promise<[A, B]>
  treeAggregate<U>(
    zero: U,
    seqOp: (accumulated: U, value: T) => U,
    combOp: (a: U, b: U) => U,
    depth?: number,
  ): Promise<U>
  treeAggregate<U>(zero: U, seqOp: (accumulated: U, value: T) => U, combOp: (a: U, b: U) => U, depth = 2): Promise<U> {
    return treeAggregate(this, zero, seqOp, combOp, depth)
  }

  /**
   * Finds the greatest record.
   * @param ordering compares two records; the natural order unless given.
   * @throws UnsupportedOperationException when there is no record.
   * @example
   * await sc.parallelize([3, 1, 2]).max() // 3
   */
  max(ordering: Ordering<T> = naturalOrdering): Promise<T> {
    return actions.max(this, ordering)
  }

  /**
   * Finds the least record.
   * @param ordering compares two records; the natural order unless given.
   * @throws UnsupportedOperationException when there is no record.
   * @example
   * await sc.parallelize(['b', 'a']).min() // 'a'
   */
  min(ordering: Ordering<T> = naturalOrdering): Promise<T> {
    return actions.min(this, ordering)
  }

  /**
   * Finds the greatest records.
   * @param count how many records.
   * @param ordering compares two records; the natural order unless given.
   * @returns the greatest record first; fewer when there are no more.
   * @example
   * await sc.parallelize([3, 1, 2]).top(2) // [3, 2]
   */
  top(count: number, ordering: Ordering<T> = naturalOrdering): Promise<T[]> {
    return actions.top(this, count, ordering)
  }

  /**
   * Finds the least records.
   * @param count how many records.
   * @param ordering compares two records; the natural order unless given.
   * @returns the least record first; fewer when there are no more.
   * @example
   * await sc.parallelize([3, 1, 2]).takeOrdered(2) // [1, 2]
   */
  takeOrdered(count: number, ordering: Ordering<T> = naturalOrdering): Promise<T[]> {
    return actions.takeOrdered(this, count, ordering)
  }

  /**
   * Takes so many records at random.
   * @param withReplacement whether a record may come more than once.
   * @param count how many records.
   * @param seed a whole number; another one each time unless given.
   * @returns the records in random order; without replacement all of them when there are no more.
   * @example
   * (await sc.range(100).takeSample(false, 5)).length // 5
   */
  takeSample(withReplacement: boolean, count: number, seed: number = freshSeed()): Promise<T[]> {
    return takeSample(this, withReplacement, count, seed)
  }

  /**
   * Counts how often each record occurs. Equal records are counted together.
   * @returns a Map from the record to its count. For records that are objects, read the Map's entries: `get` compares identity.
   * @example
   * [...(await sc.parallelize(['a', 'b', 'a']).countByValue())].sort() // [['a', 2], ['b', 1]]
   */
  countByValue(): Promise<Map<T, number>> {
    return countEach(this, 'countByValue', 'countRecords')
  }

  /**
   * Estimates how many distinct records there are, in little memory.
   * @param relativeSD the relative standard error wanted, above 0.000017; 0.05 unless given.
   * @example
   * await sc.parallelize([1, 1, 2]).countApproxDistinct() // 2
   */
  countApproxDistinct(relativeSD?: number): Promise<number>
  /**
   * @param p the precision: 2^p registers, whose standard error is about 1.054 / sqrt(2^p); 4 at least.
   * @param sp the precision of few records, which are told apart by 2^sp places until there are many: 0 for none, else from p to 32.
   * @throws IllegalArgumentException for other numbers.
   * @example
   * await sc.parallelize([1, 1, 2]).countApproxDistinct(12, 25) // 2
   */
  countApproxDistinct(p: number, sp: number): Promise<number>
  async countApproxDistinct(accuracy = 0.05, sp?: number): Promise<number> {
    return sp === undefined
      ? countApproxDistinct(this, precisionFor(accuracy), 0)
      : countApproxDistinct(this, checkedPrecision(accuracy, sp), sp)
  }

  /**
   * Counts the records, and gives what is known of the count when the time is over.
   * @param timeoutMs milliseconds, or a text with a unit: `10s`.
   * @param confidence the wanted chance that the true count lies in the bounds, from 0 to 1; 0.95 unless given.
   * @returns the bounds by then, and a promise of the final count.
   * @example
   * const partial = await sc.range(10).countApprox('60s')
   * partial.initialValue.mean // 10
   */
  countApprox(timeoutMs: number | string, confidence = 0.95): Promise<PartialResult<BoundedDouble>> {
    return approximate.countApprox(this, timeMsOf(timeoutMs), confidence)
  }

  /** What is known of `countByValue` after `timeoutMs`. */
  countByValueApprox(timeoutMs: number | string, confidence = 0.95): Promise<PartialResult<Map<T, BoundedDouble>>> {
    return approximate.countByValueApprox(this, timeMsOf(timeoutMs), confidence)
  }

  // Actions in the background

  /**
   * Does the same as {@link RDD.collect}, as a job that can be cancelled.
   * @returns a promise with `cancel()`.
   * @example
   * await sc.parallelize([1, 2]).collectAsync() // [1, 2]
   */
  collectAsync(): FutureAction<T[]> {
    return new FutureAction((signal) => actions.collect(this, 'collectAsync', { signal }))
  }

  /**
   * Does the same as {@link RDD.count}, as a job that can be cancelled.
   * @returns a promise with `cancel()`.
   * @example
   * await sc.parallelize([1, 2]).countAsync() // 2
   */
  countAsync(): FutureAction<number> {
    return new FutureAction((signal) => actions.count(this, 'countAsync', { signal }))
  }

  /**
   * Does the same as {@link RDD.take}, as jobs that can be cancelled.
   * @param count how many records.
   * @returns a promise with `cancel()`.
   * @example
   * await sc.parallelize([1, 2]).takeAsync(1) // [1]
   */
  takeAsync(count: number): FutureAction<T[]> {
    return new FutureAction((signal) => actions.take(this, 'takeAsync', count, { signal }))
  }

  /**
   * Does the same as {@link RDD.foreach}, as a job that can be cancelled.
   * @param f gets one record; may be async.
   * @returns a promise with `cancel()`.
   */
  foreachAsync(f: (value: T) => unknown): FutureAction<void> {
    return new FutureAction((signal) => actions.foreach(this, 'foreachAsync', f, { signal }))
  }

  /**
   * Does the same as {@link RDD.foreachPartition}, as a job that can be cancelled.
   * @param f gets an iterator of the partition's records; may be async.
   * @returns a promise with `cancel()`.
   */
  foreachPartitionAsync(f: (records: Records<T>) => unknown): FutureAction<void> {
    return new FutureAction((signal) => actions.foreachPartition(this, 'foreachPartitionAsync', f, { signal }))
  }

  // Actions of pairs

  /**
   * Counts how often each key occurs.
   * @returns a Map from the key to its count. For keys that are objects, read the Map's entries: `get` compares identity.
   * @example
   * (await sc.parallelize([['a', 1], ['a', 2]] as [string, number][]).countByKey()).get('a') // 2
   */
  countByKey<K, V>(this: Pairs<K, V>): Promise<Map<K, number>> {
    return countEach(this, 'countByKey', 'countKeys')
  }

  /** What is known of `countByKey` after `timeoutMs`. */
  countByKeyApprox<K, V>(
    this: Pairs<K, V>,
    timeoutMs: number | string,
    confidence = 0.95,
  ): Promise<PartialResult<Map<K, BoundedDouble>>> {
    return approximate.countByKeyApprox(this, timeMsOf(timeoutMs), confidence)
  }

  /**
   * Brings all pairs to the driver as a Map, with the last value of each key.
   * @returns a Map. For keys that are objects, read the Map's entries: `get` compares identity.
   * @example
   * (await sc.parallelize([['a', 1], ['a', 2]] as [string, number][]).collectAsMap()).get('a') // 2
   */
  collectAsMap<K, V>(this: Pairs<K, V>): Promise<Map<K, V>> {
    return collectAsMap(this)
  }

  /**
   * Brings the values of one key to the driver. Where a partitioner tells the key's partition, only that partition is computed.
   * @param key compared by value.
   * @example
   * await sc.parallelize([['a', 1], ['b', 2], ['a', 3]] as [string, number][]).lookup('a') // [1, 3]
   */
  lookup<K, V>(this: Pairs<K, V>, key: K): Promise<V[]> {
    return lookup(this, key)
  }

  /**
   * Merges the values of each key and brings the results to the driver.
   * @param f merges two values; must be associative and commutative.
   * @returns a Map from the key to its value. For keys that are objects, read the Map's entries: `get` compares identity.
   * @example
   * (await sc.parallelize([['a', 1], ['a', 2]] as [string, number][]).reduceByKeyLocally((x, y) => x + y)).get('a') // 3
   */
  reduceByKeyLocally<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => V | TupleHint): Promise<Map<K, V>>
  reduceByKeyLocally<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => Widened<V>): Promise<Map<K, Widened<V>>>
  reduceByKeyLocally<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => V): Promise<Map<K, V>> {
    return reduceByKeyLocally(this, f)
  }

  // Actions of numbers

  /**
   * Adds the numbers up.
   * @returns 0 when there are no numbers.
   * @example
   * await sc.parallelize([1, 2, 3]).sum() // 6
   */
  sum(this: RDD<number>): Promise<number> {
    return double.sum(this)
  }

  /**
   * Counts the numbers and finds their mean, variance, maximum and minimum in one pass.
   * @throws UnsupportedOperationException for an RDD without partitions.
   * @example
   * (await sc.parallelize([1, 2, 3]).stats()).mean() // 2
   */
  stats(this: RDD<number>): Promise<StatCounter> {
    return double.stats(this, 'stats')
  }

  /**
   * Finds the mean of the numbers.
   * @returns 0 when there are no numbers.
   * @throws UnsupportedOperationException for an RDD without partitions.
   * @example
   * await sc.parallelize([1, 2, 3]).mean() // 2
   */
  async mean(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'mean')).mean()
  }

  /**
   * Finds the variance of the numbers as a whole population: the sum of squares is divided by the count.
   * @throws UnsupportedOperationException for an RDD without partitions.
   * @example
   * await sc.parallelize([1, 3]).variance() // 1
   */
  async variance(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'variance')).variance()
  }

  /**
   * Does the same as {@link RDD.variance}.
   * @example
   * await sc.parallelize([1, 3]).popVariance() // 1
   */
  async popVariance(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'popVariance')).variance()
  }

  /**
   * Finds the variance of the numbers as a sample: the sum of squares is divided by the count less one.
   * @example
   * await sc.parallelize([1, 3]).sampleVariance() // 2
   */
  async sampleVariance(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'sampleVariance')).sampleVariance()
  }

  /**
   * Finds the standard deviation of the numbers as a whole population.
   * @example
   * await sc.parallelize([1, 3]).stdev() // 1
   */
  async stdev(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'stdev')).stdev()
  }

  /**
   * Does the same as {@link RDD.stdev}.
   * @example
   * await sc.parallelize([1, 3]).popStdev() // 1
   */
  async popStdev(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'popStdev')).stdev()
  }

  /**
   * Finds the standard deviation of the numbers as a sample.
   * @example
   * await sc.parallelize([1, 3, 5]).sampleStdev() // 2
   */
  async sampleStdev(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'sampleStdev')).sampleStdev()
  }

  /**
   * Counts the numbers in intervals of one width between the least and the greatest number. An interval includes its start and not its
   * end; the last interval includes both.
   * @param bucketCount how many intervals.
   * @returns the bounds, one more than there are intervals, and the count of each interval.
   */
  histogram(this: RDD<number>, bucketCount: number): Promise<[bounds: number[], counts: number[]]>
  /**
   * Counts the numbers in intervals between given bounds. Numbers outside of the bounds are left out.
   * @param bounds in ascending order; one more than there are intervals.
   * @param evenBuckets whether the bounds are equally far apart, which makes finding the interval faster.
   */
  histogram(this: RDD<number>, bounds: readonly number[], evenBuckets?: boolean): Promise<number[]>
  histogram(
    this: RDD<number>,
    buckets: number | readonly number[],
    evenBuckets = false,
  ): Promise<[number[], number[]] | number[]> {
    return typeof buckets === 'number'
      ? double.histogramOfCount(this, buckets)
      : double.histogramOfBounds(this, buckets, evenBuckets)
  }

  /** What is known of the sum after `timeoutMs`. */
  sumApprox(this: RDD<number>, timeoutMs: number | string, confidence = 0.95): Promise<PartialResult<BoundedDouble>> {
    return approximate.sumApprox(this, timeMsOf(timeoutMs), confidence)
  }

  /** What is known of the mean after `timeoutMs`. */
  meanApprox(this: RDD<number>, timeoutMs: number | string, confidence = 0.95): Promise<PartialResult<BoundedDouble>> {
    return approximate.meanApprox(this, timeMsOf(timeoutMs), confidence)
  }

  // Saving

  /**
   * Writes each record as a line of text: `path/part-00000` and so on, a file for each partition, and at the end `path/_SUCCESS`. A record's text is what Spark's Scala
   * prints: a text as it is, a pair as `(a,1)`.
   * @param path a directory that does not exist yet, on any file system that is registered.
   * @param codec `gzip`, `deflate`, `bzip2` or `zstd`, as far as the file system's codecs go; plain text unless given.
   * @throws FileAlreadyExistsException when the path exists.
   */
  saveAsTextFile(path: string, codec?: CompressionCodec): Promise<void> {
    return saveAsTextFile(this, path, { codec })
  }

  /**
   * Writes the records as they are, with their types, for `SparkContext.objectFile`.
   * @param path a directory that does not exist yet.
   * @throws FileAlreadyExistsException when the path exists.
   */
  saveAsObjectFile(path: string): Promise<void> {
    return saveAsObjectFile(this, path, {})
  }

  /**
   * Writes pairs as Hadoop's SequenceFiles, which Spark and `SparkContext.sequenceFile` read. Strings become Text, whole numbers IntWritable or
   * LongWritable, other numbers DoubleWritable, bigints LongWritable, booleans BooleanWritable, bytes BytesWritable, null and undefined
   * NullWritable: all keys those of the first one, and all values, unless the options say otherwise. On `sc://` to paths with `file:` only.
   * @param codec `gzip` or `deflate`, and `zstd` with Node.js 22.15; null for none
   * @throws FileAlreadyExistsException when `path` exists. @throws IllegalArgumentException for a class or codec that is not supported.
   * @example await counts.saveAsSequenceFile('counts', 'gzip', { valueClass: 'LongWritable' })
   */
  saveAsSequenceFile<K, V>(
    this: Pairs<K, V>,
    path: string,
    codec: CompressionCodec | null = null,
    options: SequenceFileOptions = {},
  ): Promise<void> {
    return saveAsSequenceFile(this, path, codec, options)
  }

  /** PySpark's name of `saveAsObjectFile`. */
  saveAsPickleFile(path: string): Promise<void> {
    return saveAsObjectFile(this, path, { operation: 'saveAsPickleFile' })
  }
}

checkMethods(RDD, 'RDD', RDD_METHODS)
checkActions(RDD, 'RDD', RDD_ACTIONS)
watchActions(RDD.prototype as never)
