import type { LineageNode } from '../../engine/lineage.ts'
import type { NodeShape } from '../rdd-lineage.ts'

/**
 * The union of several RDDs as Spark's `SparkContext.union` makes it: partitions one after another, or aligned where all parents
 * share one partitioner, which the union then keeps. Parents without partitions are left out.
 */
export function unionShape(parents: readonly LineageNode[]): NodeShape {
  const filled = parents.filter((parent) => parent.numPartitions > 0)
  const partitioner = filled[0]?.partitioner ?? null
  if (partitioner && filled.every((parent) => parent.partitioner && partitioner.equals(parent.partitioner))) {
    return {
      kind: 'alignedUnion',
      className: 'PartitionerAwareUnionRDD',
      numPartitions: partitioner.numPartitions,
      partitioner,
      parents: filled,
    }
  }
  return {
    kind: 'union',
    className: 'UnionRDD',
    numPartitions: filled.reduce((sum, parent) => sum + parent.numPartitions, 0),
    partitioner: null,
    parents: filled,
  }
}
