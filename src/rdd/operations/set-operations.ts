import { builtin } from '../../task/partition-functions.ts'
import type { RDDCore } from '../rdd-core.ts'
import { cogroup } from './cogroup.ts'
import { combineWith } from './combine-by-key.ts'
import type { PartitionerRule } from './default-partitioner.ts'
import { hashPartitionsOfParent } from './default-partitioner.ts'
import { narrow } from './narrow.ts'

const withNull = (record: unknown): [unknown, null] => [record, null]
const earlier = (a: unknown): unknown => a

/** Records as keys of pairs with nothing beside them. */
function asKeys<T>(rdd: RDDCore<T>, operation: string): RDDCore<[T, null]> {
  return narrow<[T, null]>(rdd, operation, { kind: 'map', fn: withNull })
}

/** Keeps one of each set of equal records. In a partitioned RDD equal records are in one partition already, so no shuffle is needed. */
export function distinct<T>(rdd: RDDCore<T>, partitionerOf: PartitionerRule): RDDCore<T> {
  const known = rdd.lineage.node
  if (known?.partitioner && !partitionerOf.ready && partitionerOf([known]).numPartitions === known.numPartitions) {
    return narrow<T>(rdd, 'distinct', builtin('distinctRecords'), { preservesPartitioning: true })
  }
  const once = combineWith(asKeys(rdd, 'distinct'), 'distinct', { kind: 'reduce', merge: earlier }, partitionerOf)
  return narrow<T>(once, 'distinct', { kind: 'keys' })
}

/** The distinct records that both RDDs hold. */
export function intersection<T>(left: RDDCore<T>, right: RDDCore<T>, partitionerOf: PartitionerRule): RDDCore<T> {
  const grouped = cogroup('intersection', asKeys(left, 'intersection'), [asKeys(right, 'intersection')], partitionerOf)
  return narrow<T>(grouped, 'intersection', builtin('keysOfBoth'), { steps: ['MapPartitionsRDD', 'MapPartitionsRDD'] })
}

/** The records, duplicates included, of which the other RDD has no equal. */
export function subtract<T>(
  left: RDDCore<T>,
  right: RDDCore<T>,
  partitionerOf: PartitionerRule = hashPartitionsOfParent,
): RDDCore<T> {
  const kept = subtractByKey(asKeys(left, 'subtract'), asKeys(right, 'subtract'), 'subtract', partitionerOf)
  return narrow<T>(kept, 'subtract', { kind: 'keys' })
}

/** The pairs whose key the other RDD does not have. */
export function subtractByKey<K, V>(
  left: RDDCore<readonly [K, V]>,
  right: RDDCore<readonly [K, unknown]>,
  operation: string,
  partitionerOf: PartitionerRule,
): RDDCore<[K, V]> {
  // The values of the right side decide nothing and stay where they are.
  const rightKeys = narrow<[K, null]>(
    right,
    operation,
    { kind: 'mapValues', fn: toNull },
    { preservesPartitioning: true, isHidden: true },
  )
  const hidden = { className: 'CoGroupedRDD', isHidden: true }
  const grouped = cogroup(operation, left, [rightKeys], partitionerOf, hidden)
  const look = { className: 'SubtractedRDD', preservesPartitioning: true }
  return narrow<[K, V]>(grouped, operation, builtin('pairsOnlyLeft'), look)
}

const toNull = (): null => null
