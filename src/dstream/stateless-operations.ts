import type { MaybePromise } from '../batches/maybe-promise.ts'
import type { Time } from '../batches/time.ts'
import type { ListOf, PairOf, Settled, TripleOf, Widened } from '../rdd/inferred-types.ts'
import type { RDD } from '../rdd/rdd.ts'
import type { PartitionIterator, PartitionResult } from '../task/iterator.ts'
import type { DStream } from './dstream.ts'
import { DStreamNode } from './dstream-node.ts'
import { DerivedOperator } from './operators/derived-operator.ts'
import type { StreamOperator } from './operators/operator.ts'
import { TransformedOperator } from './operators/transformed-operator.ts'
import { UnionOperator } from './operators/union-operator.ts'

/** Operations that look at one batch at a time. */
export abstract class StatelessOperations<T> extends DStreamNode<T> {
  /** The stream that an operator makes of this one. @internal */
  abstract derive<U>(operator: StreamOperator<U>): DStream<U>

  /**
   * Applies a function to each record of each batch. A function that returns a pair gives a stream of pairs.
   * @param f gets one record and returns another; runs on workers.
   * @example
   * await runBatches([[1, 2], [3]], (numbers) => numbers.map((n) => n * 2)) // [[2, 4], [6]]
   */
  map<A, B, C, D>(f: (value: T) => [[A, B], [C, D]]): DStream<[PairOf<A, B>, PairOf<C, D>]>
  map<A, B, V>(f: (value: T) => [[A, B], V]): DStream<[PairOf<A, B>, V]>
  map<K, A>(f: (value: T) => [K, [A]]): DStream<[K, ListOf<A>]>
  map<K, A, B>(f: (value: T) => [K, [A, B]]): DStream<[K, PairOf<A, B>]>
  map<K, A, B, C>(f: (value: T) => [K, [A, B, C]]): DStream<[K, TripleOf<A, B, C>]>
  map<K, V>(f: (value: T) => [K, V]): DStream<[K, V]>
  map<P extends PromiseLike<unknown>>(f: (value: T) => P): Settled<P, DStream<P>>
  map<U>(f: (value: T) => U): DStream<U>
  map<U>(f: (value: T) => U): DStream<U> {
    return this.#derived('map', 'MappedDStream', (rdd) => rdd.map(f))
  }

  /**
   * Applies a function to each record and puts all that the function returns one after another.
   * @param f gets one record and returns an array or another iterable of records.
   * @example
   * await runBatches([['to be']], (lines) => lines.flatMap((line) => line.split(' '))) // [['to', 'be']]
   */
  flatMap<A, B, V>(f: (value: T) => Iterable<[[A, B], V]>): DStream<[PairOf<A, B>, V]>
  flatMap<K, A, B>(f: (value: T) => Iterable<[K, [A, B]]>): DStream<[K, PairOf<A, B>]>
  flatMap<K, V>(f: (value: T) => Iterable<[K, V]>): DStream<[K, V]>
  flatMap<U>(f: (value: T) => Iterable<U>): DStream<U>
  flatMap<U>(f: (value: T) => Iterable<U>): DStream<U> {
    return this.#derived('flatMap', 'FlatMappedDStream', (rdd) => rdd.flatMap(f))
  }

  /**
   * Keeps the records for which a function is truthy.
   * @param f gets one record; a type guard narrows the type of the records.
   * @example
   * await runBatches([[1, 2, 3]], (numbers) => numbers.filter((n) => n > 1)) // [[2, 3]]
   */
  filter<U extends T>(f: (value: T) => value is U): DStream<U>
  filter<P extends PromiseLike<unknown>>(f: (value: T) => P): Settled<P, DStream<T>>
  filter(f: (value: T) => unknown): DStream<T>
  filter(f: (value: T) => unknown): DStream<T> {
    return this.#derived('filter', 'FilteredDStream', (rdd) => rdd.filter(f))
  }

  /**
   * Puts the records of each partition of a batch into one array, empty partitions included.
   * @example
   * (await runBatches([[1, 2]], (numbers) => numbers.glom()))[0]!.flat() // [1, 2]
   */
  glom(): DStream<T[]> {
    return this.#derived('glom', 'GlommedDStream', (rdd) => rdd.glom())
  }

