import type { PartitionIterator } from './iterator.ts'

/** The methods of iterators that Node has from 22 on. */
type Helpers = Omit<PartitionIterator<unknown>, 'next' | 'return' | 'throw' | typeof Symbol.iterator>

/** The prototype of the iterators of arrays, generators and the like. */
const ITERATOR_PROTOTYPE = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object

type Records = Iterable<unknown>

/** An iterator made by a generator, with the helpers. */
function helped(records: Generator<unknown>): PartitionIterator<unknown> {
  return Object.setPrototypeOf(records, HELPED_GENERATOR) as PartitionIterator<unknown>
}

function* mapped(records: Records, f: (value: unknown, index: number) => unknown): Generator<unknown> {
  let index = 0
  for (const record of records) yield f(record, index++)
}

function* filtered(records: Records, f: (value: unknown, index: number) => unknown): Generator<unknown> {
  let index = 0
  for (const record of records) if (f(record, index++)) yield record
}

function* flatMapped(records: Records, f: (value: unknown, index: number) => Records): Generator<unknown> {
  let index = 0
  for (const record of records) yield* f(record, index++)
}

function* taken(records: Records, limit: number): Generator<unknown> {
  if (limit === 0) return
  let count = 0
  for (const record of records) {
    yield record
    count++
    if (count === limit) return
  }
}

function* dropped(records: Records, count: number): Generator<unknown> {
  let index = 0
  for (const record of records) if (index++ >= count) yield record
}

function limitOf(limit: number): number {
  const whole = Math.trunc(limit)
  if (!(whole >= 0)) throw new RangeError(`${String(limit)} must be a number that is not negative`)
  return whole
}

/** The helpers for a Node that has none. Each is called on an iterator. */
const HELPERS: Helpers & ThisType<Records> = {
  map(f) {
    return helped(mapped(this, f as never)) as never
  },
  filter(f: (value: unknown, index: number) => unknown) {
    return helped(filtered(this, f)) as never
  },
  flatMap(f) {
    return helped(flatMapped(this, f as never)) as never
  },
  take(limit) {
    return helped(taken(this, limitOf(limit)))
  },
  drop(count) {
    return helped(dropped(this, limitOf(count)))
  },
  reduce(...args: readonly unknown[]) {
    const f = args[0] as (accumulated: unknown, value: unknown, index: number) => unknown
    let hasValue = args.length > 1
    let accumulated = args[1]
    let index = 0
    for (const record of this) {
      accumulated = hasValue ? f(accumulated, record, index) : record
      hasValue = true
      index++
    }
    if (!hasValue) throw new TypeError('Reduce of a done iterator with no initial value')
    return accumulated as never
  },
  toArray() {
    return [...this]
  },
  forEach(f) {
    let index = 0
    for (const record of this) f(record, index++)
  },
  some(f) {
    let index = 0
    for (const record of this) if (f(record, index++)) return true
    return false
  },
  every(f) {
    let index = 0
    for (const record of this) if (!f(record, index++)) return false
    return true
  },
  find(f: (value: unknown, index: number) => unknown) {
    let index = 0
    for (const record of this) if (f(record, index++)) return record as never
    return undefined
  },
}

/** Defines the helpers on a prototype. */
function withHelpers(prototype: object): object {
  for (const [name, value] of Object.entries(HELPERS)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true })
  }
  return prototype
}

/** A prototype with the helpers, which inherits from that of an iterator. */
export function helpersForAnyNode(iterator: object): object {
  return withHelpers(Object.create(Object.getPrototypeOf(iterator) as object) as object)
}

const HELPED_GENERATOR = helpersForAnyNode((function* () {})())

/** The prototype for iterators that a user's function gets: Node's own where that has the helpers. */
export const HELPED_ITERATOR_PROTOTYPE: object =
  'toArray' in ITERATOR_PROTOTYPE ? ITERATOR_PROTOTYPE : withHelpers(Object.create(ITERATOR_PROTOTYPE) as object)
