import { SparkException } from '../../errors.ts'
import { cogroup } from '../../rdd/cogroup.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { DStreamNode } from '../dstream-node.ts'
import type { Duration } from '../duration.ts'
import { type MaybePromise, whenReady } from '../maybe-promise.ts'
import type { Time } from '../time.ts'
import type { StreamOperator } from './operator.ts'
import { assertWindowDurations } from './window-durations.ts'

/** What {@link ReducedWindowedOperator} is made of. */
export interface ReducedWindowOptions<K, V> {
  readonly reduceFunc: (a: V, b: V) => V
  /** Takes out of a value what {@link reduceFunc} put in. */
  readonly invReduceFunc: (a: V, b: V) => V
  /** The pairs to keep; all when absent. */
  readonly filterFunc?: ((pair: [K, V]) => unknown) | undefined
  readonly windowDuration: Duration
  readonly slideDuration: Duration
  readonly partitioner: Partitioner<never>
}

/**
 * Each key's values of the last window, reduced step by step (Spark's `ReducedWindowedDStream`): what the last window had, without what left,
 * with what entered. Its cost is that of the batches at the window's two ends, however long the window is.
 */
export class ReducedWindowedOperator<K, V> implements StreamOperator<[K, V]> {
  readonly operation = 'reduceByKeyAndWindow'
  readonly className = 'ReducedWindowedDStream'
  readonly mustCheckpoint = true
  readonly storageLevel = StorageLevel.MEMORY_ONLY_SER
  readonly slideDuration: Duration
  /** The parent, reduced batch by batch. */
  readonly #reduced: DStreamNode<[K, V]>
  readonly #options: ReducedWindowOptions<K, V>
  /** By how many batches leave and enter, which changes only while the first window fills: the same function is shipped but once. */
  readonly #mergers = new Map<string, (groups: readonly V[][]) => V>()

  constructor(parent: DStreamNode<[K, V]>, reduce: () => DStreamNode<[K, V]>, options: ReducedWindowOptions<K, V>) {
    assertWindowDurations(parent, options.windowDuration, options.slideDuration, 'ReducedWindowedDStream')
    this.#options = options
    this.slideDuration = options.slideDuration
    this.#reduced = reduce().persist(StorageLevel.MEMORY_ONLY_SER)
  }
  get dependencies(): readonly DStreamNode<unknown>[] {
    return [this.#reduced]
  }
  get parentsRememberLonger(): Duration {
    return this.#options.windowDuration
  }
  get persistTargets() {
    return { streams: [this.#reduced], isItself: true }
  }

  compute(time: Time, self: DStreamNode<[K, V]>): MaybePromise<RDD<[K, V]>> {
    const reduced = this.#reduced
    const step = reduced.slideDuration
    const begin = time.minus(this.#options.windowDuration).plus(step)
    const previousEnd = time.minus(this.slideDuration)
    const previousBegin = begin.minus(this.slideDuration)
    // Where the slide is longer than the window, the batches between two windows neither leave nor enter.
    const lastToLeave = begin.minus(step).min(previousEnd)
    const firstToEnter = previousEnd.plus(step).max(begin)
    // The window before first: it may have to be computed, and then comes before this one in everything.
    return whenReady(self.getOrCompute(previousEnd), (previous) =>
      whenReady(reduced.rddsBetween(previousBegin, lastToLeave), (left) =>
        whenReady(reduced.rddsBetween(firstToEnter, time), (entered) => this.#merge(previous, left, entered)),
      ),
    )
  }

  #merge(previous: RDD<[K, V]> | null, left: readonly RDD<[K, V]>[], entered: readonly RDD<[K, V]>[]): RDD<[K, V]> {
    const { partitioner, filterFunc } = this.#options
    const first = previous ?? this.#reduced.context.sparkContext.emptyRDD<[K, V]>()
    const groups = cogroup<K, V[][]>('cogroup', first, [...left, ...entered], () => partitioner)
    const merged = groups.mapValues(this.#merger(left.length, entered.length))
    return filterFunc === undefined ? merged : merged.filter(filterFunc)
  }

  #merger(leftCount: number, enteredCount: number): (groups: readonly V[][]) => V {
    const key = `${leftCount} ${enteredCount}`
    const { reduceFunc, invReduceFunc } = this.#options
    const known = this.#mergers.get(key) ?? mergerOf(leftCount, reduceFunc, invReduceFunc)
    this.#mergers.set(key, known)
    return known
  }
}

/** The new value of a key of its groups: the window before, the batches that left, the batches that entered; each holds one value or none. */
function mergerOf<V>(
  leftCount: number,
  reduceFunc: (a: V, b: V) => V,
  invReduceFunc: (a: V, b: V) => V,
): (groups: readonly V[][]) => V {
  return (groups) => {
    const left: V[] = []
    const entered: V[] = []
    for (let i = 1; i < groups.length; i++) {
      const group = groups[i] as V[]
      if (group.length > 0) (i <= leftCount ? left : entered).push(group[0] as V)
    }
    const previous = groups[0] as V[]
    if (previous.length === 0) {
      if (entered.length > 0) return entered.reduce((a, b) => reduceFunc(a, b))
      throw new SparkException(
        'WINDOW_VALUE_LOST',
        'Neither previous window has value for key, nor new values found. Are you sure your key class hashes consistently?',
      )
    }
    let value = previous[0] as V
    if (left.length > 0)
      value = invReduceFunc(
        value,
        left.reduce((a, b) => reduceFunc(a, b)),
      )
    if (entered.length > 0)
      value = reduceFunc(
        value,
        entered.reduce((a, b) => reduceFunc(a, b)),
      )
    return value
  }
}
