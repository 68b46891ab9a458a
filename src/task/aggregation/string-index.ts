import { freshSeed } from '../random.ts'

/** Longer strings are left to a Map, whose native hash overtakes ours where there is more to hash. */
const LONGEST_HASHED = 16
const LEAST_SLOTS = 64

// Each thread draws its own seeds, so that nobody can prepare keys that fall into the same slots. The order of a table does not depend on the seeds.
const SEED = freshSeed() | 0
const MULTIPLIER = freshSeed() | 1

/**
 * Where strings stand in an array: what a Map of strings to numbers does, at half the cost for short strings that were just cut out of a
 * text, which a Map must hash through a call out of compiled code. Open addressing with linear probing, at most half full; a slot is a
 * pair of the string's hash and its place plus one, 0 when free. Strings are never removed one by one.
 */
export class StringIndex {
  readonly #strings: readonly unknown[]
  readonly #long = new Map<string, number>()
  #slots = new Int32Array(2 * LEAST_SLOTS)
  #mask = LEAST_SLOTS - 1
  #count = 0

  /** @param strings the array; a string must be in its place before the next call of `get`. */
  constructor(strings: readonly unknown[]) {
    this.#strings = strings
  }

  /** @returns the string's place, or -1. */
  get(string: string): number {
    if (string.length > LONGEST_HASHED) return this.#long.get(string) ?? -1
    const hash = hashOf(string)
    const slots = this.#slots
    const mask = this.#mask
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = (slots[2 * slot + 1] as number) - 1
      if (place === -1) return -1
      if (slots[2 * slot] === hash && this.#strings[place] === string) return place
    }
  }

  /** Notes the place of a string that `get` did not find. */
  add(string: string, place: number): void {
    if (string.length > LONGEST_HASHED) {
      this.#long.set(string, place)
      return
    }
    this.#count += 1
    if (2 * this.#count > this.#mask) this.#grow()
    this.#put(hashOf(string), place + 1)
  }

  /** Forgets all strings, and gives back the memory that they took beyond a small index's. */
  clear(): void {
    this.#long.clear()
    if (this.#count === 0) return
    this.#count = 0
    if (this.#mask >= KEPT_SLOTS) this.#allocate(LEAST_SLOTS)
    else this.#slots.fill(0)
  }

  #put(hash: number, placeAndOne: number): void {
    const slots = this.#slots
    let slot = hash & this.#mask
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask
    slots[2 * slot] = hash
    slots[2 * slot + 1] = placeAndOne
  }

  #grow(): void {
    const before = this.#slots
    this.#allocate(before.length)
    for (let i = 0; i < before.length; i += 2) {
      const placeAndOne = before[i + 1] as number
      if (placeAndOne !== 0) this.#put(before[i] as number, placeAndOne)
    }
  }

  #allocate(slots: number): void {
    this.#slots = new Int32Array(2 * slots)
    this.#mask = slots - 1
  }
}

/** An index of this many slots is not kept for the next task: to empty it would cost a small task more than to grow one. */
const KEPT_SLOTS = 4096

function hashOf(string: string): number {
  let hash = SEED
  for (let i = 0; i < string.length; i++) hash = Math.imul(hash ^ string.charCodeAt(i), MULTIPLIER)
  // The product's low bits, which choose the slot, know nothing of its high ones.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return hash ^ (hash >>> 15)
}
