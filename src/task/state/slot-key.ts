import { type CanonicalKey, canonicalKey } from '../key/index.ts'

/** The value that represents a key in a Map. Most keys are strings, which represent themselves. */
export function canonicalOf(key: unknown): CanonicalKey {
  return typeof key === 'string' && key.charCodeAt(0) !== 0 ? key : canonicalKey(key)
}

/** As a Map compares its keys: NaN is NaN. */
export function isSameCanonical(a: CanonicalKey, b: CanonicalKey): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
