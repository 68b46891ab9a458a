import type { FlatField, FlatFields } from './flatbuffer-writer.ts'
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
  MessageHeader,
  SchemaSlot,
  TimeSlot,
  TimestampSlot,
  TypeNumber,
  UnitSlot,
} from './format.ts'
import { messageOf } from './message.ts'
import { type ArrowField, type ArrowSchema, type ArrowType, arrowField } from './schema.ts'

/** @returns the schema message that begins a stream. */
export function schemaMessage({ fields, metadata }: ArrowSchema): Uint8Array {
  const header: FlatFields = [
    { slot: SchemaSlot.FIELDS, as: 'tables', value: fields.map(fieldTable) },
    ...metadataOf(metadata, SchemaSlot.METADATA),
  ]
  return messageOf(MessageHeader.SCHEMA, header, 0)
}

function fieldTable({ name, type, isNullable, metadata }: ArrowField): FlatFields {
  const { number, fields } = typeTable(type)
  return [
    { slot: FieldSlot.NAME, as: 'string', value: name },
    { slot: FieldSlot.NULLABLE, as: 'uint8', value: Number(isNullable) },
    { slot: FieldSlot.TYPE_TYPE, as: 'uint8', value: number },
    { slot: FieldSlot.TYPE, as: 'table', value: fields },
    { slot: FieldSlot.CHILDREN, as: 'tables', value: childrenOf(type).map(fieldTable) },
    ...metadataOf(metadata, FieldSlot.METADATA),
  ]
}

function metadataOf(metadata: ReadonlyMap<string, string>, slot: number): FlatFields {
  if (metadata.size === 0) return []
  const pairs = Array.from(
    metadata,
    ([key, value]): FlatFields => [
      { slot: KeyValueSlot.KEY, as: 'string', value: key },
      { slot: KeyValueSlot.VALUE, as: 'string', value },
    ],
  )
  return [{ slot, as: 'tables', value: pairs }]
}

function childrenOf(type: ArrowType): readonly ArrowField[] {
  switch (type.kind) {
    case 'list':
      return [type.element]
    case 'struct':
      return type.fields
    case 'map':
      return [arrowField('entries', { kind: 'struct', fields: [type.key, type.value] }, false)]
    default:
      return []
  }
}

interface TypeTable {
  readonly number: number
  readonly fields: FlatFields
}

function typeTable(type: ArrowType): TypeTable {
  switch (type.kind) {
    case 'null':
      return { number: TypeNumber.NULL, fields: [] }
    case 'boolean':
      return { number: TypeNumber.BOOL, fields: [] }
    case 'int':
      return {
        number: TypeNumber.INT,
        fields: [int32(IntSlot.BIT_WIDTH, type.bits), { slot: IntSlot.IS_SIGNED, as: 'uint8', value: 1 }],
      }
    case 'float':
      return {
        number: TypeNumber.FLOATING_POINT,
        fields: [int16(FloatSlot.PRECISION, type.bits === 32 ? FloatPrecision.SINGLE : FloatPrecision.DOUBLE)],
      }
    case 'decimal':
      return {
        number: TypeNumber.DECIMAL,
        fields: [
          int32(DecimalSlot.PRECISION, type.precision),
          int32(DecimalSlot.SCALE, type.scale),
          int32(DecimalSlot.BIT_WIDTH, 128),
        ],
      }
    case 'string':
      return { number: type.isLarge ? TypeNumber.LARGE_UTF8 : TypeNumber.UTF8, fields: [] }
    case 'binary':
      return { number: type.isLarge ? TypeNumber.LARGE_BINARY : TypeNumber.BINARY, fields: [] }
    case 'date':
      return { number: TypeNumber.DATE, fields: [int16(UnitSlot.UNIT, DateUnit.DAY)] }
    case 'time':
      return {
        number: TypeNumber.TIME,
        fields: [int16(UnitSlot.UNIT, ArrowTimeUnit.NANOSECOND), int32(TimeSlot.BIT_WIDTH, 64)],
      }
    case 'timestamp':
      return { number: TypeNumber.TIMESTAMP, fields: timestampFields(type.timeZone) }
    case 'yearMonthInterval':
      return { number: TypeNumber.INTERVAL, fields: [int16(UnitSlot.UNIT, IntervalUnit.YEAR_MONTH)] }
    case 'calendarInterval':
      return { number: TypeNumber.INTERVAL, fields: [int16(UnitSlot.UNIT, IntervalUnit.MONTH_DAY_NANO)] }
    case 'dayTimeInterval':
      return { number: TypeNumber.DURATION, fields: [int16(UnitSlot.UNIT, ArrowTimeUnit.MICROSECOND)] }
    case 'list':
      return { number: type.isLarge ? TypeNumber.LARGE_LIST : TypeNumber.LIST, fields: [] }
    case 'struct':
      return { number: TypeNumber.STRUCT, fields: [] }
    case 'map':
      return {
        number: TypeNumber.MAP,
        fields: [{ slot: MapSlot.KEYS_SORTED, as: 'uint8', value: Number(type.isSorted) }],
      }
    default:
      return type satisfies never
  }
}

function timestampFields(timeZone: string | null): FlatFields {
  const unit = int16(UnitSlot.UNIT, ArrowTimeUnit.MICROSECOND)
  return timeZone === null ? [unit] : [unit, { slot: TimestampSlot.TIME_ZONE, as: 'string', value: timeZone }]
}

function int16(slot: number, value: number): FlatField {
  return { slot, as: 'int16', value }
}

function int32(slot: number, value: number): FlatField {
  return { slot, as: 'int32', value }
}
