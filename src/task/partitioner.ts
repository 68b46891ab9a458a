import { aFlag, anArray, anOrdering, aPartitionCount } from '../arguments/argument.ts'
import { checkArgument, checkArguments } from '../arguments/check-arguments.ts'
import { IllegalArgumentException } from '../errors.ts'
import { hashKey, nonNegativeMod } from './key/index.ts'
import type { Ordering } from './ordering.ts'

/**
 * Says to which partition a key belongs (Spark's `Partitioner`). Extend it for a partitioning of your own: `getPartition` runs on
 * workers and must give 0 … numPartitions - 1, the same for equal keys; `equals` decides whether two RDDs are partitioned alike.
 */
export abstract class Partitioner<K = unknown> {
  /** How many partitions there are. */
  abstract readonly numPartitions: number
  /** The partition of a key: 0 … numPartitions - 1, the same for equal keys. */
  abstract getPartition(key: K): number
  /** Whether `other` puts every key where this one does; RDDs partitioned alike are joined without a shuffle. The same object unless overridden. */
  equals(other: Partitioner<never>): boolean {
    return (this as unknown) === other
  }
}

/** Spark's `HashPartitioner`: the JVM's hash code modulo the number of partitions; null goes to 0. */
export class HashPartitioner extends Partitioner<unknown> {
  readonly numPartitions: number
  /** @param partitions at least 0. @throws IllegalArgumentException when negative or not whole. */
  constructor(partitions: number) {
    super()
    checkArgument('new HashPartitioner', aPartitionCount('partitions'), partitions)
    if (partitions < 0) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `requirement failed: Number of partitions (${partitions}) cannot be negative.`,
      )
    }
    this.numPartitions = partitions
  }
  getPartition(key: unknown): number {
    return nonNegativeMod(hashKey(key), this.numPartitions)
  }
  override equals(other: Partitioner<never>): boolean {
    return other instanceof HashPartitioner && other.numPartitions === this.numPartitions
  }
}

/**
 * Spark's `RangePartitioner`: keys up to the first bound go to partition 0, and so on, each partition a contiguous range of keys.
 * Bounds come from a sample (see rdd/range-bounds.ts), so there may be fewer partitions than asked for.
 */
export class RangePartitioner<K> extends Partitioner<K> {
  readonly numPartitions: number
  /** The greatest key of each partition but the last, in order. */
  readonly bounds: readonly K[]
  /** Whether the first partition has the least keys. */
  readonly ascending: boolean
  /** The order of the keys. */
  readonly compare: Ordering<K>
  constructor(bounds: readonly K[], ascending: boolean, compare: Ordering<K>) {
    super()
    checkArguments('new RangePartitioner', RANGE_ARGUMENTS, [bounds, ascending, compare])
    this.bounds = bounds
    this.numPartitions = bounds.length + 1
    this.ascending = ascending
    this.compare = compare
  }
  getPartition(key: K): number {
    let low = 0
    let high = this.bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.compare(key, this.bounds[middle] as K) > 0) low = middle + 1
      else high = middle
    }
    return this.ascending ? low : this.bounds.length - low
  }
  override equals(other: Partitioner<never>): boolean {
    return (
      other instanceof RangePartitioner &&
      other.ascending === this.ascending &&
      other.compare === this.compare &&
      other.bounds.length === this.bounds.length &&
      other.bounds.every((bound, i) => this.compare(bound as K, this.bounds[i] as K) === 0)
    )
  }
}

const RANGE_ARGUMENTS = [anArray('bounds', 'keys', () => true), aFlag('ascending'), anOrdering('compare')]

/** PySpark's `partitionBy(n, partitionFunc)`: a function from key to a whole number, taken modulo the number of partitions. */
export class FunctionPartitioner<K> extends Partitioner<K> {
  readonly numPartitions: number
  readonly partitionFunc: (key: K) => number
  constructor(numPartitions: number, partitionFunc: (key: K) => number) {
    super()
    this.numPartitions = numPartitions
    this.partitionFunc = partitionFunc
  }
  getPartition(key: K): number {
    return nonNegativeMod(this.partitionFunc(key), this.numPartitions)
  }
  override equals(other: Partitioner<never>): boolean {
    return (
      other instanceof FunctionPartitioner &&
      other.numPartitions === this.numPartitions &&
      (other.partitionFunc as unknown) === this.partitionFunc
    )
  }
}
