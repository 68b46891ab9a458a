import type { SqlValue } from '../plan/sql-value.ts'
import { typeOfJson } from '../types/type-json.ts'
import { batchesOf, type ColumnBatch } from './column-batch.ts'
import type { TypesJson } from './stages.ts'

/** Rows of an RDD as batches. */
export function* batchRows(rows: Iterable<readonly SqlValue[]>, types: TypesJson): Generator<ColumnBatch> {
  yield* batchesOf(rows, types.map(typeOfJson))
}
