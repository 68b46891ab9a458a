import { mergeOfValues } from '../aggregation/merge.ts'
import type { Aggregator } from '../aggregator.ts'
import { canonicalKey, KeyTable } from '../key/index.ts'
import { pairsOf } from '../pair.ts'

/** Combines the pairs of a partition that holds all pairs of its keys already: what a shuffle would do, without one. */
export function* combineByKey(
  records: Iterable<unknown>,
  _partition: number,
  aggregator: Aggregator,
): Generator<[unknown, unknown]> {
  const { first, next } = mergeOfValues(aggregator)
  const combined = new KeyTable<unknown>()
  for (const [key, value] of pairsOf(records)) {
    const before = combined.size
    const index = combined.insert(key)
    combined.setAt(index, index === before ? first(value) : next(combined.valueAt(index), value))
  }
  yield* combined.pairs()
}

/** The distinct records of a partition that holds all equals of its records already. */
export function* distinctRecords(records: Iterable<unknown>): Generator<unknown> {
  const seen = new Set<unknown>()
  for (const record of records) {
    const canonical = canonicalKey(record)
    if (seen.has(canonical)) continue
    seen.add(canonical)
    yield record
  }
}

/** The merged value of each key, for the driver to merge with those of other partitions. */
export function reducePartitionByKey(
  records: Iterable<unknown>,
  partition: number,
  merge: (a: never, b: never) => unknown,
): [unknown, unknown][] {
  return [...combineByKey(records, partition, { kind: 'reduce', merge })]
}

export function countKeys(records: Iterable<unknown>): [unknown, number][] {
  return countEach(keysOf(records))
}

export function countRecords(records: Iterable<unknown>): [unknown, number][] {
  return countEach(records)
}

function countEach(values: Iterable<unknown>): [unknown, number][] {
  const counts = new KeyTable<number>()
  for (const value of values) counts.merge(value, 1, (count) => count + 1)
  return counts.pairs()
}

function* keysOf(records: Iterable<unknown>): Generator<unknown> {
  for (const [key] of pairsOf(records)) yield key
}

/** The values of one key, in the partition's order. */
export function valuesOfKey(records: Iterable<unknown>, _partition: number, key: unknown): unknown[] {
  const wanted = canonicalKey(key)
  const values: unknown[] = []
  for (const [candidate, value] of pairsOf(records)) if (canonicalKey(candidate) === wanted) values.push(value)
  return values
}

type Cogrouped = Iterable<readonly [unknown, readonly (readonly unknown[])[]]>

/** Takes two sides that were brought together by key, and returns the pairs of the left side whose key the right side does not have. */
export function* pairsOnlyLeft(records: Iterable<unknown>): Generator<[unknown, unknown]> {
  for (const [key, [left, right]] of records as Cogrouped) {
    if (right!.length === 0) for (const value of left!) yield [key, value]
  }
}

/** Takes two sides that were brought together by key, and returns the keys that both sides have. */
export function* keysOfBoth(records: Iterable<unknown>): Generator<unknown> {
  for (const [key, [left, right]] of records as Cogrouped) if (left!.length > 0 && right!.length > 0) yield key
}

/** How the values of two sides of a key are paired. */
export type JoinKind = 'inner' | 'left' | 'right' | 'full'

const NOTHING: readonly unknown[] = [undefined]

/** Every pairing of a key's values; on a side that may be missing, `undefined` stands for it. */
export function* joinPairs(
  records: Iterable<unknown>,
  _partition: number,
  kind: JoinKind,
): Generator<[unknown, [unknown, unknown]]> {
  const keepsLeft = kind === 'left' || kind === 'full'
  const keepsRight = kind === 'right' || kind === 'full'
  for (const [key, [left, right]] of records as Cogrouped) {
    const lefts = left!.length === 0 && keepsRight ? NOTHING : left!
    const rights = right!.length === 0 && keepsLeft ? NOTHING : right!
    for (const a of lefts) for (const b of rights) yield [key, [a, b]]
  }
}
