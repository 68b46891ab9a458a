import type { NarrowOp } from '../../task/program.ts'
import type { RDDCore } from '../rdd-core.ts'
import type { RDDLook } from '../rdd-lineage.ts'

/** What is said of a narrow operation beside what it does. It is shown as an RDD of `mapPartitions` unless it says otherwise. */
export interface NarrowOptions extends Partial<RDDLook> {
  /** Whether keys stay where the parent's partitioner puts them. */
  readonly preservesPartitioning?: boolean
  /** As of a lineage node. */
  readonly isHidden?: boolean
}

/** An RDD of the same partitions whose records went through one narrow operation. */
export function narrow<U>(
  rdd: RDDCore<unknown>,
  operation: string,
  op: NarrowOp,
  options: NarrowOptions = {},
): RDDCore<U> {
  const { preservesPartitioning = false, isHidden, ...look } = options
  const shown = { className: 'MapPartitionsRDD', ...look, ...(isHidden && { isHidden }) }
  return rdd.derive<U>(
    operation,
    [],
    ([parent]) => ({
      ...shown,
      kind: 'narrow',
      numPartitions: parent!.numPartitions,
      partitioner: preservesPartitioning ? parent!.partitioner : null,
      parent: parent!,
      op,
    }),
    shown,
  )
}
