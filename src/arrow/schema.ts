/** The columns of a stream. */
export interface ArrowSchema {
  readonly fields: readonly ArrowField[]
  readonly metadata: ReadonlyMap<string, string>
}

/** A column, or a part of a nested one, by name and type. */
export interface ArrowField {
  readonly name: string
  readonly type: ArrowType
  readonly isNullable: boolean
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * The Arrow types that Spark sends and takes. Spark's names where they differ: `ByteType`, `ShortType`, `IntegerType` and `LongType` are `int`,
 * `TimestampType` and `TimestampNTZType` are `timestamp` with and without a time zone, `ArrayType` is `list`.
 */
export type ArrowType =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean' }
  /** Signed. */
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64 }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  /** A value is its unscaled integer of 128 bits: 12.30 with scale 2 is 1230. */
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** UTF-8. Large ones have offsets of 64 bits. */
  | { readonly kind: 'string'; readonly isLarge: boolean }
  | { readonly kind: 'binary'; readonly isLarge: boolean }
  /** Days since 1970-01-01. */
  | { readonly kind: 'date' }
  /** Nanoseconds since midnight. */
  | { readonly kind: 'time' }
  /** Microseconds since 1970-01-01T00:00, in UTC when there is a time zone, on the wall clock when it is null. */
  | { readonly kind: 'timestamp'; readonly timeZone: string | null }
  /** Months: Spark's `YearMonthIntervalType`. */
  | { readonly kind: 'yearMonthInterval' }
  /** Microseconds: Spark's `DayTimeIntervalType`. */
  | { readonly kind: 'dayTimeInterval' }
  /** Months, days and nanoseconds: Spark's `CalendarIntervalType`. */
  | { readonly kind: 'calendarInterval' }
  | { readonly kind: 'list'; readonly element: ArrowField; readonly isLarge: boolean }
  | { readonly kind: 'struct'; readonly fields: readonly ArrowField[] }
  | { readonly kind: 'map'; readonly key: ArrowField; readonly value: ArrowField; readonly isSorted: boolean }

const NO_METADATA: ReadonlyMap<string, string> = new Map()

/** A field that may be null, unless told otherwise. */
export function arrowField(name: string, type: ArrowType, isNullable = true): ArrowField {
  return { name, type, isNullable, metadata: NO_METADATA }
}

/** A schema of those fields. */
export function arrowSchema(fields: readonly ArrowField[]): ArrowSchema {
  return { fields, metadata: NO_METADATA }
}
