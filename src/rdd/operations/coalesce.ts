import type { LineageNode } from '../../engine/lineage.ts'
import { IllegalArgumentException } from '../../errors.ts'
import { builtin } from '../../task/partition-functions.ts'
import { HashPartitioner } from '../../task/partitioner.ts'
import type { RDDCore } from '../rdd-core.ts'
import type { NodeShape, RDDLook } from '../rdd-lineage.ts'
import { require } from '../requirement.ts'
import { shuffleByKey } from './combine-by-key.ts'
import { narrow } from './narrow.ts'

const COALESCED: RDDLook = { className: 'CoalescedRDD' }

/** Says which of the parent's partitions make up each partition: one array of indices for each. */
export type GroupPartitions = () => Promise<readonly (readonly number[])[]>

/** Fewer partitions without a shuffle: neighbours are joined, as evenly as their number allows. */
export function coalesce<T>(rdd: RDDCore<T>, numPartitions: number): RDDCore<T> {
  requirePartitions(numPartitions)
  const shape = ([parent]: readonly LineageNode[]): NodeShape => {
    const before = parent!.numPartitions
    const after = Math.min(numPartitions, before)
    const start = (group: number) => Math.floor((group * before) / after)
    const groups = Array.from({ length: after }, (_, group) =>
      Array.from({ length: start(group + 1) - start(group) }, (_, i) => start(group) + i),
    )
    return groupedShape(parent!, groups)
  }
  return rdd.derive<T>('coalesce', [], shape, COALESCED)
}

/** Partitions joined as the caller says, once the RDD's own are known. */
export function coalesceBy<T>(rdd: RDDCore<T>, numPartitions: number, groupsOf: GroupPartitions): RDDCore<T> {
  requirePartitions(numPartitions)
  const makeShape = async () => {
    const parent = await rdd.resolve()
    const groups = await groupsOf()
    for (const partition of groups.flat()) assertPartition(partition, parent.numPartitions)
    return groupedShape(parent, groups)
  }
  return rdd.deriveLater<T>('coalesce', makeShape, COALESCED)
}

function groupedShape(parent: LineageNode, groups: readonly (readonly number[])[]): NodeShape {
  const common = { className: 'CoalescedRDD', numPartitions: groups.length, partitioner: null, parent }
  return { kind: 'coalesce', ...common, groups }
}

function assertPartition(partition: number, count: number): void {
  if (Number.isInteger(partition) && partition >= 0 && partition < count) return
  throw new IllegalArgumentException(
    'ILLEGAL_ARGUMENT',
    `The coalescer put a partition ${partition} into a group, but its RDD has the partitions 0 to ${count - 1}. Use those of parent.partitions().`,
  )
}

/** Records dealt out evenly to partitions, each keyed by the number of its own. */
export function deal<T>(rdd: RDDCore<T>, numPartitions: number, operation: string): RDDCore<[number, T]> {
  requirePartitions(numPartitions)
  const dealt = narrow<[number, T]>(rdd, operation, builtin('dealRoundRobin', numPartitions))
  // A whole number below their count hashes to its own partition.
  return shuffleByKey(dealt, operation, () => new HashPartitioner(numPartitions))
}

/** Any number of partitions, records dealt out evenly through a shuffle. */
export function redistribute<T>(rdd: RDDCore<T>, numPartitions: number, operation: string): RDDCore<T> {
  return narrow<T>(deal(rdd, numPartitions, operation), operation, { kind: 'values' }, { steps: ['CoalescedRDD'] })
}

function requirePartitions(count: number): void {
  require(Number.isInteger(count) && count > 0, `Number of partitions (${count}) must be positive.`)
}
