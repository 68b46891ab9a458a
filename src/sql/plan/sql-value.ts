/**
 * A value of SQL within the engine; null for `NULL`. By type: boolean; byte, short, integer, float, double and date (days since 1970-01-01) are numbers; long,
 * timestamps and day-time intervals (microseconds) and the unscaled value of a decimal are an {@link Int64}; strings are strings, binary values bytes; a year-month
 * interval is its months; an array is an array, a struct the array of its fields' values, a map a {@link SqlMap}.
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly SqlValue[]
  | SqlMap
  | CalendarInterval

/**
 * An integer in its one form: a number where JavaScript's numbers are exact (at most 2^53 - 1 either way), a bigint beyond. So two equal integers are always `===`.
 */
export type Int64 = number | bigint

/** Keys and their values, side by side, in their order. A plain object, which travels between threads as it is. */
export interface SqlMap {
  readonly keys: readonly SqlValue[]
  readonly values: readonly SqlValue[]
}

/** Months, days and microseconds (Spark's `CalendarInterval`). */
export interface CalendarInterval {
  readonly months: number
  readonly days: number
  readonly microseconds: Int64
}
