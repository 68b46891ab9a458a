import type { Aggregator } from '../task/aggregator.ts'
import type { PartitionerChoice } from './default-partitioner.ts'
import { choosePartitioner } from './default-partitioner.ts'
import type { RDD } from './rdd.ts'

/**
 * Brings the values of each key together (Spark's `combineByKeyWithClassTag`). An RDD that is already under the chosen partitioner
 * is aggregated where it is, with no shuffle.
 */
export function combineWith<K, C>(
  rdd: RDD<readonly [K, unknown]>,
  operation: string,
  aggregator: Aggregator,
  choice: PartitionerChoice | undefined,
  mapSideCombine = true,
): RDD<[K, C]> {
  return rdd.derive<[K, C]>(operation, [], ([parent]) => {
    const partitioner = choosePartitioner(rdd.context, [parent!], choice)
    const common = { numPartitions: partitioner.numPartitions, partitioner, parent: parent! }
    if (parent!.partitioner && partitioner.equals(parent!.partitioner)) {
      const op = { kind: 'builtin', name: 'combineByKey', args: [aggregator] } as const
      return { ...common, kind: 'narrow', className: 'MapPartitionsRDD', numPartitions: parent!.numPartitions, op }
    }
    return { ...common, kind: 'shuffle', className: 'ShuffledRDD', aggregator, mapSideCombine, ordering: null }
  })
}
