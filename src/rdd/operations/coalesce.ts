import { builtin } from '../../task/partition-functions.ts'
import { HashPartitioner } from '../../task/partitioner.ts'
import type { RDDCore } from '../rdd-core.ts'
import { require } from '../requirement.ts'
import { shuffleByKey } from './combine-by-key.ts'
import { narrow } from './narrow.ts'

/** Fewer partitions without a shuffle: neighbours are joined, as evenly as their number allows. */
export function coalesce<T>(rdd: RDDCore<T>, numPartitions: number): RDDCore<T> {
  requirePartitions(numPartitions)
  return rdd.derive<T>('coalesce', [], ([parent]) => {
    const before = parent!.numPartitions
    const after = Math.min(numPartitions, before)
    const start = (group: number) => Math.floor((group * before) / after)
    const groups = Array.from({ length: after }, (_, group) =>
      Array.from({ length: start(group + 1) - start(group) }, (_, i) => start(group) + i),
    )
    const common = { className: 'CoalescedRDD', numPartitions: after, partitioner: null, parent: parent! }
    return { kind: 'coalesce', ...common, groups }
  })
}

/** Any number of partitions, records dealt out evenly through a shuffle. */
export function redistribute<T>(rdd: RDDCore<T>, numPartitions: number, operation: string): RDDCore<T> {
  requirePartitions(numPartitions)
  const dealt = narrow<[number, T]>(rdd, operation, builtin('dealRoundRobin', numPartitions))
  // A whole number below their count hashes to its own partition.
  const moved = shuffleByKey(dealt, operation, () => new HashPartitioner(numPartitions))
  return narrow<T>(moved, operation, { kind: 'values' })
}

function requirePartitions(count: number): void {
  require(Number.isInteger(count) && count > 0, `Number of partitions (${count}) must be positive.`)
}
