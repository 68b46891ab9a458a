import { IllegalArgumentException } from '../errors.ts'

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

/**
 * Reads a time setting, for instance `200ms` or `5min`, as whole milliseconds.
 * @param defaultUnit the unit of a bare number
 * @throws IllegalArgumentException
 */
export function parseTimeMs(key: string, text: string, defaultUnit: 'ms' | 's' = 'ms'): number {
  const amount = parseAmount(text, TIME_UNITS_MS, defaultUnit)
  if (amount !== null) return Math.trunc(amount)
  throw new IllegalArgumentException(
    'INVALID_SETTING',
    `Failed to parse time string: ${text} (setting ${key})\nTime must be specified as seconds (s), milliseconds (ms), ` +
      'microseconds (us), minutes (m or min), hour (h), or day (d). E.g. 50s, 100ms, or 250us.',
  )
}

/**
 * Reads a size setting, for instance `64m` or `1g`, as bytes; a bare number is bytes.
 * @throws IllegalArgumentException
 */
export function parseSizeBytes(key: string, text: string): number {
  const amount = parseAmount(text, SIZE_UNITS_BYTES, 'b')
  if (amount !== null) return Math.trunc(amount)
  throw new IllegalArgumentException(
    'INVALID_SETTING',
    `Failed to parse byte string: ${text} (setting ${key})\nSize must be specified as bytes (b), kibibytes (k), mebibytes (m), ` +
      'gibibytes (g), tebibytes (t), or pebibytes(p). E.g. 50b, 100k, or 250m.',
  )
}

function parseAmount(text: string, units: Readonly<Record<string, number>>, defaultUnit: string): number | null {
  const match = /^(-?[0-9]+)([a-z]+)?$/.exec(text.trim().toLowerCase())
  const factor = units[match?.[2] ?? defaultUnit]
  return match === null || factor === undefined ? null : Number(match[1]) * factor
}
