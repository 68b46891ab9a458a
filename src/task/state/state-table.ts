import { detachString } from '../codec/detach-string.ts'
import { type CanonicalKey, canonicalKey, hashKey } from '../key/index.ts'
import { ColdFile } from './cold-file.ts'
import { grown, NumberList } from './number-list.ts'
import { SlotIndex } from './slot-index.ts'
import type { StateRuntime } from './state-memory.ts'
import { type SlotChanges, type StateDelta, StateVersion } from './state-version.ts'

/** Versions besides the current one that can be had back without computing them again: that of the batch before, for a task that is tried again, and two for batches that overlap. */
const RETAINED_VERSIONS = 3
/** Batches whose changes are remembered for checkpoints, at most. */
const REMEMBERED_DELTAS = 1024
/** A file is written anew when more than this part of it is of no use any more. */
const WASTE = 0.5
const SMALLEST_REWRITE_BYTES = 1024 * 1024
/** States may be long: few enough that those in between do not fill a small heap, enough that a look costs nothing. */
const CHANGES_BETWEEN_LOOKS = 512
/** A table of so few entries in the heap gains nothing by moving them. */
const FEWEST_EVICTED = 16

/** Marks a slot without a key. */
const VACANT = Symbol('vacant')
/** Marks a slot whose key and value stand in the file. */
const COLD = Symbol('cold')

/** A key, its state, and the time in milliseconds at which it was updated. */
export type StateEntry = readonly [key: unknown, value: unknown, timeMs: number]

/**
 * One partition of a state, updated in place. A key has a slot; its value and the time of its update stand in arrays at the slot's number.
 * What a batch changes is logged, so that the batch costs what it touches and can still be taken back: a task that failed half way leaves
 * no trace, and the versions of the last batches stay readable. When the heap is short, entries move to a file and leave eight bytes for
 * their location and twelve for the hash of their key, outside of the heap.
 *
 * Used by one task at a time. A change is made between {@link begin} and {@link commit} or {@link rollback}.
 */
export class StateTable {
  readonly #runtime: StateRuntime
  /** Slots of keys in the heap. */
  readonly #places = new Map<CanonicalKey, number>()
  readonly #keys: unknown[] = []
  readonly #values: unknown[] = []
  #times = new Float64Array(64)
  /** The number of the batch that logged the slot last. */
  #loggedBy = new Int32Array(64)
  /** Where the file has the slot's entry as it is now, or -1. */
  #locations: Float64Array | null = null
  readonly #coldSlots = new SlotIndex()
  #file: ColdFile | null = null
  /** Entries of the file that are those of today. */
  #usedEntries = 0
  readonly #free: number[] = []
  #size = 0
  #batch = 0
  #log: SlotChanges | null = null
  #removedKeys: unknown[] = []
  #timeMs = 0
  #current: StateVersion
  /** Versions besides the current one that can be had back, oldest first. */
  readonly #others = new Set<StateVersion>()
  #countdown = 0
  #sweptTo = 0
  /** Slots in the order of their update times, for timeouts; null until they are needed, and after a version was taken back. */
  #order: NumberList | null = null
  #orderTimes: NumberList | null = null
  #orderFrom = 0

  private constructor(runtime: StateRuntime) {
    this.#runtime = runtime
    this.#current = new StateVersion(this, Number.NEGATIVE_INFINITY, [], null)
    this.#resetCountdown()
    runtime.register(this)
  }

  /** A version without keys, in a table of its own. */
  static empty(runtime: StateRuntime): StateVersion {
    return new StateTable(runtime).#current
  }

  /** A version with these entries; of several for a key, the last, or the first. */
  static of(entries: Iterable<StateEntry>, timeMs: number, runtime: StateRuntime, isFirstKept = false): StateVersion {
    const table = new StateTable(runtime)
    table.#batch = 1
    table.#timeMs = timeMs
    for (const [key, value, updatedMs] of entries) {
      const slot = table.find(key)
      if (slot < 0) table.#insert(key, value, updatedMs)
      else if (!isFirstKept) table.#set(slot, key, value, updatedMs)
      table.#changed()
    }
    table.#current = new StateVersion(table, timeMs, [], null)
    return table.#current
  }

