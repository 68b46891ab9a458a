import type { Int64 } from '../../plan/sql-value.ts'
import { divideByZero, numericOutOfRange } from './errors.ts'
import { int64 } from './int64.ts'

/** Powers of ten, as numbers up to 10^15 and as bigints up to 10^76. */
const POWERS = Array.from({ length: 77 }, (_, exponent) => 10n ** BigInt(exponent))

/** The unscaled value at another scale, rounded half up (away from zero), as Java's `HALF_UP` rounds. */
export function rescale(unscaled: Int64, from: number, to: number): bigint {
  const value = BigInt(unscaled)
  if (to >= from) return value * POWERS[to - from]!
  return roundedQuotient(value, POWERS[from - to]!)
}

function roundedQuotient(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  const rest = value % divisor
  const twice = (rest < 0n ? -rest : rest) * 2n
  const isUp = twice >= (divisor < 0n ? -divisor : divisor)
  if (!isUp) return quotient
  return value < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** @throws SqlRuntimeException when the value has more digits than the type. */
function bounded(unscaled: bigint, precision: number, scale: number): Int64 {
  const limit = POWERS[precision]!
  if (unscaled > -limit && unscaled < limit) return int64(unscaled)
  throw numericOutOfRange(decimalText(unscaled, scale), precision, scale)
}

/** The decimal as one of another type. @throws SqlRuntimeException when it does not fit. */
export function toDecimal(unscaled: Int64, from: number, precision: number, scale: number): Int64 {
  if (from === scale && typeof unscaled === 'number' && precision >= 16) return unscaled
  return bounded(rescale(unscaled, from, scale), precision, scale)
}

export function addDecimal(
  a: Int64,
  aScale: number,
  b: Int64,
  bScale: number,
  precision: number,
  scale: number,
): Int64 {
  if (aScale === bScale && scale === aScale && typeof a === 'number' && typeof b === 'number' && precision >= 16) {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  const inner = Math.max(aScale, bScale)
  return bounded(rescale(rescale(a, aScale, inner) + rescale(b, bScale, inner), inner, scale), precision, scale)
}

export function multiplyDecimal(
  a: Int64,
  aScale: number,
  b: Int64,
  bScale: number,
  precision: number,
  scale: number,
): Int64 {
  if (aScale + bScale === scale && typeof a === 'number' && typeof b === 'number' && precision >= 16) {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  return bounded(rescale(BigInt(a) * BigInt(b), aScale + bScale, scale), precision, scale)
}

export function divideDecimal(
  a: Int64,
  aScale: number,
  b: Int64,
  bScale: number,
  precision: number,
  scale: number,
): Int64 {
  if (b === 0) throw divideByZero()
  const shift = scale - aScale + bScale
  const dividend = shift >= 0 ? BigInt(a) * POWERS[shift]! : BigInt(a)
  const divisor = shift >= 0 ? BigInt(b) : BigInt(b) * POWERS[-shift]!
  return bounded(roundedQuotient(dividend, divisor), precision, scale)
}

export function remainderDecimal(
  a: Int64,
  aScale: number,
  b: Int64,
  bScale: number,
  precision: number,
  scale: number,
): Int64 {
  if (b === 0) throw divideByZero('REMAINDER_BY_ZERO')
  const inner = Math.max(aScale, bScale)
  return bounded(rescale(rescale(a, aScale, inner) % rescale(b, bScale, inner), inner, scale), precision, scale)
}

export function compareDecimal(a: Int64, aScale: number, b: Int64, bScale: number): number {
  const inner = Math.max(aScale, bScale)
  const x = aScale === bScale ? a : rescale(a, aScale, inner)
  const y = aScale === bScale ? b : rescale(b, bScale, inner)
  return x < y ? -1 : x > y ? 1 : 0
}

/** The decimal as Spark prints it, with all digits behind the point. */
export function decimalText(unscaled: Int64, scale: number): string {
  const isNegative = unscaled < 0
  const digits = String(unscaled)
    .replace('-', '')
    .padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return `${isNegative ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`}`
}

/** The nearest double. */
export function decimalToDouble(unscaled: Int64, scale: number): number {
  return Number(scale === 0 ? unscaled : decimalText(unscaled, scale))
}

/** Text of digits with a point and perhaps an exponent as a decimal: unscaled value and scale. Null for what is no number. */
export function parseDecimal(text: string): { readonly unscaled: bigint; readonly scale: number } | null {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (found === null) return null
  const [, sign, whole = '', behind = '', exponent = '0'] = found
  if (whole === '' && behind === '') return null
  const scale = behind.length - Number(exponent)
  if (Math.abs(scale) > 400) return { unscaled: 0n, scale: 0 }
  const digits = BigInt(`${whole}${behind}`)
  const unscaled = sign === '-' ? -digits : digits
  return scale < 0 ? { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 } : { unscaled, scale }
}

/** The value with so many digits fewer, rounded half away from zero or half to the even digit. */
export function roundedTo(value: bigint, digits: number, isHalfEven: boolean): bigint {
  const divisor = POWERS[digits] ?? 10n ** BigInt(digits)
  if (!isHalfEven) return roundedQuotient(value, divisor)
  const quotient = value / divisor
  const rest = value % divisor
  const twice = (rest < 0n ? -rest : rest) * 2n
  const isUp = twice > divisor || (twice === divisor && quotient % 2n !== 0n)
  if (!isUp) return quotient
  return value < 0n ? quotient - 1n : quotient + 1n
}
