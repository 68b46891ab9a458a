import type { Ordering } from '../../task/ordering.ts'
import { checkedOrdering, reverseOrdering } from '../../task/ordering.ts'
import { builtin } from '../../task/partition-functions.ts'
import { joinParts } from '../join-parts.ts'
import { sentOrdering } from '../operations/natural-ordering.ts'
import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'
import { reduceParts } from './aggregate-actions.ts'

/** Returns the `count` least records in order. No partition sends more than `count` records. */
export async function takeOrdered<T>(rdd: RDDCore<T>, count: number, ordering: Ordering<T>): Promise<T[]> {
  if (count <= 0) return []
  const parts = await runJob<T[]>(rdd, 'takeOrdered', builtin('leastRecords', count, sentOrdering(ordering)))
  return mergeSorted(parts, count, checkedOrdering(ordering))
}

/** The `count` greatest records, the greatest first. */
export async function top<T>(rdd: RDDCore<T>, count: number, ordering: Ordering<T>): Promise<T[]> {
  if (count <= 0) return []
  const parts = await runJob<T[]>(rdd, 'top', builtin('greatestRecords', count, sentOrdering(ordering)))
  return mergeSorted(parts, count, reverseOrdering(checkedOrdering(ordering)))
}

function mergeSorted<T>(parts: readonly (readonly T[])[], count: number, ordering: Ordering<T>): T[] {
  return joinParts(parts).sort(ordering).slice(0, count)
}

/** @throws UnsupportedOperationException when there are no records. */
export async function min<T>(rdd: RDDCore<T>, ordering: Ordering<T>): Promise<T> {
  const parts = await runJob<T[]>(rdd, 'min', builtin('leastRecord', sentOrdering(ordering)))
  const order = checkedOrdering(ordering)
  return reduceParts(parts, (a, b) => (order(b, a) < 0 ? b : a))
}

/** @throws UnsupportedOperationException when there are no records. */
export async function max<T>(rdd: RDDCore<T>, ordering: Ordering<T>): Promise<T> {
  const parts = await runJob<T[]>(rdd, 'max', builtin('greatestRecord', sentOrdering(ordering)))
  const order = checkedOrdering(ordering)
  return reduceParts(parts, (a, b) => (order(b, a) > 0 ? b : a))
}
