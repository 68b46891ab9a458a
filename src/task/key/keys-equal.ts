import { canonicalKey } from './canonical-key.ts'
import { KeyNotHashableError } from './errors.ts'
import { bytesOf, classNameOf, MAX_KEY_DEPTH, objectKindOf, TOO_DEEP, viewNameOf } from './key-kind.ts'

/**
 * Equality of keys by value: primitives of the same type and value (NaN equals NaN, -0 equals 0, 5n differs from 5, null from undefined),
 * arrays element by element (a hole is undefined), Dates by time, views by element type and bytes (a Buffer is a Uint8Array), plain
 * objects by own enumerable fields in any order, Map and Set by content in any order, RegExp and URL by text, errors by class,
 * message and fields, instances of a class by the class's name and their fields,
 * of which private ones cannot count.
 * @throws {KeyNotHashableError} when two objects are compared that cannot be keys
 */
export function keysEqual(a: unknown, b: unknown): boolean {
  return areEqual(a, b, 0)
}

function areEqual(a: unknown, b: unknown, depth: number): boolean {
  if (a === b) return true
  if (typeof a !== typeof b) return false
  if (typeof a === 'number') return Number.isNaN(a) && Number.isNaN(b)
  if (typeof a !== 'object' || a === null || b === null) return false
  return areObjectsEqual(a, b as object, depth)
}

function areObjectsEqual(a: object, b: object, depth: number): boolean {
  if (depth > MAX_KEY_DEPTH) throw new KeyNotHashableError(TOO_DEEP)
  const kind = objectKindOf(a)
  if (kind !== objectKindOf(b)) return false
  switch (kind) {
    case 'array':
      return areArraysEqual(a as unknown[], b as unknown[], depth)
    case 'object':
      return areFieldsEqual(a, b, depth)
    case 'instance':
      return classNameOf(a) === classNameOf(b) && areFieldsEqual(a, b, depth)
    case 'date':
      return Object.is(Date.prototype.getTime.call(a), Date.prototype.getTime.call(b))
    case 'bytes':
      return (
        viewNameOf(a as ArrayBufferView) === viewNameOf(b as ArrayBufferView) &&
        areBytesEqual(bytesOf(a as ArrayBufferView), bytesOf(b as ArrayBufferView))
      )
    case 'buffer':
      return areBytesEqual(bytesOf(a as ArrayBuffer), bytesOf(b as ArrayBuffer))
    default:
      return canonicalKey(a) === canonicalKey(b)
  }
}

function areArraysEqual(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!areEqual(a[i], b[i], depth + 1)) return false
  return true
}

function areFieldsEqual(a: object, b: object, depth: number): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) {
    if (!Object.prototype.propertyIsEnumerable.call(b, key)) return false
    if (!areEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], depth + 1)) return false
  }
  return true
}

function areBytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
