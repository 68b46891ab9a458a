import type { RDD } from '../../rdd/rdd.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { LabeledPoint } from '../records/labeled-point.ts'
import type { Vector } from '../records/vector.ts'
import { type BlockOptions, type VectorBlock, vectorBlocks } from './vector-block.ts'

/** The vectors of an RDD in columns, partition by partition. */
export function vectorColumns(data: RDD<Vector> | RDD<LabeledPoint>, options: BlockOptions = {}): RDD<VectorBlock> {
  return (data as RDD<Vector | LabeledPoint>).mapPartitionsWithIndex(
    (partition, records) => vectorBlocks(records, partition, options),
    true,
  )
}

/** Runs `body` with the columns of an RDD, which are kept while it runs: for a job that reads them several times. */
export async function withColumns<T>(
  data: RDD<Vector> | RDD<LabeledPoint>,
  options: BlockOptions,
  body: (columns: RDD<VectorBlock>) => Promise<T>,
): Promise<T> {
  const columns = vectorColumns(data, options).persist(StorageLevel.MEMORY_AND_DISK)
  try {
    return await body(columns)
  } finally {
    await columns.unpersist()
  }
}
