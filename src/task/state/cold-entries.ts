import { type CanonicalKey, hashKey } from '../key/index.ts'
import { ColdFile } from './cold-file.ts'
import { grown } from './number-list.ts'
import { SlotIndex } from './slot-index.ts'
import { canonicalOf, isSameCanonical } from './slot-key.ts'
import type { StateRuntime } from './state-memory.ts'

/** A file is rewritten when more than this share of it is garbage. */
const WASTE = 0.5
const SMALLEST_REWRITE_BYTES = 1024 * 1024

/**
 * The entries of a state's slots that stand in a file. A slot has eight bytes for the place in the file and twelve for its key's hash,
 * outside of the heap. An entry that came back to the heap keeps its place until it is changed, so that it can leave again without being written.
 */
export class ColdEntries {
  readonly #runtime: StateRuntime
  /** Where the file has the slot's entry as it is now, or -1. */
  #locations: Float64Array
  /** Slots whose entries are in the file and not in the heap. */
  readonly #index = new SlotIndex()
  #file: ColdFile
  /** Entries of the file that are those of today. */
  #used = 0

  /** @param capacity slots there is room for; see {@link grow}. */
  constructor(runtime: StateRuntime, capacity: number) {
    this.#runtime = runtime
    this.#locations = new Float64Array(capacity).fill(-1)
    this.#file = this.#newFile()
  }

  /** Slots whose entries are in the file only. */
  get size(): number {
    return this.#index.size
  }
  get fileBytes(): number {
    return this.#file.length
  }
  /** Whether most of the file is of no use. */
  get isWasteful(): boolean {
    const { length, count } = this.#file
    return length >= SMALLEST_REWRITE_BYTES && this.#used <= count * (1 - WASTE)
  }

  grow(capacity: number): void {
    const before = this.#locations.length
    this.#locations = grown(this.#locations, capacity).fill(-1, before)
  }

  locationOf(slot: number): number {
    return this.#locations[slot] as number
  }

  /** The entry of a slot, which stays where it is. */
  read(slot: number): [key: unknown, value: unknown] {
    return this.#file.read(this.locationOf(slot), true)
  }

  /** Takes a key's slot out of those that are in the file only. @returns the slot and its entry; null when no slot has the key. */
  take(key: unknown, canonical: CanonicalKey): { readonly slot: number; readonly entry: readonly unknown[] } | null {
    let entry: readonly unknown[] = []
    const slot = this.#index.find(hashKey(key), (candidate) => {
      entry = this.#file.read(this.locationOf(candidate))
      return isSameCanonical(canonicalOf(entry[0]), canonical)
    })
    if (slot < 0) return null
    this.#index.delete(slot)
    return { slot, entry }
  }

  /** A slot's entry is in the file only from now on. */
  add(slot: number, key: unknown, value: unknown): void {
    if (this.locationOf(slot) < 0) {
      this.#locations[slot] = this.#file.append(key, value)
      this.#used += 1
    }
    this.#index.add(hashKey(key), slot)
  }

  /** A slot's entry is one that the file has already. */
  addAt(slot: number, location: number): void {
    this.#index.add(hashKey(this.#file.read(location)[0]), slot)
    this.#locations[slot] = location
    this.#used += 1
  }

  /** A slot's entry is not only in the file any more. */
  delete(slot: number): void {
    this.#index.delete(slot)
  }

  /** A slot's entry is not what the file has. */
  forget(slot: number): void {
    if (this.locationOf(slot) < 0) return
    this.#used -= 1
    this.#locations[slot] = -1
  }

  /** Writes an entry that belongs to no slot. @returns where it stands. */
  append(key: unknown, value: unknown): number {
    return this.#file.append(key, value)
  }

  /** Copies the live entries to a new file. Places in the old file become invalid. @param isCold whether a slot's entry is only in the file. */
  rewrite(slots: number, isCold: (slot: number) => boolean): void {
    const old = this.#file
    const file = this.#newFile()
    for (let slot = 0; slot < slots; slot++) {
      const location = this.locationOf(slot)
      if (location >= 0) this.#locations[slot] = isCold(slot) ? file.appendFrom(old, location) : -1
    }
    old.remove()
    this.#file = file
    this.#used = file.count
  }

  #newFile(): ColdFile {
    const file = new ColdFile(this.#runtime.localDir(), this.#runtime.codec)
    abandonedFiles.unregister(this)
    abandonedFiles.register(this, file, this)
    return file
  }
}

/** Files whose table nobody has any more. */
const abandonedFiles = new FinalizationRegistry<ColdFile>((file) => file.remove())
