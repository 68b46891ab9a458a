import { checkActions, checkMethods } from '../arguments/check-arguments.ts'
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
import { debugString, nameOf, setName } from './debug-string.ts'
import type { ListOf, PairOf, Settled, TripleOf, TupleHint, Widened } from './inferred-types.ts'
import { countApproxDistinctByKey } from './operations/approximate-distinct-by-key.ts'
import { coalesce, redistribute } from './operations/coalesce.ts'
import { cogroup, join } from './operations/cogroup.ts'
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
import type { KeyFractions } from './operations/sampling.ts'
import { randomSplit, sample, sampleByKey, sampleByKeyExact } from './operations/sampling.ts'
import { distinct, intersection, subtract, subtractByKey } from './operations/set-operations.ts'
import { unionShape } from './operations/union.ts'
import * as zips from './operations/zip.ts'
import { persist, rememberPersistent, unpersist } from './persistence.ts'
import { RDD_ACTIONS, RDD_METHODS } from './rdd-arguments.ts'
import { RDDCore } from './rdd-core.ts'
import { checkpointDirectory, requestLocalCheckpoint, requestReliableCheckpoint } from './saving/checkpointing.ts'
import type { CompressionCodec } from './saving/saving.ts'
import { saveAsObjectFile, saveAsTextFile } from './saving/saving.ts'
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

  /** The SparkContext that it belongs to. */
  get sparkContext(): SparkContextApi {
    return this.context as SparkContextApi
  }

  /** The name that `setName` gave, or null. */
  get name(): string | null {
    return nameOf(this.lineage.storage)
  }

  /** Names it for `toDebugString`. */
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

  // Storage

  /** Keeps the partitions that jobs compute, by default in memory. @throws UnsupportedOperationException when another level is set already. */
  persist(level: StorageLevel = StorageLevel.MEMORY_ONLY): this {
    persist(this, level)
    return this
  }

  /** `persist()` in memory. */
  cache(): this {
    return this.persist()
  }

  /** Frees what was kept. @param blocking whether the promise waits until it is gone. */
  async unpersist(blocking = false): Promise<this> {
    await unpersist(this, blocking)
    return this
  }

  /** `StorageLevel.NONE` when it is not persisted. */
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

  /** Has the next job that computes it keep it, in this process or on Spark's executors; from then on that stands for its lineage. */
  localCheckpoint(): this {
    requestLocalCheckpoint(this.context, this.lineage)
    rememberPersistent(this)
    return this
  }

  /** Whether a checkpoint stands for its lineage. */
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

  /** A new RDD of `f` of each record. A function that returns a pair gives an RDD of pairs. */
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

  /** A new RDD of all that `f` gives for each record. */
  flatMap<A, B, V>(f: (value: T) => Iterable<[[A, B], V]>): RDD<[PairOf<A, B>, V]>
  flatMap<K, A, B>(f: (value: T) => Iterable<[K, [A, B]]>): RDD<[K, PairOf<A, B>]>
  flatMap<K, V>(f: (value: T) => Iterable<[K, V]>): RDD<[K, V]>
  flatMap<U>(f: (value: T) => Iterable<U>): RDD<U>
  flatMap<U>(f: (value: T) => Iterable<U>): RDD<U> {
    return RDD.from(narrow(this, 'flatMap', { kind: 'flatMap', fn: f }))
  }

  /** The records for which `f` is truthy; keeps the partitioner. */
  filter<U extends T>(f: (value: T) => value is U): RDD<U>
  filter<P extends PromiseLike<unknown>>(f: (value: T) => P): Settled<P, RDD<T>>
  filter(f: (value: T) => unknown): RDD<T>
  filter(f: (value: T) => unknown): RDD<T> {
    return RDD.from(narrow(this, 'filter', { kind: 'filter', fn: f }, { preservesPartitioning: true }))
  }

  /** What `f`, called once per partition, gives; it may be async or an async generator. @param preservesPartitioning whether keys stay as they are. */
  mapPartitions<K, V>(f: (records: Records<T>) => PartitionResult<[K, V]>, preservesPartitioning?: boolean): RDD<[K, V]>
  mapPartitions<U>(f: (records: Records<T>) => PartitionResult<U>, preservesPartitioning?: boolean): RDD<U>
  mapPartitions<U>(f: (records: Records<T>) => PartitionResult<U>, preservesPartitioning = false): RDD<U> {
    return RDD.from(narrow(this, 'mapPartitions', builtin('withoutIndex', f), { preservesPartitioning }))
  }

  /** As `mapPartitions`, with the partition's index first. */
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

  /** One record per partition: the array of its records. */
  glom(): RDD<T[]> {
    return RDD.from(zips.glom(this))
  }

  /** Pairs of `f` of each record, and the record. */
  keyBy<A, B>(f: (value: T) => [A, B]): RDD<[PairOf<A, B>, T]>
  keyBy<P extends PromiseLike<unknown>>(f: (value: T) => P): Settled<P, RDD<[P, T]>>
  keyBy<K>(f: (value: T) => K): RDD<[K, T]>
  keyBy<K>(f: (value: T) => K): RDD<[K, T]> {
    return RDD.from(narrow(this, 'keyBy', { kind: 'keyBy', fn: f }))
  }

  /** All records of both, duplicates included. */
  union(other: RDD<T>): RDD<T> {
    return RDD.from(this.derive('union', [other], unionShape))
  }

  /** Fewer partitions, neighbours joined; with `shuffle` any number, as `repartition`. */
  coalesce(numPartitions: number, shuffle = false): RDD<T> {
    return RDD.from(shuffle ? redistribute(this, numPartitions, 'coalesce') : coalesce(this, numPartitions))
  }

  /** Every pairing of a record of this RDD with one of the other. */
  cartesian<U>(other: RDD<U>): RDD<[T, U]> {
    return RDD.from(zips.cartesian(this, other))
  }

  /** The lines that `command` prints when each partition's records are sent through it, a line each. A command in one string is cut at its spaces. */
  pipe(command: string | readonly string[], options: PipeOptions<T> = {}): RDD<string> {
    return RDD.from(pipe(this, command, options))
  }

  /** A random part of the records. @param fraction the chance of each, or with replacement how often each comes on average. */
  sample(withReplacement: boolean, fraction: number, seed: number = freshSeed()): RDD<T> {
    return RDD.from(sample(this, 'sample', withReplacement, fraction, seed))
  }

  /** Divides the records at random in about the proportions of the weights. */
  randomSplit(weights: readonly number[], seed: number = freshSeed()): RDD<T>[] {
    return randomSplit(this, weights, seed).map((part) => RDD.from(part))
  }

  /** Pairs the records of two RDDs in order. Both need as many partitions, and as many records in each. */
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

  /** Pairs each record with its place in the whole RDD; with several partitions that takes a job, run when the result is first needed. */
  zipWithIndex(): RDD<[T, number]> {
    return RDD.from(zips.zipWithIndex(this))
  }

  /** Pairs each record with a number of its own, without a job: i, i + n, i + 2n … in partition i of n. */
  zipWithUniqueId(): RDD<[T, number]> {
    return RDD.from(zips.zipWithUniqueId(this))
  }

  // Transformations that move records

  /** Any number of partitions, records dealt out evenly through a shuffle. */
  repartition(numPartitions: number): RDD<T> {
    return RDD.from(redistribute(this, numPartitions, 'repartition'))
  }

  /** One of each set of equal records. */
  distinct(numPartitions?: number): RDD<T> {
    return RDD.from(distinct(this, chosenOr(numPartitions, hashPartitionsOfParent)))
  }

  /** The distinct records that both hold. */
  intersection(other: RDD<T>, numPartitions?: PartitionerChoice): RDD<T> {
    return RDD.from(intersection(this, other, chosenOr(numPartitions, defaultPartitioner(this.context))))
  }

  /** The records, duplicates included, of which the other has no equal. */
  subtract(other: RDD<T>, numPartitions?: PartitionerChoice): RDD<T> {
    return RDD.from(subtract(this, other, chosenOr(numPartitions, hashPartitionsOfParent)))
  }

  /** The records brought together by `f` of each. */
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

  /** The records in the order of `f` of each, over all partitions; keys are sampled by a job that runs when the result is first needed. */
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

  /** The key of each pair. */
  keys<K, V>(this: Pairs<K, V>): RDD<K> {
    return RDD.from(narrow(this, 'keys', { kind: 'keys' }))
  }

  /** The value of each pair. */
  values<K, V>(this: Pairs<K, V>): RDD<V> {
    return RDD.from(narrow(this, 'values', { kind: 'values' }))
  }

  /** Each pair with `f` of its value; keeps the partitioner. */
  mapValues<K, V, A>(this: Pairs<K, V>, f: (value: V) => [A]): RDD<[K, ListOf<A>]>
  mapValues<K, V, A, B>(this: Pairs<K, V>, f: (value: V) => [A, B]): RDD<[K, PairOf<A, B>]>
  mapValues<K, V, P extends PromiseLike<unknown>>(this: Pairs<K, V>, f: (value: V) => P): Settled<P, RDD<[K, P]>>
  mapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => U): RDD<[K, U]>
  mapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => U): RDD<[K, U]> {
    return RDD.from(narrow(this, 'mapValues', { kind: 'mapValues', fn: f }, { preservesPartitioning: true }))
  }

  /** A pair for each thing that `f` gives for the value; keeps the partitioner. */
  flatMapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => Iterable<U>): RDD<[K, U]> {
    return RDD.from(narrow(this, 'flatMapValues', { kind: 'flatMapValues', fn: f }, { preservesPartitioning: true }))
  }

  /** Merges the values of each key with `f`, before the shuffle too. */
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

  /** The values of each key in an array; nothing is combined before the shuffle. */
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

  /** Folds the values of each key of a partition into a copy of `zero`, and joins the results of partitions. */
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

  /** Folds the values of each key of a partition into a copy of `zero`, and joins the results of partitions, both with `f`. */
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

  /** The pairs in the partitions that their keys belong to. @param partitionFunc places keys, modulo the number of partitions, in place of their hash. */
  partitionBy<K, V>(this: Pairs<K, V>, partitions: PartitionerChoice, partitionFunc?: (key: K) => number): RDD<[K, V]> {
    const own =
      partitionFunc && typeof partitions === 'number' ? new FunctionPartitioner(partitions, partitionFunc) : null
    return RDD.from(shuffleByKey(this, 'partitionBy', chosenOr(own ?? partitions, ownPartitioner)))
  }

  /** The pairs sorted by key over all partitions; keys are sampled by a job that runs when the result is first needed. */
  sortByKey<K, V>(
    this: Pairs<K, V>,
    ascending = true,
    numPartitions?: number,
    ordering: Ordering<K> = naturalOrdering,
  ): RDD<[K, V]> {
    return RDD.from(sortByKey(this, 'sortByKey', ascending, numPartitions, ordering))
  }

  /** The pairs in the partitions that their keys belong to, sorted by key in each: cheaper than `partitionBy` and sorting after it. */
  repartitionAndSortWithinPartitions<K, V>(
    this: Pairs<K, V>,
    partitions?: PartitionerChoice,
    ordering: Ordering<K> = naturalOrdering,
  ): RDD<[K, V]> {
    const partitionerOf = chosenOr(partitions, hashPartitionsOfParent)
    return RDD.from(repartitionAndSortWithinPartitions(this, (parent) => partitionerOf([parent]), ordering))
  }

  /** The pairs with `lower` <= key <= `upper`; after `sortByKey` only the partitions that may hold such keys are computed. */
  filterByRange<K, V>(this: Pairs<K, V>, lower: K, upper: K, ordering: Ordering<K> = naturalOrdering): RDD<[K, V]> {
    return RDD.from(filterByRange(this, lower, upper, ordering))
  }

  /** For each key of any of two to four RDDs, the values that each has for it. */
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
    return RDD.from(cogroup('cogroup', this, others, chosenOr(choice, defaultPartitioner(this.context))))
  }

  /** `cogroup` with the default partitioner. */
  groupWith<K, V, A>(this: Pairs<K, V>, a: Pairs<K, A>): RDD<[K, [V[], A[]]]>
  groupWith<K, V, A, B>(this: Pairs<K, V>, a: Pairs<K, A>, b: Pairs<K, B>): RDD<[K, [V[], A[], B[]]]>
  groupWith<K, V, A, B, C>(
    this: Pairs<K, V>,
    a: Pairs<K, A>,
    b: Pairs<K, B>,
    c: Pairs<K, C>,
  ): RDD<[K, [V[], A[], B[], C[]]]>
  groupWith<K>(this: Pairs<K, unknown>, ...others: readonly Pairs<K, unknown>[]): RDD<[K, unknown[]]> {
    return RDD.from(cogroup('groupWith', this, others, defaultPartitioner(this.context)))
  }

  /** Every pairing of the values that both have for a key. */
  join<K, V, W>(this: Pairs<K, V>, other: Pairs<K, W>, numPartitions?: PartitionerChoice): RDD<[K, [V, W]]> {
    return RDD.from(join('join', 'inner', this, other, chosenOr(numPartitions, defaultPartitioner(this.context))))
  }

  /** As `join`, and the pairs of this RDD whose key the other does not have. */
  leftOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [V, W | undefined]]> {
    return RDD.from(
      join('leftOuterJoin', 'left', this, other, chosenOr(numPartitions, defaultPartitioner(this.context))),
    )
  }

  /** As `join`, and the pairs of the other RDD whose key this one does not have. */
  rightOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [V | undefined, W]]> {
    return RDD.from(
      join('rightOuterJoin', 'right', this, other, chosenOr(numPartitions, defaultPartitioner(this.context))),
    )
  }

  /** As `join`, and the pairs of either RDD whose key the other does not have. */
  fullOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, [V | undefined, W | undefined]]> {
    return RDD.from(
      join('fullOuterJoin', 'full', this, other, chosenOr(numPartitions, defaultPartitioner(this.context))),
    )
  }

  /** The pairs whose key the other does not have. */
  subtractByKey<K, V>(this: Pairs<K, V>, other: Pairs<K, unknown>, numPartitions?: PartitionerChoice): RDD<[K, V]> {
    return RDD.from(subtractByKey(this, other, 'subtractByKey', chosenOr(numPartitions, ownPartitioner)))
  }

  /** A random part of each key's pairs, at the rate that `fractions` gives for the key. */
  sampleByKey<K, V>(
    this: Pairs<K, V>,
    withReplacement: boolean,
    fractions: KeyFractions<K>,
    seed: number = freshSeed(),
  ): RDD<[K, V]> {
    return RDD.from(sampleByKey(this, withReplacement, fractions, seed))
  }

  /** As `sampleByKey`, with exactly ceil(rate · count) pairs of each key; they are counted by a job that runs when the result is first needed. */
  sampleByKeyExact<K, V>(
    this: Pairs<K, V>,
    withReplacement: boolean,
    fractions: KeyFractions<K>,
    seed: number = freshSeed(),
  ): RDD<[K, V]> {
    return RDD.from(sampleByKeyExact(this, withReplacement, fractions, seed))
  }

  /** About how many distinct values each key has. @param relativeSD the standard error wanted, above 0.000017. */
  countApproxDistinctByKey<K, V>(
    this: Pairs<K, V>,
    relativeSD = 0.05,
    numPartitions?: PartitionerChoice,
  ): RDD<[K, number]> {
    return RDD.from(
      countApproxDistinctByKey(this, relativeSD, chosenOr(numPartitions, defaultPartitioner(this.context))),
    )
  }

  // Actions

  /** All records, in partition order. */
  collect(): Promise<T[]> {
    return actions.collect(this, 'collect')
  }

  /** `collect` in a job group, to be cancelled with `cancelJobGroup`. */
  collectWithJobGroup(groupId: string, description: string): Promise<T[]> {
    const properties = { ...this.context.jobProperties('collectWithJobGroup'), group: groupId, description }
    return actions.collect(this, 'collectWithJobGroup', { properties })
  }

  /** How many records there are. */
  count(): Promise<number> {
    return actions.count(this, 'count')
  }

  /** The first `count` records, in partition order; computes no more partitions than it needs. */
  take(count: number): Promise<T[]> {
    return actions.take(this, 'take', count)
  }

  /** The first record. @throws UnsupportedOperationException when there is none. */
  first(): Promise<T> {
    return actions.first(this)
  }

  /** Whether there is no record; computes no more partitions than it needs. */
  isEmpty(): Promise<boolean> {
    return actions.isEmpty(this)
  }

  /** Calls `f`, which may be async, with each record on the workers. */
  foreach(f: (value: T) => unknown): Promise<void> {
    return actions.foreach(this, 'foreach', f)
  }

  /** Calls `f`, which may be async, once per partition on the workers. */
  foreachPartition(f: (records: Records<T>) => unknown): Promise<void> {
    return actions.foreachPartition(this, 'foreachPartition', f)
  }

  /** The records one after another on the driver, a partition brought there at a time. @param prefetchPartitions whether the next one is brought meanwhile. */
  toLocalIterator(prefetchPartitions = false): AsyncGenerator<T, void, undefined> {
    return localIterator(this, prefetchPartitions)
  }

  /** All records merged by `f`, which is commutative and associative. @throws UnsupportedOperationException when there are none. */
  reduce(f: (a: T, b: T) => T): Promise<T>
  reduce(f: (a: T, b: T) => Widened<T>): Promise<Widened<T>>
  reduce(f: (a: T, b: T) => unknown): Promise<unknown> {
    return reduce(this, 'reduce', f as (a: T, b: T) => T)
  }

  /** `reduce` with partitions' results merged on workers first, in `depth` levels. */
  treeReduce(f: (a: T, b: T) => T, depth?: number): Promise<T>
  treeReduce(f: (a: T, b: T) => Widened<T>, depth?: number): Promise<Widened<T>>
  treeReduce(f: (a: T, b: T) => unknown, depth = 2): Promise<unknown> {
    return treeReduce(this, f as (a: T, b: T) => T, depth)
  }

  /** Folds each partition into a copy of `zero`, and the results into another, so that it counts once more than there are partitions. */
  fold(zero: T, f: (a: T, b: T) => T): Promise<T>
  fold(zero: Widened<T>, f: (a: T, b: T) => Widened<T>): Promise<Widened<T>>
  fold(zero: unknown, f: (a: never, b: never) => unknown): Promise<unknown> {
    const merge = f as (a: T, b: T) => T
    return aggregate(this, 'fold', zero as T, merge, merge)
  }

  /** Folds each partition into a copy of `zero` with `seqOp`, and the results into another with `combOp`. */
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

  /** `aggregate` with partitions' results merged on workers first, in `depth` levels. */
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

  /** The greatest record. @throws UnsupportedOperationException when there is none. */
  max(ordering: Ordering<T> = naturalOrdering): Promise<T> {
    return actions.max(this, ordering)
  }

  /** The least record. @throws UnsupportedOperationException when there is none. */
  min(ordering: Ordering<T> = naturalOrdering): Promise<T> {
    return actions.min(this, ordering)
  }

  /** The `count` greatest records, the greatest first. */
  top(count: number, ordering: Ordering<T> = naturalOrdering): Promise<T[]> {
    return actions.top(this, count, ordering)
  }

  /** The `count` least records, the least first. */
  takeOrdered(count: number, ordering: Ordering<T> = naturalOrdering): Promise<T[]> {
    return actions.takeOrdered(this, count, ordering)
  }

  /** `count` records at random, in random order; without replacement all of them when there are no more. */
  takeSample(withReplacement: boolean, count: number, seed: number = freshSeed()): Promise<T[]> {
    return takeSample(this, withReplacement, count, seed)
  }

  /** How often each record occurs, equal ones counted together. For records that are objects, read the Map's entries: `get` compares identity. */
  countByValue(): Promise<Map<T, number>> {
    return countEach(this, 'countByValue', 'countRecords')
  }

  /** About how many distinct records there are. @param relativeSD the standard error wanted, above 0.000017. */
  countApproxDistinct(relativeSD = 0.05): Promise<number> {
    return countApproxDistinct(this, relativeSD)
  }

  /** What is known of the count after `timeoutMs`. @param timeoutMs milliseconds, or a text with a unit: `10s`. @param confidence that the true count lies in the bounds, from 0 to 1. */
  countApprox(timeoutMs: number | string, confidence = 0.95): Promise<PartialResult<BoundedDouble>> {
    return approximate.countApprox(this, timeMsOf(timeoutMs), confidence)
  }

  /** What is known of `countByValue` after `timeoutMs`. */
  countByValueApprox(timeoutMs: number | string, confidence = 0.95): Promise<PartialResult<Map<T, BoundedDouble>>> {
    return approximate.countByValueApprox(this, timeMsOf(timeoutMs), confidence)
  }

  // Actions in the background

  /** `collect` that can be cancelled. */
  collectAsync(): FutureAction<T[]> {
    return new FutureAction((signal) => actions.collect(this, 'collectAsync', { signal }))
  }

  /** `count` that can be cancelled. */
  countAsync(): FutureAction<number> {
    return new FutureAction((signal) => actions.count(this, 'countAsync', { signal }))
  }

  /** `take` that can be cancelled. */
  takeAsync(count: number): FutureAction<T[]> {
    return new FutureAction((signal) => actions.take(this, 'takeAsync', count, { signal }))
  }

  /** `foreach` that can be cancelled. */
  foreachAsync(f: (value: T) => unknown): FutureAction<void> {
    return new FutureAction((signal) => actions.foreach(this, 'foreachAsync', f, { signal }))
  }

  /** `foreachPartition` that can be cancelled. */
  foreachPartitionAsync(f: (records: Records<T>) => unknown): FutureAction<void> {
    return new FutureAction((signal) => actions.foreachPartition(this, 'foreachPartitionAsync', f, { signal }))
  }

  // Actions of pairs

  /** How often each key occurs. For keys that are objects, read the Map's entries: `get` compares identity. */
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

  /** All pairs as a Map, the last one of each key. For keys that are objects, read the Map's entries: `get` compares identity. */
  collectAsMap<K, V>(this: Pairs<K, V>): Promise<Map<K, V>> {
    return collectAsMap(this)
  }

  /** The values of a key; computes one partition only where a partitioner tells which. */
  lookup<K, V>(this: Pairs<K, V>, key: K): Promise<V[]> {
    return lookup(this, key)
  }

  /** The values of each key merged with `f`, as a Map. For keys that are objects, read the Map's entries: `get` compares identity. */
  reduceByKeyLocally<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => V | TupleHint): Promise<Map<K, V>>
  reduceByKeyLocally<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => Widened<V>): Promise<Map<K, Widened<V>>>
  reduceByKeyLocally<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => V): Promise<Map<K, V>> {
    return reduceByKeyLocally(this, f)
  }

  // Actions of numbers

  /** 0 when there are no numbers. */
  sum(this: RDD<number>): Promise<number> {
    return double.sum(this)
  }

  /** Count, mean, variance, maximum and minimum in one pass. @throws UnsupportedOperationException for an RDD without partitions. */
  stats(this: RDD<number>): Promise<StatCounter> {
    return double.stats(this, 'stats')
  }

  /** 0 when there are no numbers. @throws UnsupportedOperationException for an RDD without partitions. */
  async mean(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'mean')).mean()
  }

  /** Of the numbers as a whole population. */
  async variance(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'variance')).variance()
  }

  /** Of the numbers as a whole population. */
  async popVariance(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'popVariance')).variance()
  }

  /** Of the numbers as a sample: divided by count - 1. */
  async sampleVariance(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'sampleVariance')).sampleVariance()
  }

  /** Of the numbers as a whole population. */
  async stdev(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'stdev')).stdev()
  }

  /** Of the numbers as a whole population. */
  async popStdev(this: RDD<number>): Promise<number> {
    return (await double.stats(this, 'popStdev')).stdev()
  }

  /** Of the numbers as a sample: divided by count - 1. */
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
   * Writes each record's text as a line to `path/part-00000` and so on, a file per partition, and then `path/_SUCCESS`; text of a record is what
   * Spark's Scala prints: a string as it is, a pair as `(a,1)`. @throws FileAlreadyExistsException when `path` exists.
   */
  saveAsTextFile(path: string, codec?: CompressionCodec): Promise<void> {
    return saveAsTextFile(this, path, { codec })
  }

  /** Writes the records as they are, for `SparkContext.objectFile`. @throws FileAlreadyExistsException when `path` exists. */
  saveAsObjectFile(path: string): Promise<void> {
    return saveAsObjectFile(this, path, {})
  }

  /** PySpark's name of `saveAsObjectFile`. */
  saveAsPickleFile(path: string): Promise<void> {
    return saveAsObjectFile(this, path, { operation: 'saveAsPickleFile' })
  }
}

checkMethods(RDD, 'RDD', RDD_METHODS)
checkActions(RDD, 'RDD', RDD_ACTIONS)
