import { grown } from './number-list.ts'

const VACANT = -1
const GONE = -2

/** Slots by the hash of their keys, without the keys: twelve bytes for each, outside of the heap. Slots of one hash come one after another. */
export class SlotIndex {
  #cells = new Int32Array(64).fill(VACANT)
  /** The hash of each slot that is in the index. */
  #hashes = new Int32Array(64)
  #used = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  add(hash: number, slot: number): void {
    if (this.#used * 2 >= this.#cells.length) this.#rebuild()
    if (slot >= this.#hashes.length) this.#hashes = grown(this.#hashes, Math.max(slot + 1, this.#hashes.length * 2))
    const mask = this.#cells.length - 1
    let cell = spread(hash) & mask
    while ((this.#cells[cell] as number) !== VACANT) cell = (cell + 1) & mask
    this.#cells[cell] = slot
    this.#hashes[slot] = hash
    this.#used += 1
    this.#size += 1
  }

  delete(slot: number): void {
    const mask = this.#cells.length - 1
    let cell = spread(this.#hashes[slot] as number) & mask
    while ((this.#cells[cell] as number) !== slot) {
      if (this.#cells[cell] === VACANT) throw new Error(`slot ${slot} is not in the index`)
      cell = (cell + 1) & mask
    }
    this.#cells[cell] = GONE
    this.#size -= 1
  }

  /** The first slot of this hash for which `isIt` says yes, or -1. */
  find(hash: number, isIt: (slot: number) => boolean): number {
    const mask = this.#cells.length - 1
    for (let cell = spread(hash) & mask; ; cell = (cell + 1) & mask) {
      const slot = this.#cells[cell] as number
      if (slot === VACANT) return -1
      if (slot !== GONE && this.#hashes[slot] === hash && isIt(slot)) return slot
    }
  }

  #rebuild(): void {
    const old = this.#cells
    let capacity = 64
    while (capacity < this.#size * 4) capacity *= 2
    this.#cells = new Int32Array(capacity).fill(VACANT)
    this.#used = 0
    this.#size = 0
    for (const slot of old) if (slot >= 0) this.add(this.#hashes[slot] as number, slot)
  }
}

/** The JVM's hash codes of like keys lie close together. */
function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x9e3779b1)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
