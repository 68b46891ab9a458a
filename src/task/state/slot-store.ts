import { detachString } from '../codec/detach-string.ts'
import type { CanonicalKey } from '../key/index.ts'
import { ColdEntries } from './cold-entries.ts'
import { grown } from './number-list.ts'
import { noChanges, type SlotChanges } from './slot-changes.ts'
import { canonicalOf } from './slot-key.ts'
import type { StateRuntime } from './state-memory.ts'

const FIRST_SLOTS = 64

/** Marks a slot without a key. */
const VACANT = Symbol('vacant')
/** Marks a slot whose key and value stand in the file. */
const COLD = Symbol('cold')

/**
 * The entries of a state. A key has a slot; its value and the time of its update stand in arrays at the slot's number, or, with the key, in a
 * file.
 */
export class SlotStore {
  readonly #runtime: StateRuntime
  /** Slots of keys in the heap. */
  readonly #places = new Map<CanonicalKey, number>()
  readonly #keys: unknown[] = []
  readonly #values: unknown[] = []
  #times = new Float64Array(FIRST_SLOTS)
  /** Null until something goes to the file. */
  #cold: ColdEntries | null = null
  readonly #free: number[] = []
  #size = 0
  #sweptTo = 0

  constructor(runtime: StateRuntime) {
    this.#runtime = runtime
  }

  /** Keys. */
  get size(): number {
    return this.#size
  }
  /** The highest slot in use, plus one. */
  get length(): number {
    return this.#keys.length
  }
  /** Entries that stand in the heap. */
  get hotSize(): number {
    return this.#places.size
  }
  /** Entries that stand in the file only. */
  get coldSize(): number {
    return this.#cold?.size ?? 0
  }
  /** The file's bytes; null without one. */
  get fileBytes(): number | null {
    return this.#cold?.fileBytes ?? null
  }
  /** Whether {@link rewriteFile} is due. */
  get isFileWasteful(): boolean {
    return this.#cold?.isWasteful ?? false
  }

  /** The slot of a key in the heap. */
  findHot(canonical: CanonicalKey): number | undefined {
    return this.#places.get(canonical)
  }

