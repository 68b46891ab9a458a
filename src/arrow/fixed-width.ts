import type { NumberValues } from './column.ts'
import type { ArrowType } from './schema.ts'

/** The types whose values are numbers of one width. */
export type FixedWidthType = Extract<
  ArrowType,
  { readonly kind: 'int' | 'float' | 'date' | 'time' | 'timestamp' | 'yearMonthInterval' | 'dayTimeInterval' }
>

/** A constructor of one of the typed arrays that columns have. */
export interface FixedWidthArray {
  new (length: number): NumberValues | BigInt64Array
  new (buffer: ArrayBufferLike, at: number, length: number): NumberValues | BigInt64Array
  readonly BYTES_PER_ELEMENT: number
}

const INTS = { 8: Int8Array, 16: Int16Array, 32: Int32Array, 64: BigInt64Array } as const

/** The kind of array in which values of a type stand. */
export function fixedWidthArray(type: FixedWidthType): FixedWidthArray {
  switch (type.kind) {
    case 'int':
      return INTS[type.bits]
    case 'float':
      return type.bits === 32 ? Float32Array : Float64Array
    case 'date':
    case 'yearMonthInterval':
      return Int32Array
    case 'time':
    case 'timestamp':
    case 'dayTimeInterval':
      return BigInt64Array
    default:
      return type satisfies never
  }
}