  /** Keys of the current content. */
  get size(): number {
    return this.#size
  }
  /** One more than the highest slot in use. */
  get slots(): number {
    return this.#keys.length
  }
  /** Entries that stand in the heap. */
  get hotSize(): number {
    return this.#places.size
  }
  /** Bytes in the table's file. */
  get fileBytes(): number {
    return this.#file?.length ?? 0
  }
  /** The version whose content the table holds. */
  get current(): StateVersion {
    return this.#current
  }

  /** Begins the changes of a batch on top of a version. */
  begin(base: StateVersion, timeMs: number): void {
    this.checkOut(base)
    this.#batch += 1
    this.#timeMs = timeMs
    this.#log = noChanges()
    this.#removedKeys = []
  }

  /** Ends the batch's changes. @param outputs what the batch's function gave besides. */
  commit(outputs: readonly unknown[]): StateVersion {
    const before = this.#current
    const changes = this.#log as SlotChanges
    const delta = this.#deltaOf(changes, before)
    const version = new StateVersion(this, this.#timeMs, outputs, delta)
    before.toward = version
    before.changes = changes
    this.#current = version
    this.#log = null
    this.#others.add(before)
    for (const oldest of this.#others) {
      if (this.#others.size <= RETAINED_VERSIONS) break
      this.#others.delete(oldest)
      oldest.retire()
    }
    this.#rewriteFile()
    return version
  }

  /** Takes back what was changed since {@link begin}. */
  rollback(): void {
    if (this.#log === null) return
    const changes = this.#log
    this.#log = null
    this.#apply(changes)
    this.#order = null
  }

  /** Brings the table to a version's content. @throws Error for a version that was retired. */
  checkOut(version: StateVersion): void {
    this.rollback()
    if (version === this.#current) return
    const path: StateVersion[] = []
    for (let at = version; at !== this.#current; at = at.toward as StateVersion) {
      if (at.changes === null) throw new Error('a retired version of a state was asked for')
      path.push(at)
    }
    for (const next of path.reverse()) {
      const from = this.#current
      from.changes = this.#apply(next.changes as SlotChanges)
      from.toward = next
      next.changes = null
      next.toward = null
      this.#current = next
      this.#others.delete(next)
      this.#others.add(from)
    }
    this.#order = null
  }

  /** The slot of a key, or -1. The key's entry is in the heap afterwards. @throws KeyNotHashableError for what cannot be a key. */
  find(key: unknown): number {
    const canonical = canonicalOf(key)
    const slot = this.#places.get(canonical)
    if (slot !== undefined) return slot
    return this.#coldSlots.size === 0 ? -1 : this.#findCold(key, canonical)
  }

  isVacant(slot: number): boolean {
    return this.#keys[slot] === VACANT
  }
  timeAt(slot: number): number {
    return this.#times[slot] as number
  }
  /** The value of a slot that {@link find} has just given. */
  valueAt(slot: number): unknown {
    return this.#values[slot]
  }
  keyAt(slot: number): unknown {
    return this.#keys[slot]
  }

  /** Whether the running batch has changed the slot, or touched it. */
  isTouched(slot: number): boolean {
    return this.#loggedBy[slot] === this.#batch
  }

  /** The key and value of a slot in use, read from the file if they are there, and left there. */
  read(slot: number): readonly [key: unknown, value: unknown] {
    const key = this.#keys[slot]
    if (key !== COLD) return [key, this.#values[slot]]
    return (this.#file as ColdFile).read((this.#locations as Float64Array)[slot] as number, true)
  }

  /** Gives a new key a state. @returns its slot. */
  insert(key: unknown, value: unknown): number {
    const slot = this.#insert(key, value, this.#timeMs)
    this.#touchOrder(slot)
    this.#changed()
    return slot
  }

  /** Gives the key of a slot a new state, or its state a new time. @param key the slot's, where the caller knows it to be in the file. */
  put(slot: number, value: unknown, key: unknown = this.#keys[slot]): void {
    this.#logSlot(slot)
    this.#set(slot, key, value, this.#timeMs)
    this.#touchOrder(slot)
    this.#changed()
  }

  remove(slot: number): void {
    this.#logSlot(slot)
    this.#removedKeys.push(this.read(slot)[0])
    this.#vacate(slot)
    this.#free.push(slot)
  }

  /** Slots last updated before `thresholdMs`, the longest ago first; none of them is given again unless it was updated. */
  *takeOlderThan(thresholdMs: number): Generator<number> {
    this.#order ??= this.#sortedOrder()
    const order = this.#order
    const times = this.#orderTimes as NumberList
    while (this.#orderFrom < order.length && times.at(this.#orderFrom) < thresholdMs) {
      const slot = order.at(this.#orderFrom)
      const updatedMs = times.at(this.#orderFrom)
      this.#orderFrom += 1
      if (this.#times[slot] === updatedMs) yield slot
    }
    if (order.length > this.#size * 2 + 4096) this.#compactOrder()
  }

  /**
   * The entries of a version, slot by slot; other versions of the table may be read in between.
   * @param isWanted 1 for each slot that is; all when absent.
   */
  *entries(version: StateVersion, isWanted?: Uint8Array): Generator<StateEntry> {
    this.checkOut(version)
    for (let slot = 0; slot < this.#keys.length; slot++) {
      if (isWanted !== undefined && isWanted[slot] !== 1) continue
      if (version !== this.#current) this.checkOut(version)
      if (this.#keys[slot] === VACANT) continue
      const [key, value] = this.read(slot)
      yield [key, value, this.#times[slot] as number]
      // Who reads a state fills the heap as well, and the table may give way.
      if (this.#file !== null) this.#changed()
    }
  }

  /**
   * What changed up to a version: the entries of keys that were touched since, and the keys that were removed.
   * @returns null when that is not known any more.
   */
  changesSince(version: StateVersion, sinceMs: number): { entries: Iterable<StateEntry>; removed: unknown[] } | null {
    this.checkOut(version)
    const isChanged = new Uint8Array(this.#keys.length)
    const removedKeys: unknown[] = []
    let at = version.delta
    while (at !== null && at.timeMs > sinceMs) {
      for (let i = 0; i < at.slots.length; i++) isChanged[at.slots.at(i)] = 1
      removedKeys.push(...at.removedKeys)
      if (at.sinceMs <= sinceMs) break
      at = at.previous
      if (at === null) return null
    }
    if (at === null && version.timeMs > sinceMs) return null
    const removed = new Map(removedKeys.map((key) => [canonicalKey(key), key] as const))
    return {
      entries: this.entries(version, isChanged),
      removed: [...removed.values()].filter((key) => this.find(key) < 0),
    }
  }

  /** Moves entries from the heap to the file until about half are left. @returns whether any went. */
  evict(): boolean {
    const target = this.hotSize >> 1
    if (this.hotSize - target < FEWEST_EVICTED) return false
    this.#locations ??= new Float64Array(this.#times.length).fill(-1)
    this.#file ??= this.#newFile()
    this.forgetVersions()
    this.#evictLog()
    // Those that the running batch has touched stay if they can: keys come again within a batch more than at any other time.
    for (const isTouchedToo of [false, true]) {
      for (let seen = 0; seen < this.#keys.length && this.hotSize > target; seen++) {
        this.#sweptTo = (this.#sweptTo + 1) % this.#keys.length
        const key = this.#keys[this.#sweptTo]
        if (key === VACANT || key === COLD) continue
        if (isTouchedToo || !this.isTouched(this.#sweptTo)) this.#evictSlot(this.#sweptTo)
      }
    }
    return true
  }

  /** Lets go of the versions that only a task that is tried again might ask for; they are computed again then. */
  forgetVersions(): void {
    for (const version of this.#others) version.retire()
    this.#others.clear()
  }

  #findCold(key: unknown, canonical: CanonicalKey): number {
    if (this.#countdown <= 0) this.#changed()
    const file = this.#file as ColdFile
    const locations = this.#locations as Float64Array
    let found: readonly [unknown, unknown] | null = null
    const slot = this.#coldSlots.find(hashKey(key), (candidate) => {
      const entry = file.read(locations[candidate] as number)
      if (!isSame(canonicalOf(entry[0]), canonical)) return false
      found = entry
      return true
    })
    if (slot >= 0) {
      const [keptKey, value] = found as unknown as readonly [unknown, unknown]
      this.#coldSlots.delete(slot)
      this.#places.set(canonical, slot)
      this.#keys[slot] = keptKey
      this.#values[slot] = value
      // Nothing may go to the file now, least of all this entry: the caller is about to use it. The next look-up makes room.
      this.#countdown -= 1
    }
    return slot
  }

  #insert(key: unknown, value: unknown, timeMs: number): number {
    const slot = this.#vacantSlot()
    this.#logSlot(slot)
    this.#set(slot, typeof key === 'string' ? detachString(key) : key, value, timeMs)
    return slot
  }

  #vacantSlot(): number {
    for (let slot = this.#free.pop(); slot !== undefined; slot = this.#free.pop()) {
      // What is free may have been taken again when a version was brought back.
      if (this.#keys[slot] === VACANT) return slot
    }
    const slot = this.#keys.length
    this.#keys.push(VACANT)
    this.#values.push(undefined)
    if (slot === this.#times.length) this.#grow(slot * 2)
    this.#times[slot] = Number.NaN
    return slot
  }

  #grow(capacity: number): void {
    this.#times = grown(this.#times, capacity)
    this.#loggedBy = grown(this.#loggedBy, capacity)
    if (this.#locations === null) return
    const before = this.#locations.length
    this.#locations = grown(this.#locations, capacity).fill(-1, before)
  }

  /** Sets what a slot holds, in the heap. */
  #set(slot: number, key: unknown, value: unknown, timeMs: number): void {
    const before = this.#keys[slot]
    if (before === COLD) this.#coldSlots.delete(slot)
    if (before === VACANT) this.#size += 1
    if (before === COLD || before === VACANT) {
      this.#keys[slot] = key
      this.#places.set(canonicalOf(key), slot)
    }
    this.#forgetLocation(slot)
    this.#values[slot] = typeof value === 'string' ? detachString(value) : value
    this.#times[slot] = timeMs
  }

  #vacate(slot: number): void {
    const before = this.#keys[slot]
    if (before === VACANT) return
    if (before === COLD) this.#coldSlots.delete(slot)
    else this.#places.delete(canonicalOf(before))
    this.#forgetLocation(slot)
    this.#keys[slot] = VACANT
    this.#values[slot] = undefined
    this.#times[slot] = Number.NaN
    this.#size -= 1
  }

  /** Makes a vacant slot hold an entry of the file. */
  #setCold(slot: number, location: number, timeMs: number): void {
    const file = this.#file as ColdFile
    this.#coldSlots.add(hashKey(file.read(location)[0]), slot)
    ;(this.#locations as Float64Array)[slot] = location
    this.#usedEntries += 1
    this.#keys[slot] = COLD
    this.#times[slot] = timeMs
    this.#size += 1
  }

  #evictSlot(slot: number): void {
    const key = this.#keys[slot]
    const file = this.#file as ColdFile
    const locations = this.#locations as Float64Array
    if ((locations[slot] as number) < 0) {
      locations[slot] = file.append(key, this.#values[slot])
      this.#usedEntries += 1
    }
    this.#places.delete(canonicalOf(key))
    this.#coldSlots.add(hashKey(key), slot)
    this.#keys[slot] = COLD
    this.#values[slot] = undefined
  }

  /** What the running batch has changed goes to the file as it was before, so that it can still be taken back. */
  #evictLog(): void {
    const log = this.#log
    if (log === null) return
    const evicted = noChanges()
    let inHeap = 0
    for (let i = 0; i < log.slots.length; i++) {
      let location = log.locations.at(i)
      if (location < 0) {
        const key = log.keys[inHeap]
        if (key === VACANT) {
          evicted.keys.push(VACANT)
          evicted.values.push(undefined)
        } else location = (this.#file as ColdFile).append(key, log.values[inHeap])
        inHeap += 1
      }
      evicted.slots.push(log.slots.at(i))
      evicted.times.push(log.times.at(i))
      evicted.locations.push(location)
    }
    this.#log = evicted
  }

  #forgetLocation(slot: number): void {
    if (this.#locations === null || (this.#locations[slot] as number) < 0) return
    this.#usedEntries -= 1
    this.#locations[slot] = -1
  }

  /** Writes down what a slot holds before the running batch changes it for the first time. */
  #logSlot(slot: number): void {
    const log = this.#log
    if (log === null || this.#loggedBy[slot] === this.#batch) return
    this.#loggedBy[slot] = this.#batch
    this.#writeDown(log, slot)
  }

  #writeDown(log: SlotChanges, slot: number): void {
    const location = this.#locations === null ? -1 : (this.#locations[slot] as number)
    log.slots.push(slot)
    log.times.push(this.#times[slot] as number)
    log.locations.push(location)
    if (location >= 0) return
    log.keys.push(this.#keys[slot])
    log.values.push(this.#values[slot])
  }

  /** Makes slots hold what they held. @returns the way back. */
  #apply(changes: SlotChanges): SlotChanges {
    const back = noChanges()
    let inHeap = 0
    // All leave before any comes back: a key may have gone from one slot to another.
    for (let i = 0; i < changes.slots.length; i++) {
      this.#writeDown(back, changes.slots.at(i))
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
      else this.#set(slot, key, changes.values[inHeap], timeMs)
      inHeap += 1
    }
    return back
  }

  #deltaOf(changes: SlotChanges, before: StateVersion): StateDelta {
    const { delta } = before
    const total = (delta?.totalSlots ?? 0) + changes.slots.length
    const isTooMuch = delta === null || total > this.#size * 2 + 4096 || delta.length >= REMEMBERED_DELTAS
    return {
      sinceMs: before.timeMs,
      timeMs: this.#timeMs,
      slots: changes.slots,
      removedKeys: this.#removedKeys,
      previous: isTooMuch ? null : delta,
      totalSlots: isTooMuch ? changes.slots.length : total,
      length: isTooMuch ? 1 : delta.length + 1,
    }
  }

  #touchOrder(slot: number): void {
    if (this.#order === null) return
    this.#order.push(slot)
    this.#orderTimes?.push(this.#timeMs)
  }

  #sortedOrder(): NumberList {
    const slots: number[] = []
    for (let slot = 0; slot < this.#keys.length; slot++) if (this.#keys[slot] !== VACANT) slots.push(slot)
    slots.sort((a, b) => (this.#times[a] as number) - (this.#times[b] as number))
    return this.#setOrder(slots)
  }

  #compactOrder(): void {
    const order = this.#order as NumberList
    const times = this.#orderTimes as NumberList
    const slots: number[] = []
    for (let i = this.#orderFrom; i < order.length; i++) {
      if (this.#times[order.at(i)] === times.at(i)) slots.push(order.at(i))
    }
    this.#order = this.#setOrder(slots)
  }

  #setOrder(slots: readonly number[]): NumberList {
    const order = new NumberList(slots.length + 1024)
    const times = new NumberList(slots.length + 1024)
    for (const slot of slots) {
      order.push(slot)
      times.push(this.#times[slot] as number)
    }
    this.#orderTimes = times
    this.#orderFrom = 0
    return order
  }

  #changed(): void {
    this.#countdown -= 1
    if (this.#countdown > 0) return
    this.#resetCountdown()
    if (this.#runtime.memory.isShort(this.hotSize)) this.#runtime.makeRoom(this)
  }

  #resetCountdown(): void {
    const { interval, maxEntries } = this.#runtime.memory
    this.#countdown = Math.min(interval, maxEntries, CHANGES_BETWEEN_LOOKS)
  }

  /** Once most of the file is of no use, what is of use goes to a new one. The versions before name places in the old one and go. */
  #rewriteFile(): void {
    const old = this.#file
    if (old === null || old.length < SMALLEST_REWRITE_BYTES || this.#usedEntries > old.count * (1 - WASTE)) return
    this.forgetVersions()
    const locations = this.#locations as Float64Array
    const file = this.#newFile()
    for (let slot = 0; slot < this.#keys.length; slot++) {
      if ((locations[slot] as number) < 0) continue
      if (this.#keys[slot] === COLD) locations[slot] = file.appendFrom(old, locations[slot] as number)
      else locations[slot] = -1
    }
    old.remove()
    this.#file = file
    this.#usedEntries = file.count
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

function noChanges(): SlotChanges {
  return { slots: new NumberList(), times: new NumberList(), locations: new NumberList(), keys: [], values: [] }
}

function canonicalOf(key: unknown): CanonicalKey {
  return typeof key === 'string' && key.charCodeAt(0) !== 0 ? key : canonicalKey(key)
}

/** As a Map compares its keys: NaN is NaN. */
function isSame(a: CanonicalKey, b: CanonicalKey): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}
