import { SqlRuntimeException } from '../../errors.ts'
import type { Int64, SqlMap, SqlValue } from '../../plan/sql-value.ts'
import type { ArrayType, DataType, DecimalType, MapType, StructType } from '../../types/data-type.ts'
import { dateText, floorDivide, parseDate, parseTimestamp, TimeZone, wallClockText } from './date-time.ts'
import { decimalText, decimalToDouble, parseDecimal, rescale, toDecimal } from './decimal.ts'
import { doubleText, floatText } from './double-text.ts'
import { castInvalidInput, castOverflow, numericOutOfRange } from './errors.ts'
import { int64 } from './int64.ts'

/** What a cast makes of a value that is not null; it throws what Spark throws in ANSI mode. */
export type CastFunction = (value: never) => SqlValue

const BITS = { byte: 8, short: 16, integer: 32, long: 64 } as const
const MICROS_PER_DAY = 86_400_000_000
const TRUE = new Set(['t', 'true', 'y', 'yes', '1'])
const FALSE = new Set(['f', 'false', 'n', 'no', '0'])
const DOUBLE = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)[dDfF]?$/
const SPECIAL_DOUBLES: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+infinity': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
}

/** Without spaces and control characters at the ends, as Java's `trim` does. */
function trimmed(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return text.slice(start, end)
}

type Kind = DataType['kind']
const isWhole = (kind: Kind): kind is keyof typeof BITS => kind in BITS

/** The function that casts values of one type to another. @param zone the session's time zone. */
export function castFunction(from: DataType, to: DataType, zone: string): CastFunction {
  if (from.equals(to)) return (value: SqlValue) => value
  return maker(from, to, zone) as CastFunction
}

function maker(from: DataType, to: DataType, zone: string): (value: never) => SqlValue {
  switch (to.kind) {
    case 'string':
    case 'char':
    case 'varchar':
      return sqlTextOf(from, zone)
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return toWhole(from, to)
    case 'float':
      return (value: never) => Math.fround(toDouble(from, to)(value))
    case 'double':
      return toDouble(from, to)
    case 'decimal':
      return toDecimalType(from, to as DecimalType)
    case 'boolean':
      return toBoolean(from)
    case 'date':
      return toDate(from, zone)
    case 'timestamp':
      return toTimestamp(from, zone)
    case 'timestampNtz':
      return toTimestampNtz(from, zone)
    case 'binary':
      return (value: string) => new TextEncoder().encode(value)
    case 'array':
      return arrayCast(from as ArrayType, to as ArrayType, zone)
    case 'map':
      return mapCast(from as MapType, to as MapType, zone)
    case 'struct':
      return structCast(from as StructType, to as StructType, zone)
    default:
      return (value: SqlValue) => value
  }
}

const keepingNull =
  (cast: CastFunction) =>
  (value: SqlValue): SqlValue =>
    value === null ? null : cast(value as never)

function arrayCast(from: ArrayType, to: ArrayType, zone: string) {
  const element = keepingNull(castFunction(from.elementType, to.elementType, zone))
  return (value: readonly SqlValue[]) => value.map(element)
}

function mapCast(from: MapType, to: MapType, zone: string) {
  const key = keepingNull(castFunction(from.keyType, to.keyType, zone))
  const item = keepingNull(castFunction(from.valueType, to.valueType, zone))
  return ({ keys, values }: SqlMap) => ({ keys: keys.map(key), values: values.map(item) })
}

function structCast(from: StructType, to: StructType, zone: string) {
  const fields = to.fields.map(({ dataType }, index) =>
    keepingNull(castFunction(from.fields[index]!.dataType, dataType, zone)),
  )
  return (value: readonly SqlValue[]) => value.map((one, index) => fields[index]!(one))
}

