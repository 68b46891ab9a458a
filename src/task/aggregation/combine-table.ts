import { detachString } from '../codec/detach-string.ts'
import { canonicalKey } from '../key/index.ts'
import type { MemoryGauge } from '../memory-gauge.ts'
import { assertPair, type PairRecord } from '../pair.ts'
import type { Merge } from './merge.ts'
import { StringIndex } from './string-index.ts'

/**
 * Combiners by key, keys compared by value. Keys and combiners stand in two dense arrays in order of arrival; an index and two maps lead
 * from a key to its place, so that an update of a known key is one look-up. The compiled loops reach `strings`, `numbers` and `values`
 * directly; they are the same objects for the table's whole life, so a table and its loop serve one task after another.
 */
export class CombineTable {
  readonly keys: unknown[] = []
  readonly strings = new StringIndex(this.keys)
  readonly numbers = new Map<number, number>()
  readonly values: unknown[] = []
  readonly merge: Merge
  readonly #others = new Map<unknown, number>()
  readonly #memory: MemoryGauge
  /** Called when memory is short; must empty the table. Each task that uses the table sets its own function. */
  onShort: (table: CombineTable) => void = () => {}
  /** Changes until the next look at the memory. */
  #countdown: number

  constructor(merge: Merge, memory: MemoryGauge) {
    this.merge = merge
    this.#memory = memory
    this.#countdown = Math.min(memory.interval, memory.maxEntries)
  }

  get size(): number {
    return this.keys.length
  }

  /** Takes in a record of the shape [key, value]. @throws SparkException for any other. */
  add(record: unknown): void {
    assertPair(record)
    const key = record[0]
    const value = record[1]
    if (typeof key === 'string') {
      const at = this.strings.get(key)
      if (at === -1) this.insertString(key, this.merge.first(value))
      else this.update(at, value)
    } else if (typeof key === 'number') {
      const at = this.numbers.get(key)
      if (at === undefined) this.insertNumber(key, this.merge.first(value))
      else this.update(at, value)
    } else {
      this.addOther(record)
    }
  }

  update(at: number, value: unknown): void {
    this.values[at] = this.merge.next(this.values[at], value)
    this.changed()
  }

  insertString(key: string, combiner: unknown): void {
    const kept = detachString(key)
    this.strings.add(kept, this.keys.length)
    this.#append(kept, combiner)
  }

  insertNumber(key: number, combiner: unknown): void {
    this.numbers.set(key, this.keys.length)
    this.#append(key, combiner)
  }

  /** Takes in a pair whose key is neither a string nor a number. */
  addOther(record: PairRecord): void {
    const key = record[0]
    const canonical = canonicalKey(key)
    const at = this.#others.get(canonical)
    if (at !== undefined) {
      this.update(at, record[1])
      return
    }
    this.#others.set(canonical, this.keys.length)
    this.#append(key, this.merge.first(record[1]))
  }

  /** Must be called after each change of a combiner that can grow, so that memory is looked at in time. */
  changed(): void {
    this.#countdown -= 1
    if (this.#countdown > 0) return
    this.#countdown = Math.min(this.#memory.interval, this.#memory.maxEntries)
    if (this.#memory.isShort(this.keys.length)) this.onShort(this)
  }

  clear(): void {
    this.strings.clear()
    this.numbers.clear()
    this.#others.clear()
    this.keys.length = 0
    this.values.length = 0
  }

  /** @returns the pairs [from, to) in order of arrival. */
  pairs(from: number, to: number): [unknown, unknown][] {
    const pairs = new Array<[unknown, unknown]>(to - from)
    for (let i = from; i < to; i++) pairs[i - from] = [this.keys[i], this.values[i]]
    return pairs
  }

  #append(key: unknown, combiner: unknown): void {
    this.keys.push(key)
    this.values.push(combiner)
    this.changed()
  }
}
