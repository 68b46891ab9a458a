/**
 * How the values of a key become one combined value (Spark's `Aggregator`).
 * `reduce` is told apart because its combiner is the value itself, which lets a stage merge in place without a create call.
 */
export type Aggregator =
  | { readonly kind: 'reduce'; readonly merge: (a: never, b: never) => unknown }
  | {
      readonly kind: 'combine'
      readonly createCombiner: (value: never) => unknown
      readonly mergeValue: (combiner: never, value: never) => unknown
      readonly mergeCombiners: (a: never, b: never) => unknown
    }
  | { readonly kind: 'group' }
