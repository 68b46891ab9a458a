import type { RDD } from '../../rdd/rdd.ts'
import { StorageLevel } from '../../task/storage-level.ts'
import type { LabeledPoint } from '../records/labeled-point.ts'
import type { Vector } from '../records/vector.ts'
import { type BlockChecks, checkedBlocks } from './block-checks.ts'
import { type VectorBlock, vectorBlocks, withBias } from './vector-block.ts'

type Data = RDD<Vector> | RDD<LabeledPoint>

/** What a training needs of its columns. */
export interface ColumnOptions extends BlockChecks {
  /** Whether each vector gets a last value of 1, for the intercept. */
  readonly hasBias?: boolean
}

/** The columns of data sets that {@link persistColumns} keeps. */
const persisted = new WeakMap<object, RDD<VectorBlock>>()

/**
 * Keeps a data set's vectors in columns, blocks of doubles in place of objects, for all trainings that follow: each of them would make columns of its own
 * otherwise. The first training makes them.
 * @param level `MEMORY_AND_DISK` unless given.
 * @returns the data set.
 *
 * @example
 * const points = persistColumns(sc.textFile('points').map((line) => LabeledPoint.parse(line)))
 */
export function persistColumns<T extends Vector | LabeledPoint>(
  data: RDD<T>,
  level: StorageLevel = StorageLevel.MEMORY_AND_DISK,
): RDD<T> {
  if (!persisted.has(data)) persisted.set(data, madeColumns(data as Data).persist(level))
  return data
}

/** Drops what {@link persistColumns} keeps. */
export async function unpersistColumns<T extends Vector | LabeledPoint>(data: RDD<T>): Promise<void> {
  const columns = persisted.get(data)
  persisted.delete(data)
  await columns?.unpersist()
}

/** Calls `f` with each partition of an RDD in columns: those that are kept, or else blocks of which each is gone when the next one is read. */
export function mapColumns<U>(data: Data, f: (blocks: Iterable<VectorBlock>, partition: number) => U): RDD<U> {
  const kept = persisted.get(data)
  if (kept !== undefined) return kept.mapPartitionsWithIndex((partition, blocks) => [f(blocks, partition)])
  return (data as RDD<Vector | LabeledPoint>).mapPartitionsWithIndex((partition, records) => [
    f(vectorBlocks(records, partition, { isPassing: true }), partition),
  ])
}

/** Runs `body` with the columns of an RDD, which are kept while it runs: for a job that reads them several times. */
export async function withColumns<T>(
  data: Data,
  options: ColumnOptions,
  body: (columns: RDD<VectorBlock>) => Promise<T>,
): Promise<T> {
  const kept = persisted.get(data)
  if (kept !== undefined && !options.hasBias) return body(checked(kept, options))
  const columns = checked(kept ?? madeColumns(data), options)
  const biased = options.hasBias ? columns.map(withBias) : columns
  biased.persist(StorageLevel.MEMORY_AND_DISK)
  try {
    return await body(biased)
  } finally {
    await biased.unpersist()
  }
}

function madeColumns(data: Data): RDD<VectorBlock> {
  return (data as RDD<Vector | LabeledPoint>).mapPartitionsWithIndex(
    (partition, records) => vectorBlocks(records, partition, {}),
    true,
  )
}

function checked(columns: RDD<VectorBlock>, options: ColumnOptions): RDD<VectorBlock> {
  if (!options.isBinary && !options.mustBeFinite) return columns
  return columns.mapPartitionsWithIndex((partition, blocks) => checkedBlocks(blocks, partition, options), true)
}
