import type { Aggregator } from './aggregator.ts'
import type { PartitionIterator } from './iterator.ts'
import type { Ordering } from './ordering.ts'
import type { Partitioner } from './partitioner.ts'

/**
 * The work of a task, as a tree that holds the user's functions and nothing that changes from batch to batch: equal programs of
 * successive batches are captured to equal bytes, so that a worker keeps the compiled stage. What differs per task stands in
 * {@link TaskInput}, a tree of the same shape.
 */
export type Program =
  | { readonly kind: 'source' }
  | { readonly kind: 'narrow'; readonly input: Program; readonly op: NarrowOp }
  | { readonly kind: 'choice'; readonly branches: readonly Program[] }
  | { readonly kind: 'concat'; readonly body: Program }
  | { readonly kind: 'cached'; readonly body: Program }
  /** Below a partition that is kept: what made it is not needed. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'cartesian'; readonly left: Program; readonly right: Program }
  | { readonly kind: 'zipPartitions'; readonly inputs: readonly Program[]; readonly fn: ZipFunction }
  | {
      readonly kind: 'shuffleRead'
      readonly aggregator: Aggregator | null
      readonly isCombined: boolean
      readonly ordering: Ordering<never> | null
    }
  | { readonly kind: 'cogroup'; readonly inputs: readonly Program[] }

/** Functions of `zipPartitions`: one iterator per parent and the partition's index. */
export type ZipFunction =
  | { readonly kind: 'user'; readonly fn: (...iterators: never[]) => unknown }
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly unknown[] }

/**
 * A narrow operation: no record leaves its partition. Element-wise kinds fuse into one loop; partition-wise kinds
 * (`mapPartitions`, `builtin`, `glom`) pull their input through an iterator.
 */
export type NarrowOp =
  | { readonly kind: 'map'; readonly fn: (value: never) => unknown }
  | { readonly kind: 'filter'; readonly fn: (value: never) => unknown }
  | { readonly kind: 'flatMap'; readonly fn: (value: never) => Iterable<unknown> }
  | { readonly kind: 'mapValues'; readonly fn: (value: never) => unknown }
  | { readonly kind: 'flatMapValues'; readonly fn: (value: never) => Iterable<unknown> }
  | { readonly kind: 'keyBy'; readonly fn: (value: never) => unknown }
  | { readonly kind: 'keys' }
  | { readonly kind: 'values' }
  | { readonly kind: 'glom' }
  | { readonly kind: 'mapPartitions'; readonly fn: (records: PartitionIterator<never>, partition: number) => unknown }
  /** A partition function of ours, found by name in `partition-functions.ts`: (records, partition, ...args) => iterable. */
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly unknown[] }

/** The destination of a stage's records. A result sink sends one value per partition to the driver. */
export type Sink =
  | { readonly kind: 'collect' }
  | { readonly kind: 'take'; readonly count: number }
  | { readonly kind: 'count' }
  | { readonly kind: 'foreach'; readonly fn: (value: never) => unknown }
  | { readonly kind: 'foreachPartition'; readonly fn: (records: PartitionIterator<never>) => unknown }
  /** Gives `[]` for an empty partition, else `[value]`. */
  | { readonly kind: 'reduce'; readonly fn: (a: never, b: never) => unknown }
  /** `zero` is copied per partition before use. */
  | { readonly kind: 'aggregate'; readonly zero: unknown; readonly seqOp: (a: never, b: never) => unknown }
  /** A user's function over the partition; its value, awaited, is the result (SparkContext.runJob). */
  | { readonly kind: 'partition'; readonly fn: (records: PartitionIterator<never>, partition: number) => unknown }
  /** A partition function of ours by name; its value, awaited, is the result. */
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly unknown[] }
  | ShuffleWriteSink

/** Writes pairs, partitioned by key, as the map side of a shuffle. */
export interface ShuffleWriteSink {
  readonly kind: 'shuffleWrite'
  readonly partitioner: Partitioner
  /** Combine by key before writing, or null to write every pair. */
  readonly aggregator: Aggregator | null
}

/** A sink whose value reaches the caller of a job. */
export type ResultSink = Exclude<Sink, ShuffleWriteSink>

/** The whole of one stage's program. */
export interface StageProgram {
  readonly root: Program
  readonly sink: Sink
}
