import type { Aggregator } from '../aggregator.ts'
import { settled } from '../settled.ts'

/** How a table takes a value in: for a key it has not seen, and for one it has. */
export interface Merge {
  readonly first: (value: unknown) => unknown
  readonly next: (combiner: unknown, value: unknown) => unknown
  /** Joins two combiners of one key: spilled parts, or parts from two map tasks. */
  readonly combine: (a: unknown, b: unknown) => unknown
}

/** How an error calls the operations that merge values. */
const MERGING = 'an operation that merges values'

const same = (value: unknown): unknown => value
const listOf = (value: unknown): unknown => [value]
const pushed = (list: unknown, value: unknown): unknown => {
  ;(list as unknown[]).push(value)
  return list
}
const concatenated = (a: unknown, b: unknown): unknown => {
  for (const value of b as unknown[]) (a as unknown[]).push(value)
  return a
}

/** The merge of raw values under an aggregator. */
export function mergeOfValues(aggregator: Aggregator): Merge {
  switch (aggregator.kind) {
    case 'reduce': {
      const reduce = aggregator.merge as (a: unknown, b: unknown) => unknown
      const merge = (a: unknown, b: unknown) => settled(reduce(a, b), MERGING)
      return { first: same, next: merge, combine: merge }
    }
    case 'combine': {
      const create = aggregator.createCombiner as (value: unknown) => unknown
      const add = aggregator.mergeValue as (combiner: unknown, value: unknown) => unknown
      const join = aggregator.mergeCombiners as (a: unknown, b: unknown) => unknown
      return {
        first: (value) => settled(create(value), MERGING),
        next: (combiner, value) => settled(add(combiner, value), MERGING),
        combine: (a, b) => settled(join(a, b), MERGING),
      }
    }
    case 'group':
      return { first: listOf, next: pushed, combine: concatenated }
  }
}

/** The merge of combiners that map tasks, or a spill, made already. */
export function mergeOfCombiners(merge: Merge): Merge {
  return { first: same, next: merge.combine, combine: merge.combine }
}
