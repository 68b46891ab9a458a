import {
  aFlag,
  aNumber,
  anArray,
  anOrdering,
  aPartitionCount,
  argumentOf,
  aWholeNumber,
} from '../arguments/argument.ts'
import { checkArgument, checkArguments } from '../arguments/check-arguments.ts'
import { describeValue } from '../arguments/describe-value.ts'
import { IllegalArgumentException, IllegalStateException } from '../errors.ts'
import { hashKey, nonNegativeMod } from './key/index.ts'
import { compareValues, type Ordering } from './ordering.ts'

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

/** What a {@link RangePartitioner} finds its bounds by: an RDD of pairs. */
export interface RangeSource<K> {
  /** Prepares the job that samples the keys; what it gives is run when the bounds are first needed. @internal */
  keyBoundsSampler(
    partitions: number,
    ordering: Ordering<K>,
    samplePointsPerPartition: number,
  ): () => Promise<readonly K[]>
}

/** Keys sampled for each partition, unless the caller says otherwise. */
const SAMPLE_POINTS_PER_PARTITION = 20

/** How the bounds are found of partitioners that have none yet. Apart from the instances, so that these travel as they are. */
const samplers = new WeakMap<object, () => Promise<readonly unknown[]>>()
const sampling = new WeakMap<object, Promise<void>>()

/**
 * Spark's `RangePartitioner`: keys up to the first bound go to partition 0, and so on, each partition a contiguous range of keys.
 *
 * The bounds of `new RangePartitioner(4, pairs)` come from a job that samples the keys of `pairs`. It runs when an operation that uses the
 * partitioner is first needed, or is awaited by `ready()`. Few distinct keys give fewer partitions than asked for.
 *
 * @example
 * const prices = sc.parallelize<number, string>([[3, 'tea'], [9, 'salmon']])
 * const byPrice = prices.partitionBy(new RangePartitioner(2, prices))
 */
export class RangePartitioner<K> extends Partitioner<K> {
  /** The greatest key of each partition but the last, in order; null until they are known. */
  readonly bounds: readonly K[] | null
  /** Whether the first partition has the least keys. */
  readonly ascending: boolean
  /** The order of the keys. */
  readonly compare: Ordering<K>

  /**
   * @param partitions how many ranges at most.
   * @param rdd the pairs whose keys are sampled.
   * @param ascending whether the first partition has the least keys.
   * @param ordering of the keys; the natural one when absent.
   * @param samplePointsPerPartitionHint keys to sample for each range.
   * @throws IllegalArgumentException for a negative number of partitions, or sample points below 1.
   */
  constructor(
    partitions: number,
    rdd: RangeSource<K>,
    ascending?: boolean,
    ordering?: Ordering<K>,
    samplePointsPerPartitionHint?: number,
  )
  /** @param bounds the greatest key of each partition but the last, in order. */
  constructor(bounds: readonly K[], ascending: boolean, compare: Ordering<K>)
  constructor(
    of: number | readonly K[],
    from: RangeSource<K> | boolean,
    third: boolean | Ordering<K> = true,
    ordering: Ordering<K> = compareValues,
    samplePoints = SAMPLE_POINTS_PER_PARTITION,
  ) {
    super()
    if (typeof of !== 'number') {
      checkArguments('new RangePartitioner', RANGE_ARGUMENTS, [of, from, third])
      this.bounds = of
      this.ascending = from as boolean
      this.compare = third as Ordering<K>
      return
    }
    checkArguments('new RangePartitioner', SAMPLED_RANGE_ARGUMENTS, [of, from, third, ordering, samplePoints])
    requireRange(Number.isInteger(of) && of >= 0, `Number of partitions cannot be negative but found ${of}.`)
    requireRange(samplePoints > 0, `Sample points per partition must be greater than 0 but found ${samplePoints}`)
    this.ascending = third as boolean
    this.compare = ordering
    this.bounds = of <= 1 ? [] : null
    if (this.bounds === null) {
      samplers.set(this, (from as RangeSource<K>).keyBoundsSampler(of, ordering, samplePoints))
    }
  }

