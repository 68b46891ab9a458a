/** How much may be kept: values, and their weights together. */
export interface KeepLimits {
  readonly count: number
  readonly weight: number
}

/** Values that may be needed again. When they are too many or too heavy, those not used for the longest time leave; the last one never does. */
export class RecentlyUsed<Key, Value> {
  readonly #limits: KeepLimits
  readonly #entries = new Map<Key, { readonly value: Value; readonly weight: number }>()
  #weight = 0

  constructor(limits: KeepLimits) {
    this.#limits = limits
  }

  has(key: Key): boolean {
    return this.#entries.has(key)
  }

  /** The value, which counts as used now. */
  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: Key, value: Value, weight: number): void {
    this.#delete(key)
    this.#entries.set(key, { value, weight })
    this.#weight += weight
    for (const oldest of this.#entries.keys()) {
      if (oldest === key) return
      if (this.#entries.size <= this.#limits.count && this.#weight <= this.#limits.weight) return
      this.#delete(oldest)
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#weight = 0
  }

  #delete(key: Key): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0
    this.#entries.delete(key)
  }
}
