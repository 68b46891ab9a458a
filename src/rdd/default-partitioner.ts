import type { LineageNode } from '../engine/lineage.ts'
import type { Partitioner } from '../task/partitioner.ts'
import { HashPartitioner } from '../task/partitioner.ts'
import type { RDDContext } from './rdd-context.ts'

/** What a keyed operation accepts in place of its default partitioner: a number of hash partitions, or a partitioner. */
export type PartitionerChoice = number | Partitioner<never>

/**
 * The partitioner of a keyed operation: the caller's, or Spark's `Partitioner.defaultPartitioner`. That is the parents' own one with most
 * partitions, unless it has far fewer than its largest parent, or hash partitions as many as `spark.default.parallelism` or the largest parent.
 */
export function choosePartitioner(
  context: RDDContext,
  parents: readonly LineageNode[],
  choice?: PartitionerChoice,
): Partitioner<never> {
  if (choice === undefined) return defaultPartitioner(context, parents)
  return typeof choice === 'number' ? new HashPartitioner(choice) : choice
}

function defaultPartitioner(context: RDDContext, parents: readonly LineageNode[]): Partitioner<never> {
  const mostPartitions = Math.max(0, ...parents.map((parent) => parent.numPartitions))
  const isSet = context.getSetting('spark.default.parallelism') !== undefined
  const defaultCount = isSet ? context.defaultParallelism : mostPartitions

  const candidate = parents
    .filter((parent) => (parent.partitioner?.numPartitions ?? 0) > 0)
    .reduce<LineageNode | null>(
      (best, parent) => (best && best.numPartitions >= parent.numPartitions ? best : parent),
      null,
    )
  if (candidate?.partitioner) {
    const isWithinOneOrder = Math.log10(mostPartitions) - Math.log10(candidate.numPartitions) < 1
    if (isWithinOneOrder || defaultCount <= candidate.numPartitions) return candidate.partitioner
  }
  return new HashPartitioner(defaultCount)
}
