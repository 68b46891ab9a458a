import type { Aggregator } from '../../task/aggregator.ts'
import { copyValue, isPrimitive } from '../../task/copy-value.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { RDDCore } from '../rdd-core.ts'
import type { RDDLook } from '../rdd-lineage.ts'
import type { PartitionerRule } from './default-partitioner.ts'

const SHUFFLED: RDDLook = { className: 'ShuffledRDD' }

/**
 * Brings the values of each key together (Spark's `combineByKeyWithClassTag`). An RDD that is already under the chosen partitioner
 * is aggregated where it is, with no shuffle.
 */
export function combineWith<K, C>(
  rdd: RDDCore<readonly [K, unknown]>,
  operation: string,
  aggregator: Aggregator,
  partitionerOf: PartitionerRule,
  mapSideCombine = true,
): RDDCore<[K, C]> {
  return rdd.derive<[K, C]>(
    operation,
    [],
    ([parent]) => {
      const partitioner = partitionerOf([parent!])
      const common = { numPartitions: partitioner.numPartitions, partitioner, parent: parent! }
      if (parent!.partitioner && partitioner.equals(parent!.partitioner)) {
        return { ...common, kind: 'narrow', className: 'MapPartitionsRDD', op: builtin('combineByKey', aggregator) }
      }
      return { ...common, kind: 'shuffle', className: 'ShuffledRDD', aggregator, mapSideCombine, ordering: null }
    },
    SHUFFLED,
    partitionerOf.ready,
  )
}

/** Folds the values of a key into a zero of its own: a copy where the zero could be changed in place. */
export function foldAggregator<V, C>(
  zero: C,
  seqOp: (combiner: C, value: V) => C,
  combOp: (a: C, b: C) => C,
): Aggregator {
  const createCombiner = isPrimitive(zero)
    ? (value: V) => seqOp(zero, value)
    : (value: V) => seqOp(copyValue(zero), value)
  return { kind: 'combine', createCombiner, mergeValue: seqOp, mergeCombiners: combOp }
}

/** Pairs moved to the partitions of their keys, as they are; the same RDD when they are there already. */
export function shuffleByKey<K, V>(
  rdd: RDDCore<readonly [K, V]>,
  operation: string,
  partitionerOf: PartitionerRule,
): RDDCore<[K, V]> {
  const known = rdd.lineage.node
  if (known?.partitioner && !partitionerOf.ready && partitionerOf([known]).equals(known.partitioner))
    return rdd as unknown as RDDCore<[K, V]>
  return rdd.derive<[K, V]>(
    operation,
    [],
    ([parent]) => {
      const partitioner = partitionerOf([parent!])
      const common = { numPartitions: partitioner.numPartitions, partitioner, parent: parent! }
      if (parent!.partitioner && partitioner.equals(parent!.partitioner)) {
        // The parent's partitioner became known too late for the parent itself to be the result.
        const partitions = Array.from({ length: parent!.numPartitions }, (_, i) => i)
        return { ...common, kind: 'prune', className: 'PartitionPruningRDD', partitions }
      }
      const settings = { aggregator: null, mapSideCombine: false, ordering: null }
      return { ...common, kind: 'shuffle', className: 'ShuffledRDD', ...settings }
    },
    SHUFFLED,
    partitionerOf.ready,
  )
}
