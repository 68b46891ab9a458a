import type { JoinKind } from '../../task/partition-functions/keyed.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { RDDCore } from '../rdd-core.ts'
import type { PartitionerRule } from './default-partitioner.ts'
import { narrow } from './narrow.ts'

/** For each key of any of the RDDs, the values that each of them has for it. */
export function cogroup<K, Groups extends unknown[]>(
  operation: string,
  first: RDDCore<readonly [K, unknown]>,
  others: readonly RDDCore<readonly [K, unknown]>[],
  partitionerOf: PartitionerRule,
): RDDCore<[K, Groups]> {
  return first.derive<[K, Groups]>(operation, others, (parents) => {
    const partitioner = partitionerOf(parents)
    const { numPartitions } = partitioner
    return { kind: 'cogroup', className: 'CoGroupedRDD', numPartitions, partitioner, parents }
  })
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
  return narrow<[K, Both]>(grouped, operation, builtin('joinPairs', kind), { preservesPartitioning: true })
}
