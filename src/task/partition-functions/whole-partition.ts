import { SparkException } from '../../errors.ts'
import { copyValue } from '../copy-value.ts'
import { compareValues } from '../ordering.ts'
import { pairsOf } from '../pair.ts'
import { settled } from '../settled.ts'
import type { SentOrdering } from './top-records.ts'

/** Calls the user's function with the partition's index first, as Spark does. */
export function withIndex(
  records: IterableIterator<unknown>,
  partition: number,
  f: (partition: number, records: IterableIterator<never>) => unknown,
): unknown {
  return f(partition, records as IterableIterator<never>)
}

/** Calls the user's function with the records alone: what it does with a second parameter is its own affair. */
export function withoutIndex(
  records: IterableIterator<unknown>,
  _partition: number,
  f: (records: IterableIterator<never>) => unknown,
): unknown {
  return f(records as IterableIterator<never>)
}

/** The partition folded into one record. */
export function foldPartition(
  records: Iterable<unknown>,
  _partition: number,
  zero: unknown,
  seqOp: (a: unknown, b: unknown) => unknown,
): unknown[] {
  let folded = copyValue(zero)
  for (const record of records) folded = settled(seqOp(folded, record), 'treeAggregate')
  return [folded]
}

/** The partition reduced to one record; to none when it is empty. */
export function reducePartition(
  records: Iterable<unknown>,
  _partition: number,
  f: (a: unknown, b: unknown) => unknown,
): unknown[] {
  let reduced: unknown[] = []
  for (const record of records)
    reduced = reduced.length === 0 ? [record] : [settled(f(reduced[0], record), 'treeReduce')]
  return reduced
}

/** Pairs each record of the partition with a number from 0 to `groupCount` - 1, the same one: who is merged together next. */
export function* keyByGroup(
  records: Iterable<unknown>,
  partition: number,
  groupCount: number,
): Generator<[number, unknown]> {
  for (const record of records) yield [partition % groupCount, record]
}

/** Numbers the records from the partition's start on. */
export function* numberRecords(
  records: Iterable<unknown>,
  partition: number,
  starts: readonly number[],
): Generator<[unknown, number]> {
  let index = starts[partition]!
  for (const record of records) yield [record, index++]
}

/** Numbers the records with every `partitionCount`-th number from the partition's index on. */
export function* numberRecordsApart(
  records: Iterable<unknown>,
  partition: number,
  partitionCount: number,
): Generator<[unknown, number]> {
  let index = partition
  for (const record of records) {
    yield [record, index]
    index += partitionCount
  }
}

/** The pairs of the partition in the order of their keys. */
export function sortPartitionByKey(records: Iterable<unknown>, _partition: number, sent: SentOrdering): unknown[] {
  const ordering = sent ?? compareValues
  return [...pairsOf(records)].sort((a, b) => ordering(a[0], b[0]))
}

/** The pairs whose key lies between the bounds, both included. */
export function* keysBetween(
  records: Iterable<unknown>,
  _partition: number,
  lower: unknown,
  upper: unknown,
  sent: SentOrdering,
): Generator<unknown> {
  const ordering = sent ?? compareValues
  for (const pair of pairsOf(records)) {
    if (ordering(pair[0], lower) >= 0 && ordering(pair[0], upper) <= 0) yield pair
  }
}

/** Pairs the records of two partitions in order. @throws SparkException when one holds more than the other. */
export function* zipRecords(
  [left, right]: readonly [IterableIterator<unknown>, IterableIterator<unknown>],
  partition: number,
): Generator<[unknown, unknown]> {
  for (;;) {
    const a = left.next()
    const b = right.next()
    if (a.done && b.done) return
    if (a.done || b.done) {
      throw new SparkException(
        'ZIP_LENGTH_MISMATCH',
        `Can only zip RDDs with same number of elements in each partition: in partition ${partition} the ${a.done ? 'first' : 'second'} one ends before the other`,
      )
    }
    yield [a.value, b.value]
  }
}
