import { SqlRuntimeException } from '../../errors.ts'
import type { Int64 } from '../../plan/sql-value.ts'
import { dateOf, daysInMonth, daysOf, floorDivide, floorModulo } from './date-time.ts'
import { int64 } from './int64.ts'

const MICROS_PER_DAY = 86_400_000_000
const MICROS: Readonly<Record<string, number>> = {
  WEEK: 7 * MICROS_PER_DAY,
  DAY: MICROS_PER_DAY,
  HOUR: 3_600_000_000,
  MINUTE: 60_000_000,
  SECOND: 1_000_000,
  MILLISECOND: 1000,
  MICROSECOND: 1,
}
const MONTHS: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 }

export const yearOf = (days: number): number => dateOf(days)[0]
export const monthOf = (days: number): number => dateOf(days)[1]
export const dayOf = (days: number): number => dateOf(days)[2]
export const quarterOf = (days: number): number => Math.floor((monthOf(days) - 1) / 3) + 1
/** From Monday, 0. */
export const weekdayOf = (days: number): number => floorModulo(days + 3, 7)
export const dayOfYear = (days: number): number => days - daysOf(yearOf(days), 1, 1) + 1

/** The week of ISO 8601: the one with the year's first Thursday is the first. */
export function weekOfYear(days: number): number {
  const thursday = days - weekdayOf(days) + 3
  return Math.floor((thursday - daysOf(yearOf(thursday), 1, 1)) / 7) + 1
}

/** The year that the week of ISO 8601 belongs to. */
export const yearOfWeek = (days: number): number => yearOf(days - weekdayOf(days) + 3)