/** How values of a type are written as text: `CAST(x AS STRING)`, and a table's cells. */
export function sqlTextOf(type: DataType, zone: string): (value: never) => string {
  switch (type.kind) {
    case 'float':
      return floatText as (value: never) => string
    case 'double':
      return doubleText as (value: never) => string
    case 'decimal': {
      const { scale } = type as DecimalType
      return (value: Int64) => decimalText(value, scale)
    }
    case 'date':
      return dateText as (value: never) => string
    case 'timestamp': {
      const timeZone = TimeZone.of(zone)
      return (value: Int64) => wallClockText(timeZone.toWallClock(value))
    }
    case 'timestampNtz':
      return wallClockText as (value: never) => string
    case 'binary':
      return (value: Uint8Array) => new TextDecoder().decode(value)
    case 'array': {
      const element = nullable(sqlTextOf((type as ArrayType).elementType, zone))
      return (value: readonly SqlValue[]) => `[${value.map(element).join(', ')}]`
    }
    case 'map': {
      const key = nullable(sqlTextOf((type as MapType).keyType, zone))
      const item = nullable(sqlTextOf((type as MapType).valueType, zone))
      return ({ keys, values }: SqlMap) => `{${keys.map((one, i) => `${key(one)} -> ${item(values[i]!)}`).join(', ')}}`
    }
    case 'struct': {
      const fields = (type as StructType).fields.map(({ dataType }) => nullable(sqlTextOf(dataType, zone)))
      return (value: readonly SqlValue[]) => `{${value.map((one, i) => fields[i]!(one)).join(', ')}}`
    }
    default:
      return String as (value: never) => string
  }
}

const nullable = (text: (value: never) => string) => (value: SqlValue) =>
  value === null ? 'null' : text(value as never)

function toWhole(from: DataType, to: DataType): (value: never) => SqlValue {
  const bits = BITS[to.kind as keyof typeof BITS]
  const limit = 2n ** BigInt(bits - 1)
  const within = (value: bigint, text: () => string): Int64 => {
    if (value >= -limit && value < limit) return int64(value)
    throw castOverflow(text(), from.sql, to.sql)
  }
  if (from.kind === 'string' || from.kind === 'char' || from.kind === 'varchar') {
    return (value: string) => {
      const found = /^([+-]?\d+)(?:\.\d*)?$|^([+-]?)\.\d+$/.exec(trimmed(value))
      const number = found === null ? null : BigInt((found[1] ?? '0').replace('+', ''))
      // A fraction is text that is no whole number.
      if (number === null || value.includes('.') || number < -limit || number >= limit)
        throw castInvalidInput(value, from.sql, to.sql)
      return int64(number)
    }
  }
  if (from.kind === 'boolean') return (value: boolean) => (value ? 1 : 0)
  if (from.kind === 'decimal') {
    const { scale } = from as DecimalType
    return (value: Int64) => within(BigInt(value) / 10n ** BigInt(scale), () => `${decimalText(value, scale)}BD`)
  }
  if (from.kind === 'timestamp')
    return (value: Int64) => within(BigInt(floorDivide(value, 1_000_000)), () => String(value))
  if (isWhole(from.kind))
    return (value: Int64) =>
      BITS[from.kind as keyof typeof BITS] <= bits
        ? value
        : within(
            BigInt(value),
            () => `${value}${{ long: 'L', short: 'S', byte: 'Y', integer: '' }[from.kind as keyof typeof BITS]}`,
          )
  return (value: number) => {
    if (!Number.isFinite(value)) throw castOverflow(Number.isNaN(value) ? 'NaN' : `${value}D`, from.sql, to.sql)
    return within(
      BigInt(Math.trunc(value)),
      () => `${from.kind === 'float' ? `${floatText(value)}` : `${doubleText(value)}D`}`,
    )
  }
}

function toDouble(from: DataType, to: DataType): (value: never) => number {
  if (from.kind === 'string') {
    return (value: string) => {
      const text = trimmed(value)
      if (DOUBLE.test(text)) return Number(text.replace(/[dDfF]$/, ''))
      const special = SPECIAL_DOUBLES[text.toLowerCase()]
      if (special === undefined) throw castInvalidInput(value, from.sql, to.sql)
      return special
    }
  }
  if (from.kind === 'decimal') {
    const { scale } = from as DecimalType
    return (value: Int64) => decimalToDouble(value, scale)
  }
  if (from.kind === 'boolean') return (value: boolean) => (value ? 1 : 0)
  if (from.kind === 'timestamp') return (value: Int64) => Number(value) / 1e6
  return Number as (value: never) => number
}

