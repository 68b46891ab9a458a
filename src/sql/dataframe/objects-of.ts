import { type ColumnBatch, rowsOfBatches } from '../exec/column-batch.ts'
import type { StructType } from '../types/data-type.ts'
import { typeOfJson } from '../types/type-json.ts'
import { type Row, rowMaker } from './row.ts'

/** The rows of a batch as objects. It runs on workers. */
export function* objectsOf(batch: ColumnBatch, schemaJson: string): Generator<Row> {
  const make = rowMaker(typeOfJson(schemaJson) as StructType)
  for (const row of rowsOfBatches([batch])) yield make(row)
}
