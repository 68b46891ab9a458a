import type { Int64 } from '../../plan/sql-value.ts'
import { arithmeticOverflow, divideByZero } from './errors.ts'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n

/** A whole number in its one form: a number where it is exact. */
export function int64(value: bigint): Int64 {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

const checked = (value: bigint, operation: string): Int64 => {
  if (value < MIN || value > MAX) throw arithmeticOverflow('long', operation)
  return int64(value)
}

export function addLong(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return checked(BigInt(a) + BigInt(b), 'add')
}

export function subtractLong(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return checked(BigInt(a) - BigInt(b), 'subtract')
}

export function multiplyLong(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    // A zero has no sign here.
    if (Number.isSafeInteger(product)) return product + 0
  }
  return checked(BigInt(a) * BigInt(b), 'multiply')
}

/** The remainder has the sign of the dividend, as Java's has. */
export function remainderLong(a: Int64, b: Int64): Int64 {
  if (b === 0) throw divideByZero('REMAINDER_BY_ZERO')
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0
  return int64(BigInt(a) % BigInt(b))
}

export function divideLong(a: Int64, b: Int64): Int64 {
  if (b === 0) throw divideByZero()
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b) + 0
  return checked(BigInt(a) / BigInt(b), 'divide')
}

export function negateLong(a: Int64): Int64 {
  return typeof a === 'number' ? 0 - a : checked(-a, 'negate')
}

/** The result of an operation on whole numbers of fewer bits. */
export function checkedInt(value: number, bits: 8 | 16 | 32): number {
  const limit = 2 ** (bits - 1)
  if (value >= -limit && value < limit) return value
  throw arithmeticOverflow(bits === 32 ? 'integer' : bits === 16 ? 'short' : 'byte', '')
}

/** Less than, equal, greater: of any two whole numbers. */
export function compareInt64(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Doubles in SQL's order: NaN is equal to itself and the greatest, -0 is equal to 0. */
export function compareDouble(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1
}

/** Text by its UTF-8 bytes, which is the order of its code points. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    // Halves of surrogate pairs stand for code points above all others.
    const isHighX = x >= 0xd800 && x <= 0xdfff
    const isHighY = y >= 0xd800 && y <= 0xdfff
    if (isHighX !== isHighY) return isHighX ? 1 : -1
    return x - y
  }
  return a.length - b.length
}

export function divideDouble(a: number, b: number): number {
  if (b === 0) throw divideByZero()
  return a / b
}

export function remainderDouble(a: number, b: number): number {
  if (b === 0) throw divideByZero('REMAINDER_BY_ZERO')
  return a % b
}