  /** The slot of a key in the file, or -1. The entry is in the heap afterwards. */
  findCold(key: unknown, canonical: CanonicalKey): number {
    const found = (this.#cold as ColdEntries).take(key, canonical)
    if (found === null) return -1
    const { slot, entry } = found
    this.#places.set(canonical, slot)
    this.#keys[slot] = entry[0]
    this.#values[slot] = entry[1]
    return slot
  }

  isVacant(slot: number): boolean {
    return this.#keys[slot] === VACANT
  }
  timeAt(slot: number): number {
    return this.#times[slot] as number
  }
  /** The value of a slot whose entry is in the heap. */
  valueAt(slot: number): unknown {
    return this.#values[slot]
  }
  keyAt(slot: number): unknown {
    return this.#keys[slot]
  }

  /** The key and value of a slot in use, read from the file if they are there, and left there. */
  read(slot: number): readonly [key: unknown, value: unknown] {
    const key = this.#keys[slot]
    return key === COLD ? (this.#cold as ColdEntries).read(slot) : [key, this.#values[slot]]
  }

  /** Slots in use. */
  usedSlots(): number[] {
    const slots: number[] = []
    for (let slot = 0; slot < this.#keys.length; slot++) if (this.#keys[slot] !== VACANT) slots.push(slot)
    return slots
  }

  /** A slot without a key. */
  vacantSlot(): number {
    for (let slot = this.#free.pop(); slot !== undefined; slot = this.#free.pop()) {
      // A slot in the list of free slots may be in use again, because an earlier version was restored.
      if (this.#keys[slot] === VACANT) return slot
    }
    const slot = this.#keys.length
    this.#keys.push(VACANT)
    this.#values.push(undefined)
    if (slot === this.#times.length) {
      this.#times = grown(this.#times, slot * 2)
      this.#cold?.grow(slot * 2)
    }
    this.#times[slot] = Number.NaN
    return slot
  }

  /** Sets what a slot holds, in the heap. */
  set(slot: number, key: unknown, value: unknown, timeMs: number): void {
    const before = this.#keys[slot]
    if (before === COLD) this.#cold?.delete(slot)
    if (before === VACANT) this.#size += 1
    if (before === COLD || before === VACANT) {
      this.#keys[slot] = key
      this.#places.set(canonicalOf(key), slot)
    }
    this.#cold?.forget(slot)
    this.#values[slot] = typeof value === 'string' ? detachString(value) : value
    this.#times[slot] = timeMs
  }

  /** Takes a slot's key away; its slot may be given to another one. */
  remove(slot: number): void {
    this.#vacate(slot)
    this.#free.push(slot)
  }

  /** Adds what a slot holds to a log. */
  writeDown(log: SlotChanges, slot: number): void {
    const location = this.#cold?.locationOf(slot) ?? -1
    log.slots.push(slot)
    log.times.push(this.#times[slot] as number)
    log.locations.push(location)
    if (location >= 0) return
    log.keys.push(this.#keys[slot])
    log.values.push(this.#values[slot])
  }

  /** Makes slots hold what they held. @returns the way back. */
  apply(changes: SlotChanges): SlotChanges {
    const back = noChanges()
    let inHeap = 0
    // All leave before any comes back: a key may have gone from one slot to another.
    for (let i = 0; i < changes.slots.length; i++) {
      this.writeDown(back, changes.slots.at(i))
      this.#vacate(changes.slots.at(i))
    }
    for (let i = 0; i < changes.slots.length; i++) {
      const slot = changes.slots.at(i)
      const location = changes.locations.at(i)
      const timeMs = changes.times.at(i)
      if (location >= 0) {
        this.#setCold(slot, location, timeMs)
        continue
      }
      const key = changes.keys[inHeap]
      if (key === VACANT) this.#free.push(slot)
      else this.set(slot, key, changes.values[inHeap], timeMs)
      inHeap += 1
    }
    return back
  }

  /** Moves entries from the heap to the file until `target` are left in the heap. @param isKept for slots that stay as long as others can go. */
  evict(target: number, isKept: (slot: number) => boolean): void {
    const cold = this.#coldEntries()
    for (const isKeptToo of [false, true]) {
      for (let seen = 0; seen < this.#keys.length && this.hotSize > target; seen++) {
        this.#sweptTo = (this.#sweptTo + 1) % this.#keys.length
        const key = this.#keys[this.#sweptTo]
        if (key === VACANT || key === COLD) continue
        if (isKeptToo || !isKept(this.#sweptTo)) this.#evictSlot(cold, this.#sweptTo, key)
      }
    }
  }

  /** A log with its entries in the file. */
  evictLog(log: SlotChanges): SlotChanges {
    const cold = this.#coldEntries()
    const evicted = noChanges()
    let inHeap = 0
    for (let i = 0; i < log.slots.length; i++) {
      let location = log.locations.at(i)
      if (location < 0) {
        const key = log.keys[inHeap]
        if (key === VACANT) {
          evicted.keys.push(VACANT)
          evicted.values.push(undefined)
        } else location = cold.append(key, log.values[inHeap])
        inHeap += 1
      }
      evicted.slots.push(log.slots.at(i))
      evicted.times.push(log.times.at(i))
      evicted.locations.push(location)
    }
    return evicted
  }

  /** Copies the live entries of the file to a new file. Places in logs become invalid. */
  rewriteFile(): void {
    this.#cold?.rewrite(this.#keys.length, (slot) => this.#keys[slot] === COLD)
  }

  #coldEntries(): ColdEntries {
    this.#cold ??= new ColdEntries(this.#runtime, this.#times.length)
    return this.#cold
  }

  #evictSlot(cold: ColdEntries, slot: number, key: unknown): void {
    cold.add(slot, key, this.#values[slot])
    this.#places.delete(canonicalOf(key))
    this.#keys[slot] = COLD
    this.#values[slot] = undefined
  }

  /** Makes a vacant slot hold an entry of the file. */
  #setCold(slot: number, location: number, timeMs: number): void {
    this.#coldEntries().addAt(slot, location)
    this.#keys[slot] = COLD
    this.#times[slot] = timeMs
    this.#size += 1
  }

  #vacate(slot: number): void {
    const before = this.#keys[slot]
    if (before === VACANT) return
    if (before === COLD) this.#cold?.delete(slot)
    else this.#places.delete(canonicalOf(before))
    this.#cold?.forget(slot)
    this.#keys[slot] = VACANT
    this.#values[slot] = undefined
    this.#times[slot] = Number.NaN
    this.#size -= 1
  }
}
