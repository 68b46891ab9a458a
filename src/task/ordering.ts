import { types } from 'node:util'
import { anOrdering, aSyncFunction } from '../arguments/argument.ts'
import { checkArguments } from '../arguments/check-arguments.ts'
import { describeValue } from '../arguments/describe-value.ts'
import { IllegalArgumentException, MillstreamError } from '../errors.ts'
import { isPending, promiseGiven } from './settled.ts'

/** Tells which of two values comes first: negative, zero or positive, as for `Array.prototype.sort`. */
export type Ordering<T> = (a: T, b: T) => number

/** Makes orderings (Scala's `Ordering.by` and `Ordering.reverse`). */
export const Ordering = Object.freeze({
  /**
   * The order of what a key function gives for each value: numbers by value, strings by UTF-16 code unit, arrays element by element.
   * @param key must give the same for the same value; called twice for each comparison.
   * @example rdd.top(3, Ordering.by(([, count]) => count))
   */
  by<T>(key: (value: T) => unknown): Ordering<T> {
    checkArguments('Ordering.by', [aSyncFunction('key')], [key])
    return (a, b) => compareValues(key(a), key(b))
  },
  /** An ordering from last to first; of the natural order unless given. */
  reverse<T>(ordering: Ordering<T> = compareValues): Ordering<T> {
    checkArguments('Ordering.reverse', [anOrdering('ordering')], [ordering])
    return reverseOrdering(ordering)
  },
})

/** Two values have no natural order between them. */
export class NotComparableError extends MillstreamError {
  /** The kind of the first value, for instance `a string`. */
  readonly leftKind: string
  /** The kind of the second value. */
  readonly rightKind: string

  constructor(leftKind: string, rightKind: string) {
    super(
      'NOT_COMPARABLE',
      `no natural order between ${leftKind} and ${rightKind}: give an ordering of your own, a function (a, b) => number, ` +
        'or sort by a key that is a string, number, bigint, boolean, Date, bytes or an array of those.',
    )
    this.leftKind = leftKind
    this.rightKind = rightKind
  }
}

/**
 * The natural order of values of one kind: null, then undefined, before everything; numbers and bigints together by value, NaN last, a
 * number before the bigint of the same value; strings by UTF-16 code unit as Java's `compareTo`; false before true; Dates by
 * time, invalid ones last; bytes (`Uint8Array`, `Buffer`) as unsigned, shorter first; arrays element by element, shorter first.
 * `Array.prototype.sort` asks no comparator about undefined elements and puts them last.
 * The order agrees with key equality, so -0 equals 0, where Java's `Double.compare` puts -0 first.
 * @throws {NotComparableError} for values of different kinds, and for kinds without an order, such as plain objects
 */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  return compareOthers(a, b)
}

/** What {@link checkedOrdering} made of each ordering: the same for the same, by which range partitioners are compared. */
const checked = new WeakMap<Ordering<never>, Ordering<never>>()

/**
 * A user's ordering that refuses results which are no numbers: a promise of an async one, the boolean of `a > b`. Every record would come out somewhere,
 * in no order. The natural ordering is returned as it is.
 */
export function checkedOrdering<T>(ordering: Ordering<T>): Ordering<T> {
  if ((ordering as Ordering<unknown>) === compareValues) return ordering
  let known = checked.get(ordering) as Ordering<T> | undefined
  if (known === undefined) {
    known = (a, b) => {
      const order: unknown = ordering(a, b)
      return typeof order === 'number' ? order : orderOf(order)
    }
    checked.set(ordering, known)
    checked.set(known, known)
  }
  return known
}

function orderOf(order: unknown): number {
  if (typeof order === 'bigint') return order < 0n ? -1 : order > 0n ? 1 : 0
  if (isPending(order)) throw promiseGiven('an operation that orders records')
  throw new IllegalArgumentException(
    'WRONG_ORDER',
    `an ordering gave ${describeValue(order)}; it must give a number: negative where the first value comes first, positive where the second does, ` +
      'and 0 for equals. For (a, b) => a > b write (a, b) => a - b.',
  )
}

/** The same order from last to first. */
export function reverseOrdering<T>(ordering: Ordering<T>): Ordering<T> {
  return (a, b) => ordering(b, a)
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  // At least one is NaN.
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

function compareOthers(a: unknown, b: unknown): number {
  const aNothing = nothingRank(a)
  const bNothing = nothingRank(b)
  if (aNothing !== PRESENT || bNothing !== PRESENT) return aNothing - bNothing
  const kind = kindOf(a)
  if (kind !== kindOf(b)) throw new NotComparableError(describeKind(a), describeKind(b))
  switch (kind) {
    case 'number':
      return compareNumeric(a as number | bigint, b as number | bigint)
    case 'boolean':
      return Number(a) - Number(b)
    case 'date':
      return compareNumbers(Date.prototype.getTime.call(a), Date.prototype.getTime.call(b))
    case 'bytes':
      return Buffer.compare(a as Uint8Array, b as Uint8Array)
    case 'array':
      return compareArrays(a as unknown[], b as unknown[])
    default:
      throw new NotComparableError(describeKind(a), describeKind(b))
  }
}

const PRESENT = 2

function nothingRank(value: unknown): number {
  if (value === null) return 0
  return value === undefined ? 1 : PRESENT
}

type ComparableKind = 'string' | 'number' | 'boolean' | 'date' | 'bytes' | 'array' | 'none'

function kindOf(value: unknown): ComparableKind {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
    case 'bigint':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'object':
      if (Array.isArray(value)) return 'array'
      if (types.isDate(value)) return 'date'
      return types.isUint8Array(value) ? 'bytes' : 'none'
    default:
      return 'none'
  }
}

/** Languages compare a number with a bigint by value; equal ones of the two types are different keys, so the number comes first. */
function compareNumeric(a: number | bigint, b: number | bigint): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  if (a < b) return -1
  if (a > b) return 1
  if (typeof a === typeof b) return 0
  return typeof a === 'number' ? afterIfNaN(a) : -afterIfNaN(b as number)
}

/** The order of a number before a bigint that it neither exceeds nor falls below. */
function afterIfNaN(value: number): number {
  return Number.isNaN(value) ? 1 : -1
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i])
    if (order !== 0) return order
  }
  return a.length - b.length
}

function describeKind(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value === 'function' ? 'a function' : `a ${typeof value}`
  if (Array.isArray(value)) return 'an array'
  const proto: unknown = Object.getPrototypeOf(value)
  if (proto === Object.prototype || proto === null) return 'a plain object'
  return `an instance of ${value.constructor?.name || 'an unnamed class'}`
}
