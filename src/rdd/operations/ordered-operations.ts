import type { LineageNode } from '../../engine/lineage.ts'
import type { Ordering } from '../../task/ordering.ts'
import { checkedOrdering, reverseOrdering } from '../../task/ordering.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { RangePartitioner } from '../../task/partitioner.ts'
import type { RDDCore } from '../rdd-core.ts'
import type { NodeShape, RDDLook } from '../rdd-lineage.ts'
import type { PartitionerRule } from './default-partitioner.ts'
import { narrow } from './narrow.ts'
import { sentOrdering } from './natural-ordering.ts'
import { sampleRangeBounds } from './range-bounds.ts'

const SHUFFLED: RDDLook = { className: 'ShuffledRDD' }

/**
 * Pairs sorted by key over all partitions: each partition holds a range of the keys, in order. The ranges are found by sampling the keys in
 * a job of its own, which runs when the result is first needed.
 */
export function sortByKey<K, V>(
  rdd: RDDCore<readonly [K, V]>,
  operation: string,
  ascending: boolean,
  numPartitions: number | undefined,
  ordering: Ordering<K>,
): RDDCore<[K, V]> {
  const order = checkedOrdering(ordering)
  const properties = rdd.context.jobProperties(operation)
  return rdd.deriveLater<[K, V]>(
    operation,
    async () => {
      const parent = await rdd.resolve()
      const bounds = await sampleRangeBounds(rdd, numPartitions ?? parent.numPartitions, order, properties)
      const partitioner = new RangePartitioner(bounds, ascending, order)
      return sortedShuffle(parent, partitioner, ascending ? order : reverseOrdering(order))
    },
    SHUFFLED,
  )
}

/** Pairs moved to the partitions of their keys and sorted by key in each, in one pass. */
export function repartitionAndSortWithinPartitions<K, V>(
  rdd: RDDCore<readonly [K, V]>,
  partitionerOf: PartitionerRule,
  ordering: Ordering<K>,
): RDDCore<[K, V]> {
  return rdd.derive<[K, V]>(
    'repartitionAndSortWithinPartitions',
    [],
    ([parent]) => {
      const partitioner = partitionerOf([parent!])
      if (!parent!.partitioner || !partitioner.equals(parent!.partitioner)) {
        return sortedShuffle(parent!, partitioner, checkedOrdering(ordering))
      }
      const { numPartitions } = parent!
      const common = { className: 'MapPartitionsRDD', numPartitions, partitioner, parent: parent! }
      return { kind: 'narrow', ...common, op: builtin('sortByKey', sentOrdering(ordering)) }
    },
    SHUFFLED,
    partitionerOf.ready,
  )
}

function sortedShuffle(parent: LineageNode, partitioner: Partitioner<never>, ordering: Ordering<never>): NodeShape {
  return {
    kind: 'shuffle',
    className: 'ShuffledRDD',
    numPartitions: partitioner.numPartitions,
    partitioner,
    parent,
    aggregator: null,
    mapSideCombine: false,
    ordering,
  }
}

/** The pairs whose key lies between the bounds; of a range-partitioned RDD only the partitions that may hold such keys are looked at. */
export function filterByRange<K, V>(
  rdd: RDDCore<readonly [K, V]>,
  lower: K,
  upper: K,
  ordering: Ordering<K>,
): RDDCore<[K, V]> {
  const known = rdd.lineage.node
  const isUnranged = known !== null && !(known.partitioner instanceof RangePartitioner)
  const candidates = isUnranged ? rdd : pruneToRange(rdd, lower, upper)
  return narrow<[K, V]>(candidates, 'filterByRange', builtin('keysBetween', lower, upper, sentOrdering(ordering)), {
    preservesPartitioning: true,
  })
}

function pruneToRange<K, V>(rdd: RDDCore<readonly [K, V]>, lower: K, upper: K): RDDCore<readonly [K, V]> {
  return rdd.derive(
    'filterByRange',
    [],
    ([parent]) => {
      const { partitioner, numPartitions } = parent!
      const ends: readonly [number, number] =
        partitioner instanceof RangePartitioner
          ? [partitioner.getPartition(lower), partitioner.getPartition(upper)]
          : [0, numPartitions - 1]
      const first = Math.min(ends[0], ends[1])
      const partitions = Array.from({ length: Math.max(ends[0], ends[1]) - first + 1 }, (_, i) => first + i)
      const common = { className: 'PartitionPruningRDD', numPartitions: partitions.length, partitioner: null }
      return { kind: 'prune', ...common, parent: parent!, partitions }
    },
    { className: 'PartitionPruningRDD' },
  )
}

/** The records in the order of what `f` gives for them. */
export function sortBy<T, K>(
  rdd: RDDCore<T>,
  f: (value: T) => K,
  ascending: boolean,
  numPartitions: number | undefined,
  ordering: Ordering<K>,
): RDDCore<T> {
  const keyed = narrow<[K, T]>(rdd, 'sortBy', { kind: 'keyBy', fn: f })
  return narrow<T>(sortByKey(keyed, 'sortBy', ascending, numPartitions, ordering), 'sortBy', { kind: 'values' })
}
