import type { ListOf, PairOf, Settled, TupleHint, Widened } from '../rdd/inferred-types.ts'
import type { RDD } from '../rdd/rdd.ts'
import type { DStream } from './dstream.ts'
import { DerivedOperator } from './operators/derived-operator.ts'
import { TransformedOperator } from './operators/transformed-operator.ts'
import { choosePartitioner, type PartitionerChoice } from './partitioner-choice.ts'
import { StatelessOperations } from './stateless-operations.ts'

/** A stream of pairs: what the operations by key are methods of. */
type Pairs<K, V> = DStream<readonly [K, V]>

/** Operations on a stream of pairs, within one batch. */
export abstract class PairOperations<T> extends StatelessOperations<T> {
  /**
   * Brings the values of each key of a batch together, in no particular order.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @returns pairs of a key and an array of its values.
   * @example
   * await runBatches([['a', 'a']], (words) => words.map((word) => [word, 1]).groupByKey()) // [[['a', [1, 1]]]]
   */
  groupByKey<K, V>(this: Pairs<K, V>, partitioner?: PartitionerChoice): DStream<[K, V[]]> {
    const chosen = choosePartitioner(this, partitioner)
    return shuffled(this, 'groupByKey', (rdd) => rdd.groupByKey(chosen))
  }

  /**
   * Merges the values of each key of a batch.
   * @param f merges two values; must be associative and commutative.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @example
   * await runBatches([['a', 'a'], ['a']], (words) => words.map((word) => [word, 1]).reduceByKey((x, y) => x + y)) // [[['a', 2]], [['a', 1]]]
   */
  reduceByKey<K, V>(
    this: Pairs<K, V>,
    f: (a: V, b: V) => V | TupleHint,
    partitioner?: PartitionerChoice,
  ): DStream<[K, V]>
  reduceByKey<K, V>(
    this: Pairs<K, V>,
    f: (a: V, b: V) => Widened<V>,
    partitioner?: PartitionerChoice,
  ): DStream<[K, Widened<V>]>
  reduceByKey<K, V>(this: Pairs<K, V>, f: (a: V, b: V) => V, partitioner?: PartitionerChoice): DStream<[K, V]> {
    const chosen = choosePartitioner(this, partitioner)
    return shuffled(this, 'reduceByKey', (rdd) => rdd.reduceByKey(f, chosen))
  }

  /**
   * The values of each key gathered into a combined value of another type.
   * @param createCombiner makes a combined value of a key's first value.
   * @param mergeValue adds a value to a combined one.
   * @param mergeCombiners merges two combined values.
   * @param mapSideCombine whether to combine before the shuffle too.
   */
  combineByKey<K, V, C>(
    this: Pairs<K, V>,
    createCombiner: (value: V) => C,
    mergeValue: (combiner: C, value: V) => C | TupleHint,
    mergeCombiners: (a: C, b: C) => C | TupleHint,
    partitioner?: PartitionerChoice,
    mapSideCombine = true,
  ): DStream<[K, C]> {
    const chosen = choosePartitioner(this, partitioner)
    return shuffled(this, 'combineByKey', (rdd) =>
      rdd.combineByKey(createCombiner, mergeValue, mergeCombiners, chosen, mapSideCombine),
    )
  }

