import type { PartitionerChoice } from '../rdd/operations/default-partitioner.ts'
import { HashPartitioner, type Partitioner } from '../task/partitioner.ts'
import type { DStreamNode } from './dstream-node.ts'

export type { PartitionerChoice }

/** The partitioner of a keyed operation: the caller's, or hash partitions. */
export function choosePartitioner(
  stream: DStreamNode<readonly [unknown, unknown]>,
  choice: PartitionerChoice | undefined,
): Partitioner<never> {
  if (typeof choice === 'object') return choice
  return new HashPartitioner(choice ?? stream.context.sparkContext.defaultParallelism)
}
