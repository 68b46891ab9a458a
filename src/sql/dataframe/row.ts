import { SqlRuntimeException } from '../errors.ts'
import { dateText, wallClockText } from '../functions/runtime/date-time.ts'
import { decimalText } from '../functions/runtime/decimal.ts'
import type { Int64, SqlMap, SqlValue } from '../plan/sql-value.ts'
import {
  ArrayType,
  BinaryType,
  BooleanType,
  type DataType,
  type DecimalType,
  DoubleType,
  LongType,
  MapType,
  NullType,
  StringType,
  StructField,
  StructType,
  TimestampType,
} from '../types/data-type.ts'

/**
 * A row as a program gets it: a plain object with a property for each column. Longs are numbers; one beyond 2^53 is an error. Decimals are text with all their
 * digits, dates text (`2024-01-31`), timestamps Dates (which have milliseconds), timestamps without a zone text, binary values Uint8Arrays, structs objects, maps Maps.
 */
export type Row = Record<string, unknown>

/** What makes a program's value of one within the engine. */
export function outward(type: DataType): (value: SqlValue) => unknown {
  const convert = outwardOf(type)
  return (value) => (value === null ? null : convert(value as never))
}

function outwardOf(type: DataType): (value: never) => unknown {
  switch (type.kind) {
    case 'long':
      return (value: Int64) => {
        if (typeof value === 'number') return value
        throw new SqlRuntimeException(
          'LONG_NOT_EXACT',
          `The long ${value} is beyond 2^53 and no JavaScript number holds it: cast the column to string or decimal.`,
          { sqlState: '22003' },
        )
      }
    case 'decimal':
      return (value: Int64) => decimalText(value, (type as DecimalType).scale)
    case 'date':
      return dateText as (value: never) => unknown
    case 'timestamp':
      return (value: Int64) => new Date(Math.floor(Number(value) / 1000))
    case 'timestampNtz':
      return wallClockText as (value: never) => unknown
    case 'array': {
      const element = outward((type as ArrayType).elementType)
      return (value: readonly SqlValue[]) => value.map(element)
    }
    case 'map': {
      const { keyType, valueType } = type as MapType
      const [key, item] = [outward(keyType), outward(valueType)]
      return ({ keys, values }: SqlMap) => new Map(keys.map((one, index) => [key(one), item(values[index]!)]))
    }
    case 'struct': {
      const row = rowMaker(type as StructType)
      return (value: readonly SqlValue[]) => row(value)
    }
    default:
      return (value: unknown) => value
  }
}

/** What makes rows of values. */
export function rowMaker(schema: StructType): (values: readonly SqlValue[]) => Row {
  const fields = schema.fields.map(({ name, dataType }) => [name, outward(dataType)] as const)
  return (values) => Object.fromEntries(fields.map(([name, convert], index) => [name, convert(values[index]!)]))
}

/** The type of a program's value, as `createDataFrame` finds it out. */
export function inferType(value: unknown): DataType {
  if (value === null || value === undefined) return NullType
  switch (typeof value) {
    case 'boolean':
      return BooleanType
    case 'string':
      return StringType
    case 'bigint':
      return LongType
    case 'number':
      return Number.isInteger(value) ? LongType : DoubleType
  }
  if (value instanceof Date) return TimestampType
  if (value instanceof Uint8Array) return BinaryType
  if (Array.isArray(value)) return new ArrayType(value.map(inferType).find((type) => type !== NullType) ?? NullType)
  if (value instanceof Map) {
    const [entry] = value
    return new MapType(inferType(entry?.[0]), inferType(entry?.[1]))
  }
  return new StructType(Object.entries(value).map(([name, one]) => new StructField(name, inferType(one))))
}

/** What makes a value of the engine's of a program's. @throws TypeError for a value of another type. */
export function inward(type: DataType): (value: unknown) => SqlValue {
  const convert = inwardOf(type)
  return (value) => (value === null || value === undefined ? null : convert(value))
}

function refuse(type: DataType, value: unknown): never {
  throw new TypeError(
    `a value of the type ${type.simpleString} is needed, not ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  )
}

const BITS: Readonly<Record<string, number>> = { byte: 8, short: 16, integer: 32 }

function inwardOf(type: DataType): (value: unknown) => SqlValue {
  switch (type.kind) {
    case 'byte':
    case 'short':
    case 'integer': {
      const limit = 2 ** (BITS[type.kind]! - 1)
      return (value) =>
        typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit
          ? value + 0
          : refuse(type, value)
    }
    case 'long':
      return (value) =>
        typeof value === 'bigint'
          ? Number.isSafeInteger(Number(value))
            ? Number(value)
            : value
          : Number.isSafeInteger(value)
            ? (value as number) + 0
            : refuse(type, value)
    case 'float':
      return (value) => (typeof value === 'number' ? Math.fround(value) : refuse(type, value))
    case 'double':
      return (value) => (typeof value === 'number' ? value : refuse(type, value))
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : refuse(type, value))
    case 'string':
      return (value) => (typeof value === 'string' ? value : refuse(type, value))
    case 'binary':
      return (value) => (value instanceof Uint8Array ? value : refuse(type, value))
    case 'timestamp':
      return (value) => (value instanceof Date ? value.getTime() * 1000 : refuse(type, value))
    case 'array': {
      const element = inward((type as ArrayType).elementType)
      return (value) => (Array.isArray(value) ? value.map(element) : refuse(type, value))
    }
    case 'map': {
      const { keyType, valueType } = type as MapType
      const [key, item] = [inward(keyType), inward(valueType)]
      return (value) =>
        value instanceof Map
          ? { keys: [...value.keys()].map(key), values: [...value.values()].map(item) }
          : refuse(type, value)
    }
    case 'struct': {
      const { fields } = type as StructType
      const converts = fields.map(({ name, dataType }) => [name, inward(dataType)] as const)
      return (value) =>
        typeof value === 'object'
          ? converts.map(([name, convert]) => convert((value as Row)[name]))
          : refuse(type, value)
    }
    default:
      return (value) => refuse(type, value)
  }
}
