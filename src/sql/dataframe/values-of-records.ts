import type { SqlValue } from '../plan/sql-value.ts'
import type { StructType } from '../types/data-type.ts'
import { typeOfJson } from '../types/type-json.ts'
import { inward } from './row.ts'

/** Records of an RDD as rows of the engine's values. It runs on workers. @throws TypeError for a record that does not fit the schema. */
export function* valuesOfRecords(records: Iterable<unknown>, schemaJson: string): Generator<SqlValue[]> {
  const { fields } = typeOfJson(schemaJson) as StructType
  const converts = fields.map(({ dataType }) => inward(dataType))
  for (const record of records) {
    if (Array.isArray(record)) yield converts.map((convert, index) => convert(record[index]))
    else if (isObject(record))
      yield converts.map((convert, index) => convert((record as Record<string, unknown>)[fields[index]!.name]))
    else yield [converts[0]!(record)]
  }
}

function isObject(record: unknown): boolean {
  if (typeof record !== 'object' || record === null) return false
  return !(record instanceof Date || record instanceof Uint8Array || record instanceof Map)
}
