import assert from 'node:assert'
import { detachString } from '../codec/detach-string.ts'
import { canonicalKey } from '../key/index.ts'
import { grown } from './number-list.ts'
import { noChanges, type SlotChanges } from './slot-changes.ts'
import { canonicalOf } from './slot-key.ts'
import { SlotStore } from './slot-store.ts'
import type { StateRuntime } from './state-memory.ts'
import { type StateDelta, StateVersion } from './state-version.ts'
import { UpdateOrder } from './update-order.ts'

/** Versions besides the current one that can be had back without computing them again: that of the batch before, for a task that is tried again, and two for batches that overlap. */
const RETAINED_VERSIONS = 3
/** Batches whose changes are remembered for checkpoints, at most. */
const REMEMBERED_DELTAS = 1024
/** States may be long: few enough that those in between do not fill a small heap, enough that a look costs nothing. */
const CHANGES_BETWEEN_LOOKS = 512
/** A Map of JavaScript holds 2^24 keys: of a partition with more, some go to the file however much memory there is. */
const MOST_IN_HEAP = 2 ** 24 - 2 * CHANGES_BETWEEN_LOOKS
/** A table of so few entries in the heap gains nothing by moving them. */
const FEWEST_EVICTED = 16

/** A key, its state, and the time in milliseconds at which it was updated. */
export type StateEntry = readonly [key: unknown, value: unknown, timeMs: number]

/**
 * One partition of a state, updated in place. What a batch changes is logged, so that the batch costs what it touches and can still be taken
 * back: a task that failed half way leaves no trace, and the versions of the last batches stay readable. When the heap is short, entries move
 * to a file.
 *
 * Used by one task at a time. A change is made between {@link begin} and {@link commit} or {@link rollback}.
 */
export class StateTable {
  readonly #runtime: StateRuntime
  readonly #store: SlotStore
  /** The number of the batch that logged the slot last. */
  #loggedBy = new Int32Array(64)
  #batch = 0
  #log: SlotChanges | null = null
  #removedKeys: unknown[] = []
  #timeMs = 0
  #current: StateVersion
  /** Versions besides the current one that can be had back, oldest first. */
  readonly #others = new Set<StateVersion>()
  #countdown = 0
  /** For timeouts; null until they are needed, and after a version was taken back. */
  #order: UpdateOrder | null = null
  readonly #timeAt = (slot: number) => this.#store.timeAt(slot)

  private constructor(runtime: StateRuntime) {
    this.#runtime = runtime
    this.#store = new SlotStore(runtime)
    this.#current = new StateVersion(this, Number.NEGATIVE_INFINITY, [], null)
    this.#resetCountdown()
    runtime.register(this)
  }

  /** A version without keys, in a table of its own. */
  static empty(runtime: StateRuntime): StateVersion {
    return new StateTable(runtime).#current
  }

  /**
   * A version with these entries.
   * @param keys of several entries for a key, the last counts, or the first; `unique` where a state has written them, and there are none.
   */
  static of(
    entries: Iterable<StateEntry>,
    timeMs: number,
    runtime: StateRuntime,
    keys: 'last' | 'first' | 'unique' = 'last',
  ): StateVersion {
    const table = new StateTable(runtime)
    const store = table.#store
    table.#batch = 1
    table.#timeMs = timeMs
    for (const [key, value, updatedMs] of entries) {
      const slot = keys === 'unique' ? -1 : table.find(key)
      if (slot < 0) table.#insert(key, value, updatedMs)
      else if (keys === 'last') store.set(slot, key, value, updatedMs)
      table.#changed()
    }
    assert(store.size === store.hotSize + store.coldSize, 'a state that was written has each key once')
    table.#current = new StateVersion(table, timeMs, null, null)
    return table.#current
  }

