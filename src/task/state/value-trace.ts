/** A value of more parts is not worth looking at: it counts as changed. */
const MAX_PARTS = 4096

const ARRAY = Symbol('array')
const OBJECT = Symbol('object')
const DATE = Symbol('date')
const MAP = Symbol('map')
const SET = Symbol('set')

/**
 * The inner structure of a value, by which a later comparison can tell whether the value was changed in place. Knows plain objects and arrays, dates,
 * maps and sets; what an instance of another class keeps to itself nobody can see.
 */
export class ValueTrace {
  readonly #parts: unknown[] = []
  #length = 0
  #at = 0
  #isMatching = false

  /** Notes what a value looks like, instead of the one before. @returns whether that can be known. */
  take(value: unknown): boolean {
    this.#length = 0
    this.#isMatching = false
    return this.#walk(value)
  }

  /** Whether a value looks as the one that was taken did. */
  matches(value: unknown): boolean {
    this.#at = 0
    this.#isMatching = true
    return this.#walk(value) && this.#at === this.#length
  }

  /** Notes a part, or compares it with the one that was noted at its place. */
  #part(part: unknown): boolean {
    if (this.#isMatching) return this.#at < this.#length && Object.is(this.#parts[this.#at++], part)
    if (this.#length === MAX_PARTS) return false
    this.#parts[this.#length++] = part
    return true
  }

  #walk(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return typeof value !== 'function' && this.#part(value)
    if (Array.isArray(value)) return this.#walkAll(ARRAY, value.length, value)
    switch (Object.getPrototypeOf(value)) {
      case Object.prototype:
      case null:
        return this.#walkObject(value as Record<string, unknown>)
      case Date.prototype:
        return this.#part(DATE) && this.#part((value as Date).getTime())
      case Map.prototype: {
        const map = value as Map<unknown, unknown>
        return this.#walkAll(MAP, map.size, map.keys()) && this.#walkAll(MAP, map.size, map.values())
      }
      case Set.prototype:
        return this.#walkAll(SET, (value as Set<unknown>).size, value as Set<unknown>)
      default:
        return false
    }
  }

  #walkAll(kind: symbol, size: number, parts: Iterable<unknown>): boolean {
    if (!this.#part(kind) || !this.#part(size)) return false
    for (const part of parts) if (!this.#walk(part)) return false
    return true
  }

  #walkObject(value: Record<string, unknown>): boolean {
    if (!this.#part(OBJECT)) return false
    for (const key of Object.keys(value)) if (!this.#part(key) || !this.#walk(value[key])) return false
    // A key can be no symbol: behind the last one, this is none.
    return this.#part(OBJECT)
  }
}