  /**
   * Applies a function to the value of each pair. Keys and partitions stay as they are.
   * @param f gets one value and returns another.
   * @example
   * await runBatches([['a']], (words) => words.map((word) => [word, 1]).mapValues((n) => n + 1)) // [[['a', 2]]]
   */
  mapValues<K, V, A>(this: Pairs<K, V>, f: (value: V) => [A]): DStream<[K, ListOf<A>]>
  mapValues<K, V, A, B>(this: Pairs<K, V>, f: (value: V) => [A, B]): DStream<[K, PairOf<A, B>]>
  mapValues<K, V, P extends PromiseLike<unknown>>(this: Pairs<K, V>, f: (value: V) => P): Settled<P, DStream<[K, P]>>
  mapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => U): DStream<[K, U]>
  mapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => U): DStream<[K, U]> {
    return this.derive(
      new DerivedOperator<readonly [K, V], [K, U]>(this, 'mapValues', 'MapValuedDStream', (rdd) => rdd.mapValues(f)),
    )
  }

  /**
   * Applies a function to the value of each pair and makes a pair for each thing that the function returns.
   * @param f gets one value and returns an array or another iterable of values.
   * @example
   * await runBatches([['a']], (words) => words.map((word) => [word, 2]).flatMapValues((n) => [n, n + 1])) // [[['a', 2], ['a', 3]]]
   */
  flatMapValues<K, V, U>(this: Pairs<K, V>, f: (value: V) => Iterable<U>): DStream<[K, U]> {
    return this.derive(
      new DerivedOperator<readonly [K, V], [K, U]>(this, 'flatMapValues', 'FlatMapValuedDStream', (rdd) =>
        rdd.flatMapValues(f),
      ),
    )
  }

  /**
   * The same pairs, placed by key (PySpark's `partitionBy`).
   * @param partitionFunc from a key to a whole number, taken modulo the number of partitions; the key's hash when absent.
   */
  partitionBy<K, V>(
    this: Pairs<K, V>,
    numPartitions: PartitionerChoice,
    partitionFunc?: (key: K) => number,
  ): DStream<[K, V]> {
    return this.derive(
      new DerivedOperator<readonly [K, V], [K, V]>(this, 'partitionBy', 'TransformedDStream', (rdd) =>
        typeof numPartitions === 'number'
          ? rdd.partitionBy(numPartitions, partitionFunc)
          : rdd.partitionBy(numPartitions),
      ),
    )
  }

  /**
   * Brings the values together that two streams have for each key in the same batch.
   * @param other a stream of pairs of the same context that slides by the same duration.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @returns pairs of a key and two arrays, empty where a stream does not have the key.
   * @example
   * await runBatches([['a']], (words) => words.map((w) => [w, 1]).cogroup(words.map((w) => [w, 'x']))) // [[['a', [[1], ['x']]]]]
   */
  cogroup<K, V, W>(this: Pairs<K, V>, other: Pairs<K, W>, partitioner?: PartitionerChoice): DStream<[K, [V[], W[]]]> {
    const chosen = choosePartitioner(this, partitioner)
    return together(this, other, 'cogroup', (rdd, that) => rdd.cogroup(that, chosen))
  }

  /**
   * Pairs each value of a key with each value that the other stream has for the key in the same batch.
   * @param other a stream of pairs of the same context that slides by the same duration.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @example
   * await runBatches([['a']], (words) => words.map((w) => [w, 1]).join(words.map((w) => [w, 'x']))) // [[['a', [1, 'x']]]]
   */
  join<K, V, W>(this: Pairs<K, V>, other: Pairs<K, W>, partitioner?: PartitionerChoice): DStream<[K, [V, W]]> {
    const chosen = choosePartitioner(this, partitioner)
    return together(this, other, 'join', (rdd, that) => rdd.join(that, chosen))
  }

  /**
   * Does the same as {@link join}, and gives `[v, undefined]` for a key that only this stream has in the batch.
   * @param other a stream of pairs of the same context that slides by the same duration.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @example
   * await runBatches([['a']], (words) => words.map((w) => [w, 1]).leftOuterJoin(words.map((w) => [w + '!', 2]))) // [[['a', [1, undefined]]]]
   */
  leftOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    partitioner?: PartitionerChoice,
  ): DStream<[K, [V, W | undefined]]> {
    const chosen = choosePartitioner(this, partitioner)
    return together(this, other, 'leftOuterJoin', (rdd, that) => rdd.leftOuterJoin(that, chosen))
  }

  /**
   * Does the same as {@link join}, and gives `[undefined, w]` for a key that only the other stream has in the batch.
   * @param other a stream of pairs of the same context that slides by the same duration.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @example
   * await runBatches([['a']], (words) => words.map((w) => [w + '!', 1]).rightOuterJoin(words.map((w) => [w, 2]))) // [[['a', [undefined, 2]]]]
   */
  rightOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    partitioner?: PartitionerChoice,
  ): DStream<[K, [V | undefined, W]]> {
    const chosen = choosePartitioner(this, partitioner)
    return together(this, other, 'rightOuterJoin', (rdd, that) => rdd.rightOuterJoin(that, chosen))
  }

  /**
   * Does the same as {@link join}, and gives undefined on the side that has no value for a key in the batch.
   * @param other a stream of pairs of the same context that slides by the same duration.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @example
   * await runBatches([['a']], (words) => words.map((w) => [w, 1]).fullOuterJoin(words.map((w) => [w, 2]))) // [[['a', [1, 2]]]]
   */
  fullOuterJoin<K, V, W>(
    this: Pairs<K, V>,
    other: Pairs<K, W>,
    partitioner?: PartitionerChoice,
  ): DStream<[K, [V | undefined, W | undefined]]> {
    const chosen = choosePartitioner(this, partitioner)
    return together(this, other, 'fullOuterJoin', (rdd, that) => rdd.fullOuterJoin(that, chosen))
  }
}

function shuffled<K, V, C>(
  stream: Pairs<K, V>,
  operation: string,
  apply: (rdd: RDD<readonly [K, V]>) => RDD<[K, C]>,
): DStream<[K, C]> {
  return stream.derive(new DerivedOperator<readonly [K, V], [K, C]>(stream, operation, 'ShuffledDStream', apply))
}

function together<K, V, W, R>(
  stream: Pairs<K, V>,
  other: Pairs<K, W>,
  operation: string,
  apply: (rdd: RDD<readonly [K, V]>, other: RDD<readonly [K, W]>) => RDD<[K, R]>,
): DStream<[K, R]> {
  return stream.derive(
    new TransformedOperator<[K, R]>([stream, other], operation, ([rdd, that]) =>
      apply(rdd as RDD<readonly [K, V]>, that as RDD<readonly [K, W]>),
    ),
  )
}
