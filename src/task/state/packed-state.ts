import { canonicalKey, hashKey } from '../key/index.ts'
import { workerCodec } from '../worker-codec.ts'
import type { Feed } from './feed.ts'
import type { StateRuntime } from './state-memory.ts'
import { type StateEntry, StateTable } from './state-table.ts'
import type { StateVersion } from './state-version.ts'

/** Entries of a bucket on average: between these, the number of buckets stays as it is. */
const FEWEST_ENTRIES = 32
const MOST_ENTRIES = 512
/** Entries that are held as objects while a state is packed. */
const PACKED_AT_ONCE = 65_536
/** More removed keys than the state has entries, and these, are not remembered: the next checkpoint takes the whole state. */
const REMEMBERED_REMOVALS = 4096

type RemovedKey = readonly [key: unknown, timeMs: number]

/** The first record of a packed version. */
type PackedHead = readonly [
  timeMs: number,
  /** Encoded, as most who read a state do not want them; no bytes where only the state was kept. */
  outputs: Uint8Array,
  /** There are 2^bits buckets. */
  bits: number,
  removed: readonly RemovedKey[],
  /** `removed` has all keys that were removed after this time. */
  removedSinceMs: number,
]

/** The other records: entries whose keys' hashes fall into one bucket. A bucket may be in several records. */
type PackedBucket = readonly [
  index: number,
  size: number,
  oldestMs: number,
  newestMs: number,
  /** The encoded columns of the entries: keys, states, times of their updates. */
  entries: Uint8Array,
]

/** The entries of a packed version that a batch did not read. */
interface Closed {
  readonly bits: number
  readonly buckets: readonly PackedBucket[]
  readonly removed: readonly RemovedKey[]
  readonly removedSinceMs: number
}

const closedBeside = new WeakMap<StateTable, Closed>()

/** The entries of a packed version that a batch needs: those of some keys, and those not updated since a time. */
export interface WantedEntries {
  readonly keys: Iterable<unknown>
  readonly olderThanMs: number | null
}

/**
 * A version of a state as plain records, for engines whose partitions are bytes: entries in buckets by the hash of their keys, so that a
 * batch decodes and encodes those buckets that it touches and passes on the others as they are. Only what it wants goes into a table.
 */
export class PackedState {
  readonly timeMs: number
  readonly #head: PackedHead
  readonly #rest: Feed

  /** @param rest the records behind the first. */
  constructor(first: unknown, rest: Feed) {
    this.#head = first as PackedHead
    this.timeMs = this.#head[0]
    this.#rest = rest
  }

  get outputs(): readonly unknown[] | null {
    const encoded = this.#head[1]
    return encoded.length === 0 ? null : workerCodec().decode(encoded)
  }

