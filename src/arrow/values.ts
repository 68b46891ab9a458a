import { type ArrowColumn, bitAt, isNull } from './column.ts'
import type { ArrowType } from './schema.ts'

/**
 * A value of a column as a plain one of JavaScript, without loss: `null`; boolean; number (int up to 32 bits, float, date in days,
 * yearMonthInterval in months); bigint (int of 64 bits, time, timestamp, dayTimeInterval, the unscaled integer of a decimal); string;
 * bytes, as a view; {@link ArrowCalendarInterval}; an array of elements (list), of the fields' values in their order (struct), or of pairs (map).
 */
export type ArrowValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ArrowCalendarInterval
  | readonly ArrowValue[]

/** A value of Spark's `CalendarIntervalType`. */
export interface ArrowCalendarInterval {
  readonly months: number
  readonly days: number
  readonly nanoseconds: bigint
}

/** The value of one row of a column of that type. */
export function valueAt(type: ArrowType, column: ArrowColumn, row: number): ArrowValue {
  if (isNull(column, row)) return null
  switch (column.layout) {
    case 'null':
      return null
    case 'bits':
      return bitAt(column.bits, row)
    case 'numbers':
    case 'longs':
      return column.values[row] as number | bigint
    case 'wide': {
      const [low, high] = [column.words[row * 2] as bigint, column.words[row * 2 + 1] as bigint]
      return type.kind === 'calendarInterval' ? intervalOf(low, high) : (high << 64n) | BigInt.asUintN(64, low)
    }
    case 'bytes': {
      const bytes = column.data.subarray(Number(column.offsets[row]), Number(column.offsets[row + 1]))
      return type.kind === 'string' ? textOf(bytes) : bytes
    }
    case 'list':
      return listOf(type, column.child, Number(column.offsets[row]), Number(column.offsets[row + 1]))
    case 'struct':
      return column.children.map((child, index) => valueAt(fieldType(type, index), child, row))
    default:
      return column satisfies never
  }
}

/** All values of a column of that type. */
export function valuesOf(type: ArrowType, column: ArrowColumn): ArrowValue[] {
  return Array.from({ length: column.length }, (_, row) => valueAt(type, column, row))
}

function intervalOf(low: bigint, nanoseconds: bigint): ArrowCalendarInterval {
  return { months: Number(BigInt.asIntN(32, low)), days: Number(low >> 32n), nanoseconds }
}

function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('utf8')
}

function listOf(type: ArrowType, child: ArrowColumn, from: number, to: number): ArrowValue[] {
  const element = elementType(type)
  return Array.from({ length: to - from }, (_, index) => valueAt(element, child, from + index))
}

/** The values in the child of a list or map column. */
export function elementType(type: ArrowType): ArrowType {
  if (type.kind === 'map') return { kind: 'struct', fields: [type.key, type.value] }
  if (type.kind === 'list') return type.element.type
  throw new TypeError(`a column of type ${type.kind} has no elements`)
}

function fieldType(type: ArrowType, index: number): ArrowType {
  const field = type.kind === 'struct' ? type.fields[index] : undefined
  if (field === undefined) throw new TypeError(`a column of type ${type.kind} has no field ${index}`)
  return field.type
}
