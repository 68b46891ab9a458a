import type { LineageNode } from '../../engine/lineage.ts'
import { DEFAULT_PARALLELISM } from '../../settings/application.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { HashPartitioner, RangePartitioner } from '../../task/partitioner.ts'
import type { RDDContext } from '../rdd-context.ts'

/** The choice of partitions that a keyed operation accepts: a number of hash partitions, or a Partitioner. */
export type PartitionerChoice = number | Partitioner<never>

/** How a keyed operation finds its partitioner once its parents are known. */
export interface PartitionerRule {
  (parents: readonly LineageNode[]): Partitioner<never>
  /** Waits until the rule can be asked; absent where it can be at once. */
  readonly ready?: () => Promise<unknown>
}

/** The caller's choice where there is one, else the operation's own rule. */
export function chosenOr(choice: PartitionerChoice | undefined, otherwise: PartitionerRule): PartitionerRule {
  if (choice === undefined) return otherwise
  const partitioner = typeof choice === 'number' ? new HashPartitioner(choice) : choice
  if (!(partitioner instanceof RangePartitioner) || partitioner.isReady) return () => partitioner
  return Object.assign(() => partitioner, { ready: () => partitioner.ready() })
}

/**
 * Spark's `Partitioner.defaultPartitioner`: the parents' own partitioner with most partitions, unless it has far fewer than the largest
 * parent; else hash partitions, as many as `spark.default.parallelism` says or the largest parent has.
 */
export function defaultPartitioner(context: RDDContext): PartitionerRule {
  return (parents) => {
    const mostPartitions = parents.reduce((most, parent) => Math.max(most, parent.numPartitions), 0)
    const isSet = context.getSetting(DEFAULT_PARALLELISM.key) !== undefined
    const defaultCount = isSet ? context.defaultParallelism : mostPartitions
    const candidate = parents
      .filter((parent) => (parent.partitioner?.numPartitions ?? 0) > 0)
      .reduce<LineageNode | null>((best, one) => (best && best.numPartitions >= one.numPartitions ? best : one), null)
    if (candidate?.partitioner) {
      const isWithinOneOrder = Math.log10(mostPartitions) - Math.log10(candidate.numPartitions) < 1
      if (isWithinOneOrder || defaultCount <= candidate.numPartitions) return candidate.partitioner
    }
    return new HashPartitioner(defaultCount)
  }
}

/** The first parent's own partitioner, or hash partitions as many as it has. */
export function ownPartitioner([parent]: readonly LineageNode[]): Partitioner<never> {
  return parent!.partitioner ?? new HashPartitioner(parent!.numPartitions)
}

/** Hash partitions, as many as the first parent has partitions. */
export function hashPartitionsOfParent([parent]: readonly LineageNode[]): Partitioner<never> {
  return new HashPartitioner(parent!.numPartitions)
}
