// Types with which the operations of RDDs and DStreams infer what a program without annotations means.

/**
 * The result type of an operation whose function returns a promise where a value is needed at once: a type that cannot be used. Do asynchronous work in
 * `mapPartitions`, `foreach` or `foreachPartition`, which wait for promises.
 */
export interface AsyncFunctionRefused {
  /** No such property exists. */
  readonly useMapPartitionsForAsyncFunctions: never
}

/** `Result` where the function's type is not known to be a promise, being `any` or never returning; else a type of no use. */
export type Settled<P, Result> = 0 extends 1 & P ? Result : [P] extends [never] ? Result : AsyncFunctionRefused

/** A pair, written as a literal of two elements; `any` stays what it is. */
// biome-ignore lint/suspicious/noExplicitAny: a value of type any, as JSON.parse gives it, stays of type any
export type PairOf<A, B> = 0 extends 1 & A ? any : [A, B]

/** Has TypeScript take a literal `[a, b]` for a tuple, where it would take an array. */
export type TupleHint = []

/** A literal of three elements; `any` stays what it is. */
// biome-ignore lint/suspicious/noExplicitAny: a value of type any, as JSON.parse gives it, stays of type any
export type TripleOf<A, B, C> = 0 extends 1 & A ? any : [A, B, C]

/** A literal of one element, which means a list; `any` stays what it is. */
// biome-ignore lint/suspicious/noExplicitAny: a value of type any, as JSON.parse gives it, stays of type any
export type ListOf<A> = 0 extends 1 & A ? any : A[]

/** `0 | 1` as number and `'a' | 'b'` as string: the type of what functions make of literals. */
export type Widened<T> = T extends number ? number : T extends string ? string : T extends bigint ? bigint : T