/** The same day so many months later, or the last one of a shorter month. */
export function addMonths(days: number, months: number): number {
  const [year, month, day] = dateOf(days)
  const all = year * 12 + month - 1 + months
  const newYear = Math.floor(all / 12)
  const newMonth = floorModulo(all, 12) + 1
  return daysOf(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}

export function lastDay(days: number): number {
  const [year, month] = dateOf(days)
  return daysOf(year, month, daysInMonth(year, month))
}

/** @throws SqlRuntimeException for a day that there is not. */
export function makeDate(year: number, month: number, day: number): number {
  const isThere = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  if (isThere) return daysOf(year, month, day)
  const name = [
    '',
    'JANUARY',
    'FEBRUARY',
    'MARCH',
    'APRIL',
    'MAY',
    'JUNE',
    'JULY',
    'AUGUST',
    'SEPTEMBER',
    'OCTOBER',
    'NOVEMBER',
    'DECEMBER',
  ][month]
  const why =
    name === undefined
      ? `Invalid value for MonthOfYear (valid values 1 - 12): ${month}`
      : `Invalid date '${name} ${day}'`
  throw new SqlRuntimeException(
    'DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION',
    `${why}. If necessary set "spark.sql.ansi.enabled" to "false" to bypass this error.`,
    { sqlState: '22023' },
  )
}

/** The beginning of the unit that a wall clock's time is in; null for a unit that there is not. */
export function truncateMicros(micros: Int64, unit: string): Int64 | null {
  const own = MICROS[unitName(unit)]
  if (own !== undefined && unitName(unit) !== 'WEEK' && unitName(unit) !== 'DAY')
    return int64(BigInt(micros) - BigInt(floorModulo(micros, own)))
  const days = truncateDays(floorDivide(micros, MICROS_PER_DAY), unit)
  return days === null ? null : int64(BigInt(days) * BigInt(MICROS_PER_DAY))
}

export function truncateDays(days: number, unit: string): number | null {
  const [year, month] = dateOf(days)
  switch (unitName(unit)) {
    case 'YEAR':
      return daysOf(year, 1, 1)
    case 'QUARTER':
      return daysOf(year, month - ((month - 1) % 3), 1)
    case 'MONTH':
      return daysOf(year, month, 1)
    case 'WEEK':
      return days - weekdayOf(days)
    case 'DAY':
      return days
    default:
      return null
  }
}

const UNIT_NAMES: Readonly<Record<string, string>> = {
  YYYY: 'YEAR',
  YY: 'YEAR',
  MON: 'MONTH',
  MM: 'MONTH',
  DD: 'DAY',
  DAYS: 'DAY',
}
const unitName = (unit: string): string => UNIT_NAMES[unit.toUpperCase()] ?? unit.toUpperCase()

/** A wall clock's time so many units later. */
export function addUnits(micros: Int64, unit: string, count: number): Int64 {
  const months = MONTHS[unit]
  if (months === undefined)
    return int64(BigInt(micros) + BigInt(count) * BigInt(MICROS[unit === 'DAYOFYEAR' ? 'DAY' : unit]!))
  const days = floorDivide(micros, MICROS_PER_DAY)
  return int64(
    BigInt(addMonths(days, count * months)) * BigInt(MICROS_PER_DAY) + BigInt(floorModulo(micros, MICROS_PER_DAY)),
  )
}

/** Whole units between two times of a wall clock. */
export function unitsBetween(start: Int64, end: Int64, unit: string): Int64 {
  const months = MONTHS[unit]
  if (months === undefined) return int64((BigInt(end) - BigInt(start)) / BigInt(MICROS[unit]!))
  return Math.trunc(wholeMonths(start, end) / months) + 0
}

function wholeMonths(start: Int64, end: Int64): number {
  const [y1, m1] = dateOf(floorDivide(start, MICROS_PER_DAY))
  const [y2, m2] = dateOf(floorDivide(end, MICROS_PER_DAY))
  const months = (y2 - y1) * 12 + m2 - m1
  // By the day of the month and the time of day: the last day of a month counts as no other.
  const rest = (micros: Int64) => dateOf(floorDivide(micros, MICROS_PER_DAY))[2] * MICROS_PER_DAY + microsOfDay(micros)
  if (months > 0 && rest(end) < rest(start)) return months - 1
  return months < 0 && rest(end) > rest(start) ? months + 1 : months
}

/** Microseconds of the day of a wall clock's time. */
export const microsOfDay = (micros: Int64): number => floorModulo(micros, MICROS_PER_DAY)

const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

/** A wall clock's time by a pattern of Java's `DateTimeFormatter`. @throws SqlRuntimeException for a letter that is not known. */
export function formatMicros(micros: Int64, pattern: string): string {
  return pattern.replace(
    /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g,
    (text, quoted: string | undefined, letter: string | undefined) => {
      if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'")
      return letter === undefined ? text : field(micros, letter, text.length, pattern)
    },
  )
}

function field(micros: Int64, letter: string, count: number, pattern: string): string {
  const days = floorDivide(micros, MICROS_PER_DAY)
  const rest = microsOfDay(micros)
  const [year, month, day] = dateOf(days)
  const hour = Math.floor(rest / 3_600_000_000)
  const pad = (value: number) => String(value).padStart(count, '0')
  switch (letter) {
    case 'y':
    case 'u':
      return count === 2 ? String(floorModulo(year, 100)).padStart(2, '0') : pad(year)
    case 'M':
    case 'L':
      return count <= 2 ? pad(month) : count === 3 ? MONTH_NAMES[month - 1]!.slice(0, 3) : MONTH_NAMES[month - 1]!
    case 'd':
      return pad(day)
    case 'D':
      return pad(dayOfYear(days))
    case 'E':
      return count <= 3 ? DAY_NAMES[weekdayOf(days)]!.slice(0, 3) : DAY_NAMES[weekdayOf(days)]!
    case 'Q':
    case 'q':
      return count <= 2
        ? pad(quarterOf(days))
        : count === 3
          ? `Q${quarterOf(days)}`
          : `${['1st', '2nd', '3rd', '4th'][quarterOf(days) - 1]} quarter`
    case 'H':
      return pad(hour)
    case 'k':
      return pad(hour === 0 ? 24 : hour)
    case 'h':
      return pad(hour % 12 === 0 ? 12 : hour % 12)
    case 'K':
      return pad(hour % 12)
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'm':
      return pad(Math.floor(rest / 60_000_000) % 60)
    case 's':
      return pad(Math.floor(rest / 1_000_000) % 60)
    case 'S':
      return String(rest % 1_000_000)
        .padStart(6, '0')
        .padEnd(count, '0')
        .slice(0, count)
    case 'F':
      return pad(Math.ceil(day / 7))
    default:
      throw new SqlRuntimeException(
        'INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER',
        `Unrecognized datetime pattern: '${pattern}'. Illegal pattern character found in datetime pattern: '${letter}'. Please provide legal character.`,
        { sqlState: '22007', parameters: { pattern: `'${pattern}'`, c: `'${letter}'` } },
      )
  }
}