  /**
   * Applies a function to the records of each partition of each batch at once.
   * @param f gets an iterator of the partition's records; returns an iterable, may be async, a generator or an async generator.
   * @param preservesPartitioning whether keys stay as they are, so that a partitioner still holds; false unless given.
   * @example
   * await runBatches([[1, 2, 3]], (numbers) => numbers.repartition(1).mapPartitions((records) => [[...records].length])) // [[3]]
   */
  mapPartitions<K, V>(
    f: (records: PartitionIterator<T>) => PartitionResult<[K, V]>,
    preservesPartitioning?: boolean,
  ): DStream<[K, V]>
  mapPartitions<U>(
    f: (records: PartitionIterator<T>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): DStream<U>
  mapPartitions<U>(
    f: (records: PartitionIterator<T>) => PartitionResult<U>,
    preservesPartitioning = false,
  ): DStream<U> {
    return this.#derived('mapPartitions', 'MapPartitionedDStream', (rdd) => rdd.mapPartitions(f, preservesPartitioning))
  }

  /**
   * Does the same as {@link mapPartitions}, with a function that also gets the number of the partition (PySpark's `mapPartitionsWithIndex`).
   * @param f gets the partition's number, from 0, and an iterator of the partition's records.
   * @param preservesPartitioning whether keys stay as they are, so that a partitioner still holds; false unless given.
   * @example
   * await runBatches([['a']], (s) => s.repartition(1).mapPartitionsWithIndex((index, records) => [...records].map((r) => r + index))) // [['a0']]
   */
  mapPartitionsWithIndex<K, V>(
    f: (index: number, records: PartitionIterator<T>) => PartitionResult<[K, V]>,
    preservesPartitioning?: boolean,
  ): DStream<[K, V]>
  mapPartitionsWithIndex<U>(
    f: (index: number, records: PartitionIterator<T>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): DStream<U>
  mapPartitionsWithIndex<U>(
    f: (index: number, records: PartitionIterator<T>) => PartitionResult<U>,
    preservesPartitioning = false,
  ): DStream<U> {
    return this.#derived('mapPartitionsWithIndex', 'TransformedDStream', (rdd) =>
      rdd.mapPartitionsWithIndex(f, preservesPartitioning),
    )
  }

  /**
   * Deals the records of each batch out evenly to any number of partitions, through a shuffle.
   * @param numPartitions above 0.
   * @example
   * await runBatches([[1]], (numbers) => numbers.repartition(3).glom().count()) // [[3]]
   */
  repartition(numPartitions: number): DStream<T> {
    return this.#derived('repartition', 'TransformedDStream', (rdd) => rdd.repartition(numPartitions))
  }

  /**
   * Puts the records of two streams together, batch by batch.
   * @param that a stream of the same context that slides by the same duration.
   * @throws IllegalArgumentException when the streams belong to different contexts or slide by different durations.
   * @example
   * await runBatches([[1, 2]], (numbers) => numbers.union(numbers.map((n) => n * 10))) // [[1, 2, 10, 20]]
   */
  union(that: DStream<T>): DStream<T> {
    return this.derive(new UnionOperator<T>([this, that]))
  }

  /**
   * Counts the records of each batch.
   * @returns a stream of one number per batch, 0 for an empty batch.
   * @example
   * await runBatches([['a', 'b'], []], (words) => words.count()) // [[2], [0]]
   */
  count(): DStream<number> {
    const { sparkContext } = this.context
    return this.#derived('count', 'MappedDStream', (rdd) => {
      const none = sparkContext.parallelize<[null, number]>([[null, 0]], 1)
      return sparkContext
        .union([rdd.mapPartitions(countPartition), none])
        .reduceByKey(add, sparkContext.defaultParallelism)
        .values()
    })
  }

  /**
   * Merges all records of each batch into one.
   * @param f merges two records; must be associative and commutative.
   * @returns a stream of one record per batch, none for an empty batch.
   * @example
   * await runBatches([[1, 2], []], (numbers) => numbers.reduce((x, y) => x + y)) // [[3], []]
   */
  reduce(f: (a: T, b: T) => T): DStream<T>
  reduce(f: (a: T, b: T) => Widened<T>): DStream<Widened<T>>
  reduce(f: (a: T, b: T) => unknown): DStream<unknown> {
    const merge = f as (a: T, b: T) => T
    return this.#derived('reduce', 'MappedDStream', (rdd) => rdd.map(withoutKey).reduceByKey(merge, 1).values())
  }

  /**
   * Counts how often each distinct record occurs in each batch.
   * @param numPartitions of the result; the context's default parallelism unless given.
   * @returns a stream of pairs of a record and its count.
   * @example
   * await runBatches([['a', 'a']], (words) => words.countByValue()) // [[['a', 2]]]
   */
  countByValue(numPartitions: number = this.context.sparkContext.defaultParallelism): DStream<[T, number]> {
    return this.#derived('countByValue', 'ShuffledDStream', (rdd) => rdd.map(withOne).reduceByKey(add, numPartitions))
  }

  /**
   * Makes a stream of whatever a function makes of each batch's RDD. The function runs on the driver, once for every batch, when the batch is generated.
   * @param f gets the batch's RDD and the batch's time; must return an RDD; may be async.
   * @example
   * await runBatches([[2, 1]], (numbers) => numbers.transform((rdd) => rdd.sortBy((n) => n))) // [[1, 2]]
   */
  transform<U>(f: (rdd: RDD<T>, time: Time) => MaybePromise<RDD<U>>): DStream<U> {
    return this.derive(new TransformedOperator<U>([this], 'transform', ([rdd], time) => f(rdd as RDD<T>, time)))
  }

  /** {@link transform} of this batch's RDD and that of another stream of the same slide. */
  transformWith<U, V>(
    other: DStream<U>,
    f: (rdd: RDD<T>, other: RDD<U>, time: Time) => MaybePromise<RDD<V>>,
  ): DStream<V> {
    return this.derive(
      new TransformedOperator<V>([this, other], 'transformWith', ([rdd, that], time) =>
        f(rdd as RDD<T>, that as RDD<U>, time),
      ),
    )
  }

  #derived<U>(operation: string, className: string, apply: (rdd: RDD<T>) => RDD<U>): DStream<U> {
    return this.derive(new DerivedOperator<T, U>(this, operation, className, apply))
  }
}

// These functions are at the level of the module because a function that closes over nothing costs nothing to ship in every batch.

function* countPartition(records: IterableIterator<unknown>): IterableIterator<[null, number]> {
  let count = 0
  for (const _ of records) count++
  yield [null, count]
}

function add(a: number, b: number): number {
  return a + b
}

function withoutKey<T>(value: T): [null, T] {
  return [null, value]
}

function withOne<T>(value: T): [T, number] {
  return [value, 1]
}
