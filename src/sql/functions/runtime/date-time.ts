import type { Int64 } from '../../plan/sql-value.ts'
import { int64 } from './int64.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MICROS_PER_DAY = 86_400_000_000
/** Offsets that are remembered per zone: hours that records of a stream lie in. At the limit all are forgotten. */
const MAX_OFFSETS = 100_000

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar. */
export function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Year, month from 1 and day from 1. */
export function dateOf(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day]
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

function yearText(year: number): string {
  if (year > 9999) return `+${year}`
  return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0')
}

export function dateText(days: number): string {
  const [year, month, day] = dateOf(days)
  return `${yearText(year)}-${two(month)}-${two(day)}`
}

/** Microseconds on a wall clock as `yyyy-MM-dd HH:mm:ss`, with the digits of the fraction that are there. */
export function wallClockText(micros: Int64): string {
  const days = floorDivide(micros, MICROS_PER_DAY)
  const rest = floorModulo(micros, MICROS_PER_DAY)
  const seconds = Math.floor(rest / 1_000_000)
  const fraction = rest % 1_000_000
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  const digits = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
  return `${dateText(days)} ${time}${digits}`
}

export function floorDivide(a: Int64, b: number): number {
  return typeof a === 'number'
    ? Math.floor(a / b)
    : Number((a - BigInt.asIntN(64, ((a % BigInt(b)) + BigInt(b)) % BigInt(b))) / BigInt(b))
}

export function floorModulo(a: Int64, b: number): number {
  if (typeof a === 'number') return a - Math.floor(a / b) * b
  const divisor = BigInt(b)
  return Number(((a % divisor) + divisor) % divisor)
}

/** Offsets from UTC of one time zone, in milliseconds. */
export class TimeZone {
  static readonly #zones = new Map<string, TimeZone>()
  readonly #fixedMs: number | null
  readonly #format: Intl.DateTimeFormat | null
  /** By hour since 1970. Zones change at whole hours of UTC, but for a few at half and quarter hours, which are asked for by the quarter. */
  readonly #offsets = new Map<number, number>()

  /** @throws RangeError for a zone that is not known. */
  static of(name: string): TimeZone {
    let zone = TimeZone.#zones.get(name)
    if (zone === undefined) {
      zone = new TimeZone(name)
      TimeZone.#zones.set(name, zone)
    }
    return zone
  }

  private constructor(name: string) {
    this.#fixedMs = fixedOffset(name)
    this.#format =
      this.#fixedMs === null
        ? new Intl.DateTimeFormat('en-US', {
            timeZone: name,
            hourCycle: 'h23',
            era: 'short',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
            second: 'numeric',
          })
        : null
  }

  /** The offset at a moment, in milliseconds. */
  offsetAt(epochMs: number): number {
    if (this.#fixedMs !== null) return this.#fixedMs
    const quarter = Math.floor(epochMs / (HOUR_MS / 4))
    let offset = this.#offsets.get(quarter)
    if (offset === undefined) {
      if (this.#offsets.size >= MAX_OFFSETS) this.#offsets.clear()
      offset = this.#compute(quarter * (HOUR_MS / 4))
      this.#offsets.set(quarter, offset)
    }
    return offset
  }

  /** Microseconds on the zone's wall clock, at a moment in microseconds. */
  toWallClock(micros: Int64): Int64 {
    const offsetMicros = this.offsetAt(floorDivide(micros, 1000)) * 1000
    return typeof micros === 'number' ? micros + offsetMicros : int64(micros + BigInt(offsetMicros))
  }

  /** The moment of a wall clock's time; the earlier one where the clock shows it twice, shifted by the gap where it does not. */
  toMoment(wallMicros: Int64): Int64 {
    const wallMs = floorDivide(wallMicros, 1000)
    const before = this.offsetAt(wallMs - DAY_MS)
    const after = this.offsetAt(wallMs + DAY_MS)
    const isBefore = this.offsetAt(wallMs - before) === before
    const isAfter = this.offsetAt(wallMs - after) === after
    const offset = isBefore || !isAfter ? before : after
    const offsetMicros = offset * 1000
    return typeof wallMicros === 'number' ? wallMicros - offsetMicros : int64(wallMicros - BigInt(offsetMicros))
  }

  #compute(epochMs: number): number {
    const parts: Record<string, string> = {}
    for (const { type, value } of this.#format!.formatToParts(epochMs)) parts[type] = value
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year)
    const days = daysOf(year, Number(parts.month), Number(parts.day))
    const local =
      days * DAY_MS + Number(parts.hour) * HOUR_MS + Number(parts.minute) * 60_000 + Number(parts.second) * 1000
    return local - Math.floor(epochMs / 1000) * 1000
  }
}

/** `UTC`, `Z`, `+01:00`, `GMT-8`, `UTC+1`: the offset in milliseconds; null for a zone with a history. */
function fixedOffset(name: string): number | null {
  if (/^(?:UTC|GMT|Z|UT)$/i.test(name)) return 0
  const found = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/.exec(name)
  if (found === null) return null
  const [, sign, hours, minutes = '0', seconds = '0'] = found
  const ms = Number(hours) * HOUR_MS + Number(minutes) * 60_000 + Number(seconds) * 1000
  return sign === '-' ? -ms : ms
}

/** Text as a date: `2024`, `2024-01`, `2024-01-31`, with a time behind that is left out. Null for what is none. */
export function parseDate(text: string): number | null {
  const found = /^([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T].*)?)?)?$/.exec(text.trim())
  if (found === null) return null
  return dateWithin(Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1))
}

function dateWithin(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  return daysOf(year, month, day)
}

const TIMESTAMP =
  /^([+-]?\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,9}))?)?)?\s*(Z|[+-]\d{1,2}(?::?\d{1,2})?(?::?\d{2})?|(?:UTC|GMT|UT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[A-Za-z]+\/[A-Za-z_/+-]+)?$/

/**
 * Text as a moment in microseconds. Text without a zone is in `zone`; with a null zone it is the wall clock's, and a zone in the text is left out.
 * @returns null for what is no timestamp.
 */
export function parseTimestamp(text: string, zone: string | null): Int64 | null {
  const found = TIMESTAMP.exec(text.trim())
  if (found === null) return null
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction = '', ownZone] = found
  const days = dateWithin(Number(year), Number(month), Number(day))
  if (days === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const micros =
    (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1e6 + Number(fraction.slice(0, 6).padEnd(6, '0'))
  const wall = int64(BigInt(days) * BigInt(MICROS_PER_DAY) + BigInt(micros))
  if (zone === null) return wall
  try {
    return TimeZone.of(ownZone ?? zone).toMoment(wall)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
