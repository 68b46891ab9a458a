import { ArrowStreamError } from './errors.ts'
import type { FlatTable } from './flatbuffer-reader.ts'
import {
  ArrowTimeUnit,
  DateUnit,
  DecimalSlot,
  FieldSlot,
  FloatPrecision,
  FloatSlot,
  IntervalUnit,
  IntSlot,
  KeyValueSlot,
  MapSlot,
  SchemaSlot,
  TimeSlot,
  TimestampSlot,
  TypeNumber,
  UnitSlot,
} from './format.ts'
import type { ArrowField, ArrowSchema, ArrowType } from './schema.ts'

/** Reads the schema message of a stream. @throws ArrowStreamError ARROW_TYPE_UNSUPPORTED for a type that Spark never sends */
export function readSchema(header: FlatTable): ArrowSchema {
  if (header.int16(SchemaSlot.ENDIANNESS) !== 0) throw new ArrowStreamError('the Arrow stream is big-endian')
  return {
    fields: header.tables(SchemaSlot.FIELDS).map(readField),
    metadata: readMetadata(header, SchemaSlot.METADATA),
  }
}

function readField(field: FlatTable): ArrowField {
  const name = field.string(FieldSlot.NAME)
  if (field.table(FieldSlot.DICTIONARY) !== null) throw unsupported(name, 'dictionary-encoded')
  return {
    name,
    type: readType(name, field),
    isNullable: field.uint8(FieldSlot.NULLABLE) !== 0,
    metadata: readMetadata(field, FieldSlot.METADATA),
  }
}

function readMetadata(holder: FlatTable, slot: number): ReadonlyMap<string, string> {
  return new Map(
    holder.tables(slot).map((pair) => [pair.string(KeyValueSlot.KEY), pair.string(KeyValueSlot.VALUE)] as const),
  )
}

function readType(name: string, field: FlatTable): ArrowType {
  const number = field.uint8(FieldSlot.TYPE_TYPE)
  const type = field.table(FieldSlot.TYPE)
  if (type === null) throw new ArrowStreamError(`column '${name}' has no type`)
  switch (number) {
    case TypeNumber.NULL:
      return { kind: 'null' }
    case TypeNumber.BOOL:
      return { kind: 'boolean' }
    case TypeNumber.INT:
      return readInt(name, type)
    case TypeNumber.FLOATING_POINT:
      return readFloat(name, type)
    case TypeNumber.DECIMAL:
      return readDecimal(name, type)
    case TypeNumber.UTF8:
    case TypeNumber.LARGE_UTF8:
      return { kind: 'string', isLarge: number === TypeNumber.LARGE_UTF8 }
    case TypeNumber.BINARY:
    case TypeNumber.LARGE_BINARY:
      return { kind: 'binary', isLarge: number === TypeNumber.LARGE_BINARY }
    case TypeNumber.DATE:
      requireUnit(name, 'date', type.int16(UnitSlot.UNIT, DateUnit.MILLISECOND), DateUnit.DAY)
      return { kind: 'date' }
    case TypeNumber.TIME:
      requireUnit(name, 'time', type.int16(UnitSlot.UNIT, ArrowTimeUnit.MILLISECOND), ArrowTimeUnit.NANOSECOND)
      requireUnit(name, 'time', type.int32(TimeSlot.BIT_WIDTH, 32), 64)
      return { kind: 'time' }
    case TypeNumber.TIMESTAMP: {
      requireUnit(name, 'timestamp', type.int16(UnitSlot.UNIT), ArrowTimeUnit.MICROSECOND)
      const timeZone = type.string(TimestampSlot.TIME_ZONE)
      return { kind: 'timestamp', timeZone: timeZone === '' ? null : timeZone }
    }
    case TypeNumber.DURATION:
      requireUnit(name, 'duration', type.int16(UnitSlot.UNIT, ArrowTimeUnit.MILLISECOND), ArrowTimeUnit.MICROSECOND)
      return { kind: 'dayTimeInterval' }
    case TypeNumber.INTERVAL:
      return readInterval(name, type)
    case TypeNumber.LIST:
    case TypeNumber.LARGE_LIST:
      return { kind: 'list', element: childOf(name, field), isLarge: number === TypeNumber.LARGE_LIST }
    case TypeNumber.STRUCT:
      return { kind: 'struct', fields: field.tables(FieldSlot.CHILDREN).map(readField) }
    case TypeNumber.MAP:
      return readMap(name, field, type)
    default:
      throw unsupported(name, `of Arrow's type number ${number}`)
  }
}

function readInt(name: string, type: FlatTable): ArrowType {
  const bits = type.int32(IntSlot.BIT_WIDTH)
  if (type.uint8(IntSlot.IS_SIGNED) === 0) throw unsupported(name, `an unsigned integer of ${bits} bits`)
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) throw unsupported(name, `an integer of ${bits} bits`)
  return { kind: 'int', bits }
}

function readFloat(name: string, type: FlatTable): ArrowType {
  switch (type.int16(FloatSlot.PRECISION)) {
    case FloatPrecision.SINGLE:
      return { kind: 'float', bits: 32 }
    case FloatPrecision.DOUBLE:
      return { kind: 'float', bits: 64 }
    default:
      throw unsupported(name, 'a float of 16 bits')
  }
}

function readDecimal(name: string, type: FlatTable): ArrowType {
  const bits = type.int32(DecimalSlot.BIT_WIDTH, 128)
  if (bits !== 128) throw unsupported(name, `a decimal of ${bits} bits`)
  return { kind: 'decimal', precision: type.int32(DecimalSlot.PRECISION), scale: type.int32(DecimalSlot.SCALE) }
}

function readInterval(name: string, type: FlatTable): ArrowType {
  switch (type.int16(UnitSlot.UNIT)) {
    case IntervalUnit.YEAR_MONTH:
      return { kind: 'yearMonthInterval' }
    case IntervalUnit.MONTH_DAY_NANO:
      return { kind: 'calendarInterval' }
    default:
      throw unsupported(name, 'an interval of days and milliseconds')
  }
}

function readMap(name: string, field: FlatTable, type: FlatTable): ArrowType {
  const entry = childOf(name, field)
  const [key, value] = entry.type.kind === 'struct' ? entry.type.fields : []
  if (key === undefined || value === undefined) throw new ArrowStreamError(`map '${name}' has no keys and values`)
  return { kind: 'map', key, value, isSorted: type.uint8(MapSlot.KEYS_SORTED) !== 0 }
}

function childOf(name: string, field: FlatTable): ArrowField {
  const [child] = field.tables(FieldSlot.CHILDREN)
  if (child === undefined) throw new ArrowStreamError(`column '${name}' has no type of its elements`)
  return readField(child)
}

function requireUnit(name: string, kind: string, given: number, supported: number): void {
  if (given !== supported) throw unsupported(name, `a ${kind} in another unit than Spark's`)
}

function unsupported(name: string, what: string): ArrowStreamError {
  return new ArrowStreamError(
    `column '${name}' is ${what}, which Spark neither sends nor takes: cast it before it is sent`,
    'ARROW_TYPE_UNSUPPORTED',
  )
}
