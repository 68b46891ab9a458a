import type { Int64 } from '../../plan/sql-value.ts'
import { roundedTo } from './decimal.ts'
import { doubleText } from './double-text.ts'
import { int64 } from './int64.ts'

/** A double rounded at a decimal place: half away from zero (`HALF_UP`), or half to the even digit. Its decimal digits are those that Java prints. */
export function roundDouble(value: number, places: number, isHalfEven: boolean): number {
  if (!Number.isFinite(value)) return value
  const [mantissa = '', exponent = '0'] = doubleText(value).split('E')
  const [whole = '', behind = ''] = mantissa.split('.')
  const scale = behind.length - Number(exponent)
  if (scale <= places) return value
  const unscaled = BigInt(`${whole}${behind}`)
  const rounded = roundedTo(unscaled, scale - places, isHalfEven)
  return Number(`${rounded}e${-places}`)
}

/** A whole number rounded at a place before the point: `places` is negative. */
export function roundWhole(value: Int64, places: number, isHalfEven: boolean): Int64 {
  if (places >= 0) return value
  const rounded = roundedTo(BigInt(value), -places, isHalfEven)
  return int64(rounded * 10n ** BigInt(-places))
}

export function roundDecimal(
  unscaled: Int64,
  scale: number,
  places: number,
  resultScale: number,
  isHalfEven: boolean,
): Int64 {
  if (places >= scale) return unscaled
  const rounded = roundedTo(BigInt(unscaled), scale - places, isHalfEven)
  return int64(rounded * 10n ** BigInt(resultScale - places))
}

export function ceilToLong(value: number): Int64 {
  return Math.ceil(value) + 0
}

export function floorToLong(value: number): Int64 {
  return Math.floor(value) + 0
}

export function floorDecimal(unscaled: Int64, scale: number, isUp: boolean): Int64 {
  const divisor = 10n ** BigInt(scale)
  const value = BigInt(unscaled)
  const quotient = value / divisor
  const isExact = quotient * divisor === value
  if (isExact || value < 0n === isUp) return int64(quotient)
  return int64(isUp ? quotient + 1n : quotient - 1n)
}

export function factorial(n: number): Int64 | null {
  if (n < 0 || n > 20) return null
  let product = 1n
  for (let i = 2n; i <= BigInt(n); i++) product *= i
  return int64(product)
}

/** The two's complement of a long in hexadecimal digits. */
export function hexOfLong(value: Int64): string {
  return BigInt.asUintN(64, BigInt(value)).toString(16).toUpperCase()
}

export function hexOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

export function shiftLong(value: Int64, bits: number, direction: 'left' | 'right' | 'unsigned'): Int64 {
  const by = BigInt(bits & 63)
  const own = BigInt(value)
  if (direction === 'left') return int64(BigInt.asIntN(64, own << by))
  if (direction === 'right') return int64(own >> by)
  return int64(BigInt.asIntN(64, BigInt.asUintN(64, own) >> by))
}

/** The remainder that is never negative where the divisor is positive. */
export function positiveModulo(a: number, b: number): number {
  const rest = a % b
  return rest < 0 ? (rest + b) % b : rest
}

/** The argument that comes first, or last, in SQL's order; nulls are passed over. */
export function extreme(values: readonly unknown[], compare: (a: never, b: never) => number, sign: 1 | -1): unknown {
  let best: unknown = null
  for (const value of values) {
    if (value === null) continue
    if (best === null || compare(value as never, best as never) * sign > 0) best = value
  }
  return best
}

/** What a computation gives; null where it throws an error of SQL. */
export function orNullOf<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (error) {
    if (error instanceof Error && error.name === 'SqlRuntimeException') return null
    throw error
  }
}