  entries(): Iterable<StateEntry> {
    return allEntries(this.#buckets())
  }

  /** The changes after a time, or null when they are not known any more. */
  changesSince(sinceMs: number): { entries: Iterable<StateEntry>; removed: unknown[] } | null {
    const [, , , removed, removedSinceMs] = this.#head
    if (removedSinceMs > sinceMs) return null
    const entries: StateEntry[] = []
    const gone = new Map<unknown, unknown>()
    for (const [key, timeMs] of removed) if (timeMs > sinceMs) gone.set(canonicalKey(key), key)
    for (const bucket of this.#buckets()) {
      if (bucket[3] <= sinceMs) continue
      for (const entry of entriesOf(bucket)) {
        if (entry[2] <= sinceMs) continue
        entries.push(entry)
        // The key was removed and has returned.
        gone.delete(canonicalKey(entry[0]))
      }
    }
    return { entries, removed: [...gone.values()] }
  }

  /** A version to change, with the wanted entries; {@link packState} adds the others. */
  open(wanted: WantedEntries | null, runtime: StateRuntime): StateVersion {
    const [timeMs, , bits, removed, removedSinceMs] = this.#head
    const others: PackedBucket[] = []
    // The records of a bucket come together, and are one when they have been opened.
    const buckets = [...this.#buckets()].sort((a, b) => a[0] - b[0])
    const entries = wanted === null ? allEntries(buckets) : takeEntries(buckets, bits, wanted, others)
    const version = StateTable.of(entries, timeMs, runtime)
    closedBeside.set(version.table, { bits, buckets: others, removed, removedSinceMs })
    return version
  }

  *#buckets(): Generator<PackedBucket> {
    for (let chunk = this.#rest(); chunk !== null; chunk = this.#rest()) yield* chunk as PackedBucket[]
  }
}

function* allEntries(buckets: Iterable<PackedBucket>): Generator<StateEntry> {
  for (const bucket of buckets) yield* entriesOf(bucket)
}

/** The wanted entries of buckets that are sorted by index. @param others gets the buckets without these. */
function* takeEntries(
  buckets: readonly PackedBucket[],
  bits: number,
  { keys, olderThanMs }: WantedEntries,
  others: PackedBucket[],
): Generator<StateEntry> {
  const isTouched = new Uint8Array(2 ** bits)
  const wanted = new Set<unknown>()
  for (const key of keys) {
    isTouched[bucketOf(key, bits)] = 1
    wanted.add(canonicalKey(key))
  }
  const oldestMs = olderThanMs ?? Number.NEGATIVE_INFINITY
  let rest = new Columns()
  for (const [at, bucket] of buckets.entries()) {
    const [index, , oldestInside] = bucket
    if (isTouched[index] === 0 && oldestInside >= oldestMs) others.push(bucket)
    else {
      const [entryKeys, values, times] = columnsOf(bucket)
      for (let i = 0; i < entryKeys.length; i++) {
        const updatedMs = times[i] as number
        const isWanted = updatedMs < oldestMs || wanted.has(canonicalKey(entryKeys[i]))
        if (isWanted) yield [entryKeys[i], values[i], updatedMs]
        else rest.add(entryKeys[i], values[i], updatedMs)
      }
    }
    const isLastOfBucket = buckets[at + 1]?.[0] !== index
    if (!isLastOfBucket || rest.size === 0) continue
    others.push(rest.packed(index))
    rest = new Columns()
  }
}

/** The records of versions that were just made; see {@link PackedState}. */
export function* packState(versions: Iterable<unknown>): Generator<unknown> {
  for (const version of versions as Iterable<StateVersion>) yield* packed(version)
}

function* packed(version: StateVersion): Generator<PackedHead | PackedBucket> {
  const { table, timeMs, outputs, delta } = version
  const closed = closedBeside.get(table) ?? {
    bits: 0,
    buckets: [],
    removed: [],
    removedSinceMs: delta?.sinceMs ?? timeMs,
  }
  const size = closed.buckets.reduce((sum, [, entries]) => sum + entries, table.size)
  const removed = [...closed.removed, ...(delta?.removedKeys ?? []).map((key): RemovedKey => [key, timeMs])]
  const isTooMuch = removed.length > size + REMEMBERED_REMOVALS
  const bits = bitsFor(size, closed.bits)
  yield [
    timeMs,
    outputs === null ? new Uint8Array(0) : workerCodec().encode(outputs),
    bits,
    isTooMuch ? [] : removed,
    isTooMuch ? timeMs : closed.removedSinceMs,
  ]
  const stay = bits === closed.bits
  if (stay) yield* closed.buckets
  yield* bucketsOf(stay ? [] : closed.buckets, table.entries(version), bits)
}

function* bucketsOf(opened: readonly PackedBucket[], entries: Iterable<StateEntry>, bits: number) {
  const columns = new Map<number, Columns>()
  let held = 0
  const add = ([key, value, timeMs]: StateEntry): void => {
    const index = bucketOf(key, bits)
    let bucket = columns.get(index)
    if (bucket === undefined) {
      bucket = new Columns()
      columns.set(index, bucket)
    }
    bucket.add(key, value, timeMs)
    held += 1
  }
  const flush = function* (): Generator<PackedBucket> {
    for (const [index, bucket] of columns) yield bucket.packed(index)
    columns.clear()
    held = 0
  }
  for (const bucket of opened) {
    for (const entry of entriesOf(bucket)) add(entry)
    if (held >= PACKED_AT_ONCE) yield* flush()
  }
  for (const entry of entries) {
    add(entry)
    if (held >= PACKED_AT_ONCE) yield* flush()
  }
  yield* flush()
}

class Columns {
  readonly #keys: unknown[] = []
  readonly #values: unknown[] = []
  readonly #times: number[] = []
  #oldestMs = Number.POSITIVE_INFINITY
  #newestMs = Number.NEGATIVE_INFINITY

  get size(): number {
    return this.#keys.length
  }

  add(key: unknown, value: unknown, timeMs: number): void {
    this.#keys.push(key)
    this.#values.push(value)
    this.#times.push(timeMs)
    if (timeMs < this.#oldestMs) this.#oldestMs = timeMs
    if (timeMs > this.#newestMs) this.#newestMs = timeMs
  }

  packed(index: number): PackedBucket {
    const entries = workerCodec().encode([[this.#keys, this.#values, this.#times]])
    return [index, this.#keys.length, this.#oldestMs, this.#newestMs, entries]
  }
}

function columnsOf([, , , , entries]: PackedBucket): [keys: unknown[], values: unknown[], times: number[]] {
  return workerCodec().decode(entries)[0] as [unknown[], unknown[], number[]]
}

function* entriesOf(bucket: PackedBucket): Generator<StateEntry> {
  const [keys, values, times] = columnsOf(bucket)
  for (let i = 0; i < keys.length; i++) yield [keys[i], values[i], times[i] as number]
}

/** Keys of one partition have hashes that agree modulo the number of partitions: all of their bits decide. */
function bucketOf(key: unknown, bits: number): number {
  if (bits === 0) return 0
  const hash = hashKey(key)
  return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> (32 - bits)
}

function bitsFor(size: number, before: number): number {
  const average = size / 2 ** before
  if (average <= MOST_ENTRIES && (before === 0 || average >= FEWEST_ENTRIES)) return before
  return Math.max(0, Math.ceil(Math.log2(size / (MOST_ENTRIES / 2))))
}