function toDecimalType(from: DataType, to: DecimalType): (value: never) => SqlValue {
  const { precision, scale } = to
  const ofText = (text: string, refuse: () => Error) => {
    const parsed = parseDecimal(text)
    if (parsed === null) throw refuse()
    return toDecimal(int64(parsed.unscaled), parsed.scale, precision, scale)
  }
  if (from.kind === 'decimal') {
    const own = (from as DecimalType).scale
    return (value: Int64) => toDecimal(value, own, precision, scale)
  }
  if (from.kind === 'string')
    return (value: string) => ofText(trimmed(value), () => castInvalidInput(value, from.sql, to.sql))
  if (from.kind === 'boolean') return (value: boolean) => toDecimal(value ? 1 : 0, 0, precision, scale)
  if (from.kind === 'timestamp') return (value: Int64) => toDecimal(value, 6, precision, scale)
  if (isWhole(from.kind)) return (value: Int64) => toDecimal(value, 0, precision, scale)
  return (value: number) => {
    if (!Number.isFinite(value)) throw numericOutOfRange(String(value), precision, scale)
    return ofText(from.kind === 'float' ? floatText(value) : doubleText(value), () =>
      numericOutOfRange(String(value), precision, scale),
    )
  }
}

function toBoolean(from: DataType): (value: never) => SqlValue {
  if (from.kind !== 'string') return (value: Int64) => Number(value) !== 0
  return (value: string) => {
    const text = trimmed(value).toLowerCase()
    if (TRUE.has(text)) return true
    if (FALSE.has(text)) return false
    throw castInvalidInput(value, 'STRING', 'BOOLEAN')
  }
}

function toDate(from: DataType, zone: string): (value: never) => SqlValue {
  if (from.kind === 'timestamp') {
    const timeZone = TimeZone.of(zone)
    return (value: Int64) => floorDivide(timeZone.toWallClock(value), MICROS_PER_DAY)
  }
  if (from.kind === 'timestampNtz') return (value: Int64) => floorDivide(value, MICROS_PER_DAY)
  return (value: string) => {
    const days = parseDate(value)
    if (days === null) throw castInvalidInput(value, from.sql, 'DATE')
    return days
  }
}

function toTimestamp(from: DataType, zone: string): (value: never) => SqlValue {
  const timeZone = TimeZone.of(zone)
  if (from.kind === 'date') return (value: number) => timeZone.toMoment(value * MICROS_PER_DAY)
  if (from.kind === 'timestampNtz') return (value: Int64) => timeZone.toMoment(value)
  if (isWhole(from.kind)) return (value: Int64) => int64(BigInt(value) * 1_000_000n)
  if (from.kind === 'decimal') {
    const { scale } = from as DecimalType
    return (value: Int64) => int64(rescale(value, scale, 6))
  }
  if (from.kind === 'double' || from.kind === 'float') return (value: number) => Math.trunc(value * 1e6)
  return (value: string) => {
    const micros = parseTimestamp(value, zone)
    if (micros === null) throw castInvalidInput(value, from.sql, 'TIMESTAMP')
    return micros
  }
}

function toTimestampNtz(from: DataType, zone: string): (value: never) => SqlValue {
  if (from.kind === 'date') return (value: number) => value * MICROS_PER_DAY
  if (from.kind === 'timestamp') {
    const timeZone = TimeZone.of(zone)
    return (value: Int64) => timeZone.toWallClock(value)
  }
  return (value: string) => {
    const micros = parseTimestamp(value, null)
    if (micros === null) throw castInvalidInput(value, from.sql, 'TIMESTAMP_NTZ')
    return micros
  }
}

/** What a cast makes of a value; null where it fails. */
export function castOrNull(cast: CastFunction, value: SqlValue): SqlValue {
  try {
    return cast(value as never)
  } catch (error) {
    if (error instanceof SqlRuntimeException) return null
    throw error
  }
}
