import type { Ordering } from '../../task/ordering.ts'
import { checkedOrdering, compareValues } from '../../task/ordering.ts'

/** The order of values where the caller gives none. */
export const naturalOrdering: Ordering<unknown> = compareValues

/** An ordering as partition functions take it: null for the natural one, which need not be shipped. */
export function sentOrdering<T>(ordering: Ordering<T>): Ordering<T> | null {
  return (ordering as Ordering<unknown>) === naturalOrdering ? null : checkedOrdering(ordering)
}
