import { SqlRuntimeException } from '../../errors.ts'
import type { SqlMap, SqlValue } from '../../plan/sql-value.ts'

/** @throws SqlRuntimeException for a null key, or one that comes twice. */
export function makeMap(keys: readonly SqlValue[], values: readonly SqlValue[]): SqlMap {
  const seen = new Set<SqlValue>()
  for (const key of keys) {
    if (key === null) {
      throw new SqlRuntimeException('NULL_MAP_KEY', 'Cannot use null as map key.', { sqlState: '2200E' })
    }
    if (seen.has(key)) {
      throw new SqlRuntimeException(
        'DUPLICATED_MAP_KEY',
        `Duplicate map key ${String(key)} was found, please check the input data. If you want to remove the duplicated keys, you can set "spark.sql.mapKeyDedupPolicy" to "LAST_WIN" so that the key inserted at last takes precedence.`,
        { sqlState: '23505', parameters: { key: String(key), mapKeyDedupPolicy: '"spark.sql.mapKeyDedupPolicy"' } },
      )
    }
    seen.add(key)
  }
  return { keys, values }
}

export function joinArray(array: readonly SqlValue[], separator: string, nulls: string | null): string {
  const parts = nulls === null ? array.filter((one) => one !== null) : array.map((one) => one ?? nulls)
  return parts.join(separator)
}

export function distinctOf(array: readonly SqlValue[], key: (value: SqlValue) => unknown): SqlValue[] {
  const seen = new Set<unknown>()
  return array.filter((one) => {
    const own = key(one)
    if (seen.has(own)) return false
    seen.add(own)
    return true
  })
}

/** The element at an index from 0. @throws SqlRuntimeException outside of the array. */
export function elementAt(array: readonly SqlValue[], index: number): SqlValue {
  if (index >= 0 && index < array.length) return array[index]!
  throw new SqlRuntimeException(
    'INVALID_ARRAY_INDEX',
    `The index ${index} is out of bounds. The array has ${array.length} elements. Use the SQL function \`get()\` to tolerate accessing element at invalid index and return NULL instead.`,
    { sqlState: '22003', parameters: { indexValue: String(index), arraySize: String(array.length) } },
  )
}

/** The value of a key; null where there is none. */
export function valueOfKey({ keys, values }: SqlMap, key: SqlValue): SqlValue {
  const index = keys.indexOf(key)
  return index < 0 ? null : values[index]!
}
