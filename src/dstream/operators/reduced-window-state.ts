import type { Duration } from '../../batches/duration.ts'
import { type MaybePromise, whenReady } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { DStreamNode } from '../dstream-node.ts'
import { KeyedStateOperator, type StateInput } from './keyed-state-operator.ts'
import { assertWindowDurations } from './window-durations.ts'

/** The settings of {@link reducedWindowState}. */
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
 * The state of a window that goes step by step (Spark's `ReducedWindowedDStream`): each key's values of the last window, reduced; what the
 * last window had, without what left, with what entered. A step costs what the batches at the window's two ends hold, however long the
 * window is.
 */
export function reducedWindowState<K, V>(
  parent: DStreamNode<readonly [K, V]>,
  reduce: () => DStreamNode<readonly [K, V]>,
  options: ReducedWindowOptions<K, V>,
): { readonly operator: KeyedStateOperator<K, V>; readonly reduced: DStreamNode<readonly [K, V]> } {
  const { windowDuration, slideDuration, partitioner } = options
  assertWindowDurations(parent, windowDuration, slideDuration, 'ReducedWindowedDStream')
  const reduced = reduce().persist(StorageLevel.MEMORY_ONLY_SER)
  const operator = new KeyedStateOperator<K, V>({
    operation: 'reduceByKeyAndWindow',
    className: 'ReducedWindowedDStream',
    dependencies: [reduced],
    slideDuration,
    parentsRememberLonger: windowDuration,
    partitioner,
    initialRDD: null,
    inputAt: (time) => inputAt(time, reduced, options),
  })
  return { operator, reduced }
}

function inputAt<K, V>(
  time: Time,
  reduced: DStreamNode<readonly [K, V]>,
  { windowDuration, slideDuration, reduceFunc, invReduceFunc, filterFunc }: ReducedWindowOptions<K, V>,
): MaybePromise<StateInput> {
  const step = reduced.slideDuration
  const begin = time.minus(windowDuration).plus(step)
  const previousEnd = time.minus(slideDuration)
  const previousBegin = begin.minus(slideDuration)
  // Where the slide is longer than the window, the batches between two windows neither leave nor enter.
  const lastToLeave = begin.minus(step).min(previousEnd)
  const firstToEnter = previousEnd.plus(step).max(begin)
  return whenReady(reduced.rddsBetween(previousBegin, lastToLeave), (left) =>
    whenReady(reduced.rddsBetween(firstToEnter, time), (entered) => ({
      rdds: [...left, ...entered],
      zip: builtin('slideWindow', reduceFunc, invReduceFunc, filterFunc ?? null, left.length),
    })),
  )
}
