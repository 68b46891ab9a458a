import { type DurationLike, toDuration } from '../batches/duration.ts'
import type { TupleHint, Widened } from '../rdd/inferred-types.ts'
import type { DStream } from './dstream.ts'
import { CALL_SITE, type DStreamNode } from './dstream-node.ts'
import { reducedWindowState } from './operators/reduced-window-state.ts'
import { StateViewOperator } from './operators/state-view-operator.ts'
import { WindowedOperator } from './operators/windowed-operator.ts'
import { PairOperations } from './pair-operations.ts'
import { choosePartitioner, type PartitionerChoice } from './partitioner-choice.ts'

/** A stream of pairs: what the operations by key are methods of. */
type Pairs<K, V> = DStream<readonly [K, V]>

/** Merges two values of one type. */
type Merge<V> = (a: V, b: V) => V

/**
 * Operations over a sliding window: every `slideDuration`, on the batches of the last `windowDuration`, the one that ends now included. Both are
 * multiples of the stream's own slide duration; a plain number is seconds. The first windows hold what there is by then.
 */
export abstract class WindowOperations<T> extends PairOperations<T> {
  /**
   * Gives all records of the last window. The stream is persisted, because several windows read each batch.
   * @param windowDuration how far back a window reaches: a Duration, seconds, or a text with a unit.
   * @param slideDuration how often a window ends; the stream's own slide duration unless given.
   * @throws IllegalArgumentException when a duration is not above zero, or no multiple of the stream's slide duration.
   * @example
   * await runBatches([['a'], ['b'], ['c']], (words) => words.window(2)) // [['a'], ['a', 'b'], ['b', 'c']]
   */
  window(windowDuration: DurationLike, slideDuration: DurationLike = this.slideDuration): DStream<T> {
    return this.derive(new WindowedOperator<T>(this, toDuration(windowDuration), toDuration(slideDuration)))
  }

  /** One record per window: all of its records merged with `reduceFunc`; none for an empty window. */
  reduceByWindow(reduceFunc: Merge<T>, windowDuration: DurationLike, slideDuration: DurationLike): DStream<T>
  /**
   * The same, step by step: what leaves the window is taken out with `invReduceFunc`. Needs a checkpoint directory.
   * @param reduceFunc associative and commutative.
   * @param invReduceFunc its inverse: `inv(f(a, b), b)` equals `a`. Null or undefined, PySpark's `None`, stands for none: windows are merged anew.
   */
  reduceByWindow(
    reduceFunc: Merge<T>,
    invReduceFunc: Merge<T> | null | undefined,
    windowDuration: DurationLike,
    slideDuration: DurationLike,
  ): DStream<T>
  reduceByWindow(
    reduceFunc: (a: T, b: T) => Widened<T>,
    windowDuration: DurationLike,
    slideDuration: DurationLike,
  ): DStream<Widened<T>>
  reduceByWindow(
    reduceFunc: (a: T, b: T) => Widened<T>,
    invReduceFunc: (a: T, b: T) => Widened<T>,
    windowDuration: DurationLike,
    slideDuration: DurationLike,
  ): DStream<Widened<T>>
  reduceByWindow(reduceFunc: (a: T, b: T) => unknown, ...args: readonly unknown[]): DStream<unknown> {
    return this.#reduceByWindow(reduceFunc as Merge<T>, args)
  }

