/** A map that forgets its oldest entries above a limit. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()
  readonly #limit: number
  readonly #onForget: (value: Value) => void

  /** @param onForget told of each entry that leaves because of the limit. */
  constructor(limit: number, onForget: (value: Value) => void = () => {}) {
    this.#limit = limit
    this.#onForget = onForget
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  /** Puts an entry behind the others. */
  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    for (const [oldest, forgotten] of this.#entries) {
      if (this.#entries.size <= this.#limit) return
      this.#entries.delete(oldest)
      this.#onForget(forgotten)
    }
  }

  delete(key: Key): void {
    this.#entries.delete(key)
  }

  /** The values, oldest first. */
  values(): Value[] {
    return [...this.#entries.values()]
  }
}
