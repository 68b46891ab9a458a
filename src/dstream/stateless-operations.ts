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

  /** `f` of each record. A function that returns a pair gives a stream of pairs. */
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

  /** All that `f` gives for each record. */
  flatMap<A, B, V>(f: (value: T) => Iterable<[[A, B], V]>): DStream<[PairOf<A, B>, V]>
  flatMap<K, A, B>(f: (value: T) => Iterable<[K, [A, B]]>): DStream<[K, PairOf<A, B>]>
  flatMap<K, V>(f: (value: T) => Iterable<[K, V]>): DStream<[K, V]>
  flatMap<U>(f: (value: T) => Iterable<U>): DStream<U>
  flatMap<U>(f: (value: T) => Iterable<U>): DStream<U> {
    return this.#derived('flatMap', 'FlatMappedDStream', (rdd) => rdd.flatMap(f))
  }

  /** The records for which `f` is truthy. */
  filter<U extends T>(f: (value: T) => value is U): DStream<U>
  filter<P extends PromiseLike<unknown>>(f: (value: T) => P): Settled<P, DStream<T>>
  filter(f: (value: T) => unknown): DStream<T>
  filter(f: (value: T) => unknown): DStream<T> {
    return this.#derived('filter', 'FilteredDStream', (rdd) => rdd.filter(f))
  }

  /** One array of all its records per partition, empty partitions included. */
  glom(): DStream<T[]> {
    return this.#derived('glom', 'GlommedDStream', (rdd) => rdd.glom())
  }

  /** What `f`, called once per partition of each batch, gives; `f` may be async or an async generator. */
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

  /** {@link mapPartitions} with the partition's number first (PySpark's `mapPartitionsWithIndex`). */
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

  /** The same records, dealt out anew to `numPartitions` partitions. */
  repartition(numPartitions: number): DStream<T> {
    return this.#derived('repartition', 'TransformedDStream', (rdd) => rdd.repartition(numPartitions))
  }

  /**
   * All records of this stream and of `that`.
   * @throws IllegalArgumentException when they belong to different contexts or slide by different durations.
   */
  union(that: DStream<T>): DStream<T> {
    return this.derive(new UnionOperator<T>([this, that]))
  }

  /** One number per batch: how many records it has, 0 for an empty one. */
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

  /** One record per batch: all of its records merged with `f`; none for an empty batch. */
  reduce(f: (a: T, b: T) => T): DStream<T>
  reduce(f: (a: T, b: T) => Widened<T>): DStream<Widened<T>>
  reduce(f: (a: T, b: T) => unknown): DStream<unknown> {
    const merge = f as (a: T, b: T) => T
    return this.#derived('reduce', 'MappedDStream', (rdd) => rdd.map(withoutKey).reduceByKey(merge, 1).values())
  }

  /** How often each distinct record occurs in the batch, as pairs of record and count. */
  countByValue(numPartitions: number = this.context.sparkContext.defaultParallelism): DStream<[T, number]> {
    return this.#derived('countByValue', 'ShuffledDStream', (rdd) => rdd.map(withOne).reduceByKey(add, numPartitions))
  }

  /**
   * Whatever `f` makes of the batch's RDD. `f` runs on the driver, once for every batch, when the batch is generated.
   * @param f gets the RDD and the batch's time; may be async; must return an RDD.
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

// These stand at the module's level because a function that closes over nothing costs nothing to ship, batch after batch.

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
