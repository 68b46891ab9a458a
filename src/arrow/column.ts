import type { ArrowSchema } from './schema.ts'

/** Some rows of a stream: one column for each field of the schema. */
export interface ArrowBatch {
  readonly schema: ArrowSchema
  /** How many rows there are. */
  readonly length: number
  readonly columns: readonly ArrowColumn[]
}

/** What every column says of its rows. Where a row is null, its place among the values holds nothing of meaning. */
export interface ColumnRows {
  readonly length: number
  readonly nullCount: number
  /** A bit for each row, the lowest of a byte first, 1 where there is a value; null when no row is null. */
  readonly validity: Uint8Array | null
}

/** Values of one width that a `number` holds: int of 8 to 32 bits, float, date, yearMonthInterval. */
export type NumberValues = Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** Positions in what a column's rows stand in, one more than there are rows. */
export type Offsets = Int32Array | BigInt64Array

/**
 * The values of a column, in the layout of the column's type. The arrays may be views of the bytes that were read: a program that keeps a few
 * values keeps the memory of the whole batch.
 */
export type ArrowColumn = ColumnRows &
  (
    | { readonly layout: 'null' }
    /** boolean: a bit for each row, the lowest of a byte first. */
    | { readonly layout: 'bits'; readonly bits: Uint8Array }
    | { readonly layout: 'numbers'; readonly values: NumberValues }
    /** int of 64 bits, time, timestamp, dayTimeInterval. */
    | { readonly layout: 'longs'; readonly values: BigInt64Array }
    /** Two words for each row, the low one first: decimal; calendarInterval (months and days in the low word, nanoseconds in the high one). */
    | { readonly layout: 'wide'; readonly words: BigInt64Array }
    /** string and binary: row i is `data[offsets[i], offsets[i + 1])`. */
    | { readonly layout: 'bytes'; readonly offsets: Offsets; readonly data: Uint8Array }
    /** list and map: row i is the child's rows `[offsets[i], offsets[i + 1])`. A map's child is a struct of key and value. */
    | { readonly layout: 'list'; readonly offsets: Offsets; readonly child: ArrowColumn }
    | { readonly layout: 'struct'; readonly children: readonly ArrowColumn[] }
  )

/** Whether a row is null. */
export function isNull(column: ArrowColumn, row: number): boolean {
  if (column.layout === 'null') return true
  return column.validity !== null && !bitAt(column.validity, row)
}

export function bitAt(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] as number) & (1 << (index & 7))) !== 0
}
