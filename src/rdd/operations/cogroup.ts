import type { LineageNode } from '../../engine/lineage.ts'
import type { JoinKind } from '../../task/partition-functions/keyed.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { RDDCore } from '../rdd-core.ts'
import type { NodeShape, RDDLook } from '../rdd-lineage.ts'
import type { PartitionerRule } from './default-partitioner.ts'
import { narrow } from './narrow.ts'

/** What `cogroup` shows: the class of the RDD that it returns, which Spark makes of another one. */
export const COGROUP_LOOK: RDDLook = { className: 'MapPartitionsRDD', steps: ['CoGroupedRDD'] }
const INNER_LOOK: RDDLook = { className: 'CoGroupedRDD' }

/** For each key of any of the RDDs, the values that each of them has for it. */
export function cogroup<K, Groups extends unknown[]>(
  operation: string,
  first: RDDCore<readonly [K, unknown]>,
  others: readonly RDDCore<readonly [K, unknown]>[],
  partitionerOf: PartitionerRule,
  look: RDDLook & { readonly isHidden?: boolean } = INNER_LOOK,
): RDDCore<[K, Groups]> {
  const shape = (parents: readonly LineageNode[]): NodeShape => {
    const partitioner = partitionerOf(parents)
    const { numPartitions } = partitioner
    return { ...look, kind: 'cogroup', numPartitions, partitioner, parents }
  }
  return first.derive<[K, Groups]>(operation, others, shape, look, partitionerOf.ready)
}

/** Pairs the values that two RDDs have for a key; a side that may be missing gives `undefined`. */
export function join<K, Both>(
  operation: string,
  kind: JoinKind,
  left: RDDCore<readonly [K, unknown]>,
  right: RDDCore<readonly [K, unknown]>,
  partitionerOf: PartitionerRule,
): RDDCore<[K, Both]> {
  const grouped = cogroup(operation, left, [right], partitionerOf)
  return narrow<[K, Both]>(grouped, operation, builtin('joinPairs', kind), {
    preservesPartitioning: true,
    steps: ['MapPartitionsRDD'],
  })
}
