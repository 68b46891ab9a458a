import { type CanonicalKey, canonicalKey } from '../key/index.ts'

/** What stands for a key in a Map; most keys are strings, which stand for themselves. */
export function canonicalOf(key: unknown): CanonicalKey {
  return typeof key === 'string' && key.charCodeAt(0) !== 0 ? key : canonicalKey(key)
}

/** As a Map compares its keys: NaN is NaN. */
export function isSameCanonical(a: CanonicalKey, b: CanonicalKey): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