  #reduceByWindow(reduceFunc: Merge<T>, args: readonly unknown[]): DStream<T> {
    const [invReduceFunc, windowDuration, slideDuration] = splitInverse<T>(args)
    if (invReduceFunc === null) {
      return this.reduce(reduceFunc).window(windowDuration, slideDuration!).reduce(reduceFunc)
    }
    return namedAs(this, 'reduceByWindow', () => {
      const keyed: DStream<[number, T]> = this.map(underOneKey<T>)
      return keyed.reduceByKeyAndWindow(reduceFunc, invReduceFunc, windowDuration, slideDuration, 1).map(withoutKey<T>)
    })
  }

  /**
   * Counts the records of the last window. Needs a checkpoint directory.
   * @param windowDuration how far back a window reaches: a Duration, seconds, or a text with a unit.
   * @param slideDuration how often a window ends.
   * @returns a stream of one number per window; nothing until the first record.
   */
  countByWindow(windowDuration: DurationLike, slideDuration: DurationLike): DStream<number> {
    return namedAs(this, 'countByWindow', () =>
      this.map(one).reduceByWindow(add, subtract, windowDuration, slideDuration),
    )
  }

  /**
   * Counts how often each distinct record occurs in the last window. Needs a checkpoint directory.
   * @param windowDuration how far back a window reaches: a Duration, seconds, or a text with a unit.
   * @param slideDuration how often a window ends.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @returns a stream of pairs of a record and its count.
   */
  countByValueAndWindow(
    windowDuration: DurationLike,
    slideDuration: DurationLike,
    partitioner?: PartitionerChoice,
  ): DStream<[T, number]> {
    return namedAs(this, 'countByValueAndWindow', () =>
      this.map(withOne<T>).reduceByKeyAndWindow(add, subtract, windowDuration, slideDuration, partitioner, isCounted),
    )
  }

  /**
   * Brings all values together that each key has in the last window.
   * @param windowDuration how far back a window reaches: a Duration, seconds, or a text with a unit.
   * @param slideDuration how often a window ends; the stream's own slide duration unless given.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @example
   * await runBatches([[1], [2]], (numbers) => numbers.map((n) => ['k', n]).groupByKeyAndWindow(2)) // [[['k', [1]]], [['k', [1, 2]]]]
   */
  groupByKeyAndWindow<K, V>(
    this: Pairs<K, V>,
    windowDuration: DurationLike,
    slideDuration: DurationLike = this.slideDuration,
    partitioner?: PartitionerChoice,
  ): DStream<[K, V[]]> {
    const chosen = choosePartitioner(this, partitioner)
    return this.groupByKey(chosen)
      .window(windowDuration, slideDuration)
      .combineByKey(copied<V>, appended<V>, appended<V>, chosen)
  }

  /**
   * Merges the values that each key has in the last window.
   * @param reduceFunc merges two values; must be associative and commutative.
   * @param windowDuration how far back a window reaches: a Duration, seconds, or a text with a unit.
   * @param slideDuration how often a window ends; the stream's own slide duration unless given.
   * @param partitioner a number of partitions or a Partitioner; the context's default parallelism unless given.
   * @example
   * await runBatches([[1], [2], [3]], (s) => s.map((n) => ['k', n]).reduceByKeyAndWindow((x, y) => x + y, 2)) // [[['k', 1]], [['k', 3]], [['k', 5]]]
   */
  reduceByKeyAndWindow<K, V>(
    this: Pairs<K, V>,
    reduceFunc: (a: V, b: V) => V | TupleHint,
    windowDuration: DurationLike,
    slideDuration?: DurationLike,
    partitioner?: PartitionerChoice,
  ): DStream<[K, V]>
  /**
   * The same, step by step: what leaves the window is taken out with `invReduceFunc`, so that a long window costs no more than a short one.
   * A key stays once it came, also when nothing in the window has it, unless `filterFunc` drops it. Needs a checkpoint directory.
   * @param reduceFunc associative and commutative.
   * @param invReduceFunc its inverse: `inv(f(a, b), b)` equals `a`. Null or undefined, PySpark's `None`, stands for none: windows are merged anew.
   * @param filterFunc asked with each pair of key and merged value; keeps what it is truthy for.
   */
  reduceByKeyAndWindow<K, V>(
    this: Pairs<K, V>,
    reduceFunc: (a: V, b: V) => V | TupleHint,
    invReduceFunc: ((a: V, b: V) => V | TupleHint) | null | undefined,
    windowDuration: DurationLike,
    slideDuration?: DurationLike,
    partitioner?: PartitionerChoice,
    filterFunc?: (pair: [K, V]) => unknown,
  ): DStream<[K, V]>
  reduceByKeyAndWindow<K, V>(this: Pairs<K, V>, reduceFunc: Merge<V>, ...args: readonly unknown[]): DStream<[K, V]> {
    const [invReduceFunc, windowDuration, slideDuration = this.slideDuration, choice, filterFunc] = splitInverse<
      V,
      [PartitionerChoice?, ((pair: [K, V]) => unknown)?]
    >(args)
    const partitioner = choosePartitioner(this, choice)
    if (invReduceFunc === null) {
      return this.reduceByKey(reduceFunc, partitioner)
        .window(windowDuration, slideDuration)
        .reduceByKey(reduceFunc, partitioner)
    }
    const { operator, reduced } = reducedWindowState<K, V>(this, () => this.reduceByKey(reduceFunc, partitioner), {
      reduceFunc,
      invReduceFunc,
      filterFunc,
      windowDuration: toDuration(windowDuration),
      slideDuration: toDuration(slideDuration),
      partitioner,
    })
    return this.derive(
      new StateViewOperator<K, V, [K, V]>(this.derive(operator), {
        operation: 'reduceByKeyAndWindow',
        className: 'ReducedWindowedDStream',
        standsForState: true,
        persisted: [reduced],
        viewOf: (state) => state.pairs('reduceByKeyAndWindow'),
      }),
    )
  }
}

/** Makes streams that are named after the operation that the user called, and its line. */
function namedAs<R>({ context }: DStreamNode<unknown>, operation: string, make: () => R): R {
  const { sparkContext } = context
  return sparkContext.withLocalProperties({ [CALL_SITE]: sparkContext.callSite(operation) }, make)
}

/** The arguments behind the function of a window operation, with null where the inverse was left out. */
function splitInverse<V, Rest extends unknown[] = []>(
  args: readonly unknown[],
): [
  invReduceFunc: Merge<V> | null,
  windowDuration: DurationLike,
  slideDuration: DurationLike | undefined,
  ...rest: Rest,
] {
  const [first, second] = args
  const standsForNone = first === null || (first === undefined && second !== undefined)
  const all = standsForNone ? [null, ...args.slice(1)] : typeof first === 'function' ? args : [null, ...args]
  return all as ReturnType<typeof splitInverse<V, Rest>>
}

// These functions are at the level of the module because a function that closes over nothing costs nothing to ship in every batch.

function one(): number {
  return 1
}

function withOne<T>(value: T): [T, number] {
  return [value, 1]
}

function add(a: number, b: number): number {
  return a + b
}

function subtract(a: number, b: number): number {
  return a - b
}

function isCounted([, count]: [unknown, number]): boolean {
  return count !== 0
}

function underOneKey<T>(value: T): [number, T] {
  return [1, value]
}

function withoutKey<T>([, value]: [number, T]): T {
  return value
}

function copied<V>(values: V[]): V[] {
  return [...values]
}

function appended<V>(values: V[], more: V[]): V[] {
  for (const value of more) values.push(value)
  return values
}
