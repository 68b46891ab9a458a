import { detachString } from '../codec/detach-string.ts'
import { canonicalKey, compositeText } from './canonical-key.ts'

/** A shorter string never shares another's characters. */
const SHORTEST_SHARED_SLICE = 13

/**
 * Keys by value, numbered from 0 in the order of their arrival, and a value for each: what an aggregation by key is made of. The first of
 * equal keys is the one that is kept. Numbers stay valid until `clear`.
 */
export class KeyTable<V = unknown, K = unknown> {
  readonly #primitives = new Map<unknown, number>()
  readonly #composites = new Map<string, number>()
  #keys: K[] = []
  #values: V[] = []

  /** Count of distinct keys. */
  get size(): number {
    return this.#keys.length
  }

  /** The keys in the order of their arrival. Callers must not change the array. */
  get keys(): readonly K[] {
    return this.#keys
  }

  /** The values in the order of the keys. Callers must not change the array. */
  get values(): readonly V[] {
    return this.#values
  }

  /**
   * The number of a key, or -1.
   * @throws {KeyNotHashableError} for what cannot be a key
   */
  indexOf(key: K): number {
    if (typeof key === 'string') return this.#primitives.get(key) ?? -1
    if (typeof key === 'object' && key !== null) return this.#composites.get(compositeText(key)) ?? -1
    return this.#primitives.get(canonicalKey(key)) ?? -1
  }

  /**
   * The number of a key, which is added when it is new: then `size` has grown, and its value is undefined until it is set.
   * @throws {KeyNotHashableError} for what cannot be a key
   */
  insert(key: K): number {
    if (typeof key === 'string') {
      const known = this.#primitives.get(key)
      return known === undefined ? this.#addString(key) : known
    }
    if (typeof key === 'object' && key !== null) {
      const text = compositeText(key)
      const known = this.#composites.get(text)
      if (known !== undefined) return known
      this.#composites.set(text, this.#keys.length)
      return this.#append(key)
    }
    const canonical = canonicalKey(key)
    const known = this.#primitives.get(canonical)
    if (known !== undefined) return known
    this.#primitives.set(canonical, this.#keys.length)
    return this.#append(key)
  }

  keyAt(index: number): K {
    return this.#keys[index]!
  }

  valueAt(index: number): V {
    return this.#values[index]!
  }

  setAt(index: number, value: V): void {
    this.#values[index] = value
  }

  has(key: K): boolean {
    return this.indexOf(key) >= 0
  }

  get(key: K): V | undefined {
    const index = this.indexOf(key)
    return index < 0 ? undefined : this.#values[index]
  }

  set(key: K, value: V): void {
    this.#values[this.insert(key)] = value
  }

  /** Puts a value under a new key, or what `reduce` makes of the value there and this one. */
  merge(key: K, value: V, reduce: (a: V, b: V) => V): void {
    const before = this.#keys.length
    const index = this.insert(key)
    this.#values[index] = index === before ? value : reduce(this.#values[index]!, value)
  }

  /** Pairs of key and value in the order of the keys' arrival. */
  pairs(): [K, V][] {
    const pairs = new Array<[K, V]>(this.#keys.length)
    for (let i = 0; i < pairs.length; i++) pairs[i] = [this.#keys[i]!, this.#values[i]!]
    return pairs
  }

  /** Forgets all keys and values. */
  clear(): void {
    this.#primitives.clear()
    this.#composites.clear()
    this.#keys = []
    this.#values = []
  }

  /** A long string may be a slice of a whole block of text, which must not live as long as the table. */
  #addString(key: K & string): number {
    const kept = key.length < SHORTEST_SHARED_SLICE ? key : (detachString(key) as K & string)
    this.#primitives.set(kept, this.#keys.length)
    return this.#append(kept)
  }

  #append(key: K): number {
    const index = this.#keys.length
    this.#keys.push(key)
    this.#values.push(undefined as V)
    return index
  }
}
