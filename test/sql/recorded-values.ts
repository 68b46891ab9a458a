import { dateText, TimeZone, wallClockText } from '../../src/sql/functions/runtime/date-time.ts'
import { decimalText } from '../../src/sql/functions/runtime/decimal.ts'
import type { Int64, SqlMap, SqlValue } from '../../src/sql/plan/sql-value.ts'
import type { ArrayType, DataType, DecimalType, MapType, StructType } from '../../src/sql/types/data-type.ts'

const ZONE = 'Europe/Berlin'

/** A value as the recordings write it. */
export function recordedValue(type: DataType, value: SqlValue): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'float':
    case 'double':
      return { f: String(value) }
    case 'decimal':
      return { dec: decimalText(value as Int64, (type as DecimalType).scale) }
    case 'date':
      return { d: dateText(value as number) }
    case 'timestamp':
      return { ts: wallClockText(TimeZone.of(ZONE).toWallClock(value as Int64)) }
    case 'timestampNtz':
      return { ts: wallClockText(value as Int64) }
    case 'binary':
      return { b: Buffer.from(value as Uint8Array).toString('hex') }
    case 'array':
      return (value as readonly SqlValue[]).map((one) => recordedValue((type as ArrayType).elementType, one))
    case 'map': {
      const { keyType, valueType } = type as MapType
      const { keys, values } = value as SqlMap
      const pairs = keys.map((key, index) => [recordedValue(keyType, key), recordedValue(valueType, values[index]!)])
      return { m: pairs.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) }
    }
    case 'struct': {
      const { fields } = type as StructType
      return { s: (value as readonly SqlValue[]).map((one, index) => recordedValue(fields[index]!.dataType, one)) }
    }
    default:
      return typeof value === 'bigint' ? { i: String(value) } : value
  }
}

/** Whether rows are those that were recorded, in their order where it matters. */
export function sameAsRecorded(own: readonly unknown[], recorded: readonly unknown[], isOrdered: boolean): boolean {
  const texts = (rows: readonly unknown[]) => {
    const all = rows.map((row) => JSON.stringify(row, (_, value: unknown) => plain(value)))
    return isOrdered ? all : all.sort()
  }
  return texts(own).join('\n') === texts(recorded).join('\n')
}

/** Doubles and timestamps are written in several ways. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('f' in value) return { f: String(Number(value.f)) }
  if ('ts' in value)
    return {
      ts: String(value.ts)
        .replace('T', ' ')
        .replace(/[+-]\d\d:\d\d$/, '')
        .replace(/\.0+$/, '')
        .replace(/(\.\d*[1-9])0+$/, '$1'),
    }
  return value
}
