import { HashPartitioner, type Partitioner } from '../task/partitioner.ts'
import type { DStreamNode } from './dstream-node.ts'

/** How the pairs of a batch are spread: a number of hash partitions, or a partitioner. Hash partitions, as many as the context's default parallelism, when absent. */
export type PartitionerChoice = number | Partitioner<never>

/** The partitioner of a keyed operation: the caller's, or hash partitions. */
export function choosePartitioner(
  stream: DStreamNode<[unknown, unknown]>,
  choice: PartitionerChoice | undefined,
): Partitioner<never> {
  if (typeof choice === 'object') return choice
  return new HashPartitioner(choice ?? stream.context.sparkContext.defaultParallelism)
}
