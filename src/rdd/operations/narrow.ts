import type { NarrowOp } from '../../task/program.ts'
import type { RDDCore } from '../rdd-core.ts'

/** An RDD of the same partitions whose records went through one narrow operation. */
export function narrow<U>(
  rdd: RDDCore<unknown>,
  operation: string,
  op: NarrowOp,
  options: { readonly preservesPartitioning?: boolean } = {},
): RDDCore<U> {
  return rdd.derive<U>(operation, [], ([parent]) => ({
    kind: 'narrow',
    className: 'MapPartitionsRDD',
    numPartitions: parent!.numPartitions,
    partitioner: options.preservesPartitioning ? parent!.partitioner : null,
    parent: parent!,
    op,
  }))
}
