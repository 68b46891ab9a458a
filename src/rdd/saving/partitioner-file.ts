import { RecordCodec } from '../../task/codec/index.ts'
import { compareValues } from '../../task/ordering.ts'
import type { Partitioner } from '../../task/partitioner.ts'
import { HashPartitioner, RangePartitioner } from '../../task/partitioner.ts'

/**
 * The content of a checkpoint's `_partitioner` file, as one record of the record codec; null for a partitioner that is made of a user's function
 * and so cannot be kept. Such a checkpoint is read back without one, as in Spark.
 */
export function partitionerFile(partitioner: Partitioner<never>): Uint8Array | null {
  const description = describe(partitioner)
  return description && new RecordCodec().encode([description])
}

/** The partitioner that {@link partitionerFile} described. */
export function readPartitionerFile(bytes: Uint8Array): Partitioner<never> | null {
  const [description] = new RecordCodec().decode(bytes) as [Description | undefined]
  if (description?.kind === 'hash') return new HashPartitioner(description.numPartitions)
  if (description?.kind === 'range') {
    return new RangePartitioner<never>(description.bounds as never[], description.ascending, compareValues)
  }
  return null
}

type Description =
  | { readonly kind: 'hash'; readonly numPartitions: number }
  | { readonly kind: 'range'; readonly ascending: boolean; readonly bounds: readonly unknown[] }

function describe(partitioner: Partitioner<never>): Description | null {
  const { numPartitions } = partitioner
  if (partitioner.constructor === HashPartitioner) return { kind: 'hash', numPartitions }
  if (partitioner instanceof RangePartitioner && partitioner.compare === compareValues) {
    return { kind: 'range', ascending: partitioner.ascending, bounds: partitioner.bounds ?? [] }
  }
  return null
}
