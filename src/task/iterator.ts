/** The result of a partition function: any iterable, async iterables included, or a promise of one. */
export type PartitionResult<U> = Iterable<U> | AsyncIterable<U> | Promise<Iterable<U> | AsyncIterable<U>>

/** A function over one whole partition, as the user or a built-in partition operation gives it. */
export type PartitionFunction<T, U> = (records: IterableIterator<T>, partition: number) => PartitionResult<U>

/**
 * The records of one partition, as a function over partitions gets them: an iterator with the methods that iterators have from Node 22 on, on every Node.
 * Those that return iterators are lazy: a record is read when it is asked for. An iterator is read once.
 */
export interface PartitionIterator<T> extends IterableIterator<T> {
  /** The iterator itself. */
  [Symbol.iterator](): PartitionIterator<T>
  /** `f` of each record. */
  map<U>(f: (value: T, index: number) => U): PartitionIterator<U>
  /** The records for which `f` is truthy. */
  filter<U extends T>(f: (value: T, index: number) => value is U): PartitionIterator<U>
  /** The records for which `f` is truthy. @param f gets a record and its place, from 0. */
  filter(f: (value: T, index: number) => unknown): PartitionIterator<T>
  /** All that `f` gives for each record. */
  flatMap<U>(f: (value: T, index: number) => Iterable<U>): PartitionIterator<U>
  /** The first `limit` records. */
  take(limit: number): PartitionIterator<T>
  /** The records behind the first `count`. */
  drop(count: number): PartitionIterator<T>
  /** All records merged from the first on. @throws TypeError when there are none. */
  reduce(f: (accumulated: T, value: T, index: number) => T): T
  /** All records merged into `initial`. */
  reduce<U>(f: (accumulated: U, value: T, index: number) => U, initial: U): U
  /** The records that are left, in memory. */
  toArray(): T[]
  /** Calls `f` with each record. */
  forEach(f: (value: T, index: number) => void): void
  /** Whether `f` is truthy for a record. */
  some(f: (value: T, index: number) => unknown): boolean
  /** Whether `f` is truthy for every record. */
  every(f: (value: T, index: number) => unknown): boolean
  /** The first record for which `f` is truthy, or undefined. */
  find<U extends T>(f: (value: T, index: number) => value is U): U | undefined
  /** The first record for which `f` is truthy; undefined when there is none. @param f gets a record and its place, from 0. */
  find(f: (value: T, index: number) => unknown): T | undefined
}