  /** Whether the bounds are known. */
  get isReady(): boolean {
    return this.bounds !== null
  }

  /** Finds the bounds, by a job, unless they are known. @throws SparkException when the job fails; the next call tries again. */
  async ready(): Promise<this> {
    const sample = samplers.get(this)
    if (this.bounds !== null || sample === undefined) return this
    let running = sampling.get(this)
    if (running === undefined) {
      running = sample().then((bounds) => {
        Object.assign(this, { bounds })
        samplers.delete(this)
      })
      sampling.set(this, running)
    }
    try {
      await running
    } finally {
      sampling.delete(this)
    }
    return this
  }

  /** How many ranges there are. @throws IllegalStateException before they are known. */
  get numPartitions(): number {
    return knownBounds(this).length + 1
  }

  getPartition(key: K): number {
    const bounds = knownBounds(this)
    let low = 0
    let high = bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.compare(key, bounds[middle] as K) > 0) low = middle + 1
      else high = middle
    }
    return this.ascending ? low : bounds.length - low
  }
  override equals(other: Partitioner<never>): boolean {
    if ((this as unknown) === other) return true
    const own = this.bounds
    return (
      own !== null &&
      other instanceof RangePartitioner &&
      other.bounds !== null &&
      other.ascending === this.ascending &&
      other.compare === this.compare &&
      other.bounds.length === own.length &&
      other.bounds.every((bound: unknown, i: number) => this.compare(bound as K, own[i] as K) === 0)
    )
  }
}

const SAMPLED_RANGE_ARGUMENTS = [
  aWholeNumber('partitions'),
  argumentOf('rdd', 'an RDD of pairs', (value) => typeof Object(value).keyBoundsSampler === 'function'),
  aFlag('ascending'),
  anOrdering('ordering'),
  aNumber('samplePointsPerPartitionHint'),
]
function notWhole(place: unknown): IllegalArgumentException {
  return new IllegalArgumentException(
    'NO_SUCH_PARTITION',
    `the function given to partitionBy gave ${describeValue(place)} for a key; it must give a whole number`,
  )
}

/**
 * Checks what a partitioner says of a key. @throws IllegalArgumentException for anything but a whole number from 0 to the number of partitions.
 */
export function checkedPartition(partition: unknown, numPartitions: number): number {
  if (Number.isInteger(partition) && (partition as number) >= 0 && (partition as number) < numPartitions) {
    return partition as number
  }
  throw wrongPartition(partition, numPartitions)
}

/** The error for a partition that a partitioner gave and that is not there. */
export function wrongPartition(partition: unknown, numPartitions: number): IllegalArgumentException {
  return new IllegalArgumentException(
    'NO_SUCH_PARTITION',
    `the partitioner gave ${describeValue(partition)}, but there are ${numPartitions} partitions: getPartition must give a whole number from 0 to ${numPartitions - 1}`,
  )
}

const RANGE_ARGUMENTS = [anArray('bounds', 'keys', () => true), aFlag('ascending'), anOrdering('compare')]
function knownBounds<K>({ bounds }: RangePartitioner<K>): readonly K[] {
  if (bounds !== null) return bounds
  throw new IllegalStateException(
    'RANGE_BOUNDS_UNKNOWN',
    'The bounds of this RangePartitioner are found by a job that has not run yet: await partitioner.ready() first.',
  )
}

function requireRange(condition: boolean, message: string): void {
  if (!condition) throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `requirement failed: ${message}`)
}

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
    const place: unknown = this.partitionFunc(key)
    if (!Number.isInteger(place)) throw notWhole(place)
    return nonNegativeMod(place as number, this.numPartitions)
  }
  override equals(other: Partitioner<never>): boolean {
    return (
      other instanceof FunctionPartitioner &&
      other.numPartitions === this.numPartitions &&
      (other.partitionFunc as unknown) === this.partitionFunc
    )
  }
}
