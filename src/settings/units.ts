/** The unit of a time that is written as a bare number. */
export type TimeUnit = 'ms' | 's'

const TIME_UNITS_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

const SIZE_UNITS_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  p: 1024 ** 5,
  pb: 1024 ** 5,
}

/** A time such as `200ms` or `5min` as whole milliseconds, undefined when the text is no time. @param bareUnit the unit of a bare number. */
export function parseTimeMs(text: string, bareUnit: TimeUnit = 'ms'): number | undefined {
  return parseAmount(text, TIME_UNITS_MS, bareUnit)
}

/** A time that a caller gives: a number of milliseconds, or a text with a unit. NaN for a text that is no time. */
export function timeMsOf(time: number | string): number {
  return typeof time === 'number' ? time : (parseTimeMs(time) ?? Number.NaN)
}

/** A size such as `64m` or `1g` as bytes, undefined when the text is no size. A bare number is bytes. */
export function parseSizeBytes(text: string): number | undefined {
  return parseAmount(text, SIZE_UNITS_BYTES, 'b')
}

/** A time as a setting holds it, in the largest unit that divides it: 60000 is `1m`, 1500 is `1500ms`, 0 is `0`. */
export function formatTime(timeMs: number): string {
  return format(timeMs, TIME_UNITS_MS, ['d', 'h', 'm', 's', 'ms'])
}

/** A size as a setting holds it, in the largest unit that divides it: 1048576 is `1m`, 1000 is `1000`. */
export function formatSize(bytes: number): string {
  return format(bytes, SIZE_UNITS_BYTES, ['g', 'm', 'k'])
}

function parseAmount(text: string, units: Readonly<Record<string, number>>, bareUnit: string): number | undefined {
  const match = /^(-?[0-9]+)([a-z]+)?$/.exec(text.trim().toLowerCase())
  const factor = units[match?.[2] ?? bareUnit]
  return match === null || factor === undefined ? undefined : Math.trunc(Number(match[1]) * factor)
}

function format(amount: number, units: Readonly<Record<string, number>>, names: readonly string[]): string {
  const name = amount === 0 ? undefined : names.find((candidate) => amount % units[candidate]! === 0)
  return name === undefined ? String(amount) : `${amount / units[name]!}${name}`
}
