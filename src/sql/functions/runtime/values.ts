import type { SqlValue } from '../../plan/sql-value.ts'
import type { ArrayType, DataType, DecimalType, MapType, StructType } from '../../types/data-type.ts'
import { compareDecimal } from './decimal.ts'
import { compareDouble, compareInt64, compareText } from './int64.ts'

/** The order of two values of a type that are not null: negative, 0 or positive. */
export type Comparison = (a: never, b: never) => number

/** The order of values of a type, as `ORDER BY` and the comparisons have it. */
export function comparisonOf(type: DataType): Comparison {
  switch (type.kind) {
    case 'float':
    case 'double':
      return compareDouble
    case 'string':
    case 'char':
    case 'varchar':
      return compareText
    case 'boolean':
      return (a: boolean, b: boolean) => Number(a) - Number(b)
    case 'decimal': {
      const { scale } = type as DecimalType
      return (a: number, b: number) => compareDecimal(a, scale, b, scale)
    }
    case 'binary':
      return (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b)
    case 'array':
      return arrayComparison(comparisonOf((type as ArrayType).elementType))
    case 'struct': {
      const fields = (type as StructType).fields.map(({ dataType }) => nullsFirst(comparisonOf(dataType)))
      return (a: readonly SqlValue[], b: readonly SqlValue[]) => {
        for (const [index, field] of fields.entries()) {
          const order = field(a[index]!, b[index]!)
          if (order !== 0) return order
        }
        return 0
      }
    }
    default:
      return compareInt64 as Comparison
  }
}

function nullsFirst(compare: Comparison) {
  return (a: SqlValue, b: SqlValue): number => {
    if (a === null) return b === null ? 0 : -1
    return b === null ? 1 : compare(a as never, b as never)
  }
}

function arrayComparison(element: Comparison): Comparison {
  const compare = nullsFirst(element)
  return (a: readonly SqlValue[], b: readonly SqlValue[]) => {
    const length = Math.min(a.length, b.length)
    for (let i = 0; i < length; i++) {
      const order = compare(a[i]!, b[i]!)
      if (order !== 0) return order
    }
    return a.length - b.length
  }
}

/**
 * What values that `GROUP BY` puts together have in common, fit to be a key of a Map: the value itself for plain ones, text for nested ones. NaN is equal to
 * itself, -0 to 0.
 */
export function groupKeyOf(type: DataType): (value: SqlValue) => unknown {
  switch (type.kind) {
    case 'float':
    case 'double':
      return (value) => (value === 0 ? 0 : value)
    case 'binary':
      return (value) => (value === null ? null : Buffer.from(value as Uint8Array).toString('latin1'))
    case 'array':
    case 'struct':
    case 'map':
    case 'calendarInterval':
      return (value) => (value === null ? null : nestedKey(type, value))
    default:
      return (value) => value
  }
}

function nestedKey(type: DataType, value: SqlValue): string {
  if (value === null) return 'n'
  switch (type.kind) {
    case 'array':
      return `[${(value as readonly SqlValue[]).map((one) => nestedKey((type as ArrayType).elementType, one)).join()}]`
    case 'struct':
      return `{${(type as StructType).fields.map(({ dataType }, i) => nestedKey(dataType, (value as readonly SqlValue[])[i]!)).join()}}`
    case 'map': {
      const { keyType, valueType } = type as MapType
      const { keys, values } = value as { keys: readonly SqlValue[]; values: readonly SqlValue[] }
      const entries = keys.map((key, i) => `${nestedKey(keyType, key)}:${nestedKey(valueType, values[i]!)}`)
      return `<${entries.sort().join()}>`
    }
    case 'string':
      return JSON.stringify(value)
    case 'binary':
      return Buffer.from(value as Uint8Array).toString('hex')
    case 'double':
    case 'float':
      return String(value === 0 ? 0 : value)
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
}

/** Whether two values of a type that are not null are equal in SQL. */
export function equalityOf(type: DataType): (a: never, b: never) => boolean {
  const key = groupKeyOf(type)
  if (type.kind === 'double' || type.kind === 'float')
    return (a: number, b: number) => a === b || (Number.isNaN(a) && Number.isNaN(b))
  return (a: SqlValue, b: SqlValue) => key(a) === key(b)
}

/** One key of several values' keys: the only one itself, else text in which each part stands with its type and length, so that no two lists have the same. */
export function combinedKey(parts: readonly unknown[]): unknown {
  if (parts.length === 1) return parts[0]
  let key = ''
  for (const part of parts) {
    const text = String(part)
    key += `${typeof part}${text.length}:${text}`
  }
  return key
}