  /** Keys of the current content. */
  get size(): number {
    return this.#store.size
  }
  /** One more than the highest slot in use. */
  get slots(): number {
    return this.#store.length
  }
  /** Entries that stand in the heap. */
  get hotSize(): number {
    return this.#store.hotSize
  }
  /** Bytes in the table's file. */
  get fileBytes(): number {
    return this.#store.fileBytes ?? 0
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
    this.#store.apply(changes)
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
      from.changes = this.#store.apply(next.changes as SlotChanges)
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
    const slot = this.#store.findHot(canonical)
    if (slot !== undefined) return slot
    if (this.#store.coldSize === 0) return -1
    if (this.#countdown <= 0) this.#changed()
    const cold = this.#store.findCold(key, canonical)
    // Nothing may go to the file now, least of all this entry: the caller is about to use it. The next look-up makes room.
    if (cold >= 0) this.#countdown -= 1
    return cold
  }

  isVacant(slot: number): boolean {
    return this.#store.isVacant(slot)
  }
  timeAt(slot: number): number {
    return this.#store.timeAt(slot)
  }
  /** The value of a slot that {@link find} has just given. */
  valueAt(slot: number): unknown {
    return this.#store.valueAt(slot)
  }

  /** Whether the running batch has changed the slot, or touched it. */
  isTouched(slot: number): boolean {
    return this.#loggedBy[slot] === this.#batch
  }

  /** The key and value of a slot in use, read from the file if they are there, and left there. */
  read(slot: number): readonly [key: unknown, value: unknown] {
    return this.#store.read(slot)
  }

  /** Gives a new key a state. @returns its slot. */
  insert(key: unknown, value: unknown): number {
    const slot = this.#insert(key, value, this.#timeMs)
    this.#order?.touch(slot, this.#timeMs)
    this.#changed()
    return slot
  }

  /** Gives the key of a slot a new state, or its state a new time. @param key the slot's, where the caller knows it to be in the file. */
  put(slot: number, value: unknown, key: unknown = this.#store.keyAt(slot)): void {
    this.#logSlot(slot)
    this.#store.set(slot, key, value, this.#timeMs)
    this.#order?.touch(slot, this.#timeMs)
    this.#changed()
  }

  remove(slot: number): void {
    this.#logSlot(slot)
    this.#removedKeys.push(this.read(slot)[0])
    this.#store.remove(slot)
  }

  /** Slots last updated before `thresholdMs`, the longest ago first; none of them is given again unless it was updated. */
  *takeOlderThan(thresholdMs: number): Generator<number> {
    this.#order ??= new UpdateOrder(this.#store.usedSlots(), this.#timeAt)
    yield* this.#order.takeOlderThan(thresholdMs, this.#timeAt)
    this.#order.compact(this.size, this.#timeAt)
  }

  /**
   * The entries of a version, slot by slot; other versions of the table may be read in between.
   * @param isWanted 1 for each slot that is; all when absent.
   */
  *entries(version: StateVersion, isWanted?: Uint8Array): Generator<StateEntry> {
    this.checkOut(version)
    const store = this.#store
    for (let slot = 0; slot < store.length; slot++) {
      if (isWanted !== undefined && isWanted[slot] !== 1) continue
      if (version !== this.#current) this.checkOut(version)
      if (store.isVacant(slot)) continue
      const [key, value] = store.read(slot)
      yield [key, value, store.timeAt(slot)]
      // Who reads a state fills the heap as well, and the table may give way.
      if (store.fileBytes !== null) this.#changed()
    }
  }

  /**
   * The changes up to a version: the entries of keys that were touched since, and the keys that were removed.
   * @returns null when that is not known any more.
   */
  changesSince(version: StateVersion, sinceMs: number): { entries: Iterable<StateEntry>; removed: unknown[] } | null {
    this.checkOut(version)
    const isChanged = new Uint8Array(this.slots)
    const removedKeys: unknown[] = []
    let at = version.delta
    while (at !== null && at.timeMs > sinceMs) {
      for (let i = 0; i < at.slots.length; i++) isChanged[at.slots.at(i)] = 1
      for (const key of at.removedKeys) removedKeys.push(key)
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
    this.forgetVersions()
    // What the running batch has changed goes to the file as it was before, so that it can still be taken back.
    if (this.#log !== null) this.#log = this.#store.evictLog(this.#log)
    // Those that the running batch has touched stay if they can: keys come again within a batch more than at any other time.
    this.#store.evict(target, (slot) => this.isTouched(slot))
    return true
  }

  /** Lets go of the versions that only a task that is tried again might ask for; they are computed again then. */
  forgetVersions(): void {
    for (const version of this.#others) version.retire()
    this.#others.clear()
  }

  #insert(key: unknown, value: unknown, timeMs: number): number {
    const slot = this.#store.vacantSlot()
    this.#logSlot(slot)
    this.#store.set(slot, typeof key === 'string' ? detachString(key) : key, value, timeMs)
    return slot
  }

  /** Writes down what a slot holds before the running batch changes it for the first time. */
  #logSlot(slot: number): void {
    const log = this.#log
    if (log === null || this.#loggedBy[slot] === this.#batch) return
    if (slot >= this.#loggedBy.length) this.#loggedBy = grown(this.#loggedBy, Math.max(slot + 1, this.slots * 2))
    this.#loggedBy[slot] = this.#batch
    this.#store.writeDown(log, slot)
  }

  #deltaOf(changes: SlotChanges, before: StateVersion): StateDelta {
    const { delta } = before
    const total = (delta?.totalSlots ?? 0) + changes.slots.length
    const isTooMuch = delta === null || total > this.size * 2 + 4096 || delta.length >= REMEMBERED_DELTAS
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

  #changed(): void {
    this.#countdown -= 1
    if (this.#countdown > 0) return
    this.#resetCountdown()
    const { memory } = this.#runtime
    if (this.hotSize >= MOST_IN_HEAP || memory.isShort(this.hotSize)) this.#runtime.makeRoom(this)
  }

  #resetCountdown(): void {
    const { interval, maxEntries } = this.#runtime.memory
    this.#countdown = Math.min(interval, maxEntries, CHANGES_BETWEEN_LOOKS)
  }

  /** Once most of the file is of no use, what is of use goes to a new one. The versions before name places in the old one and go. */
  #rewriteFile(): void {
    if (!this.#store.isFileWasteful) return
    this.forgetVersions()
    this.#store.rewriteFile()
  }
}
