import { SparkException } from '../errors.ts'
import { describedRecord } from './described-record.ts'

/** A record of a keyed operation. */
export type PairRecord = readonly [key: unknown, value: unknown]

/** Code that is true for a record in variable `v` that no keyed operation can take. The generated loops name `isArray`. */
export function isNoPairCode(v: string): string {
  return `!isArray(${v}) || ${v}.length !== 2`
}

/** @throws SparkException for a record that is no array of a key and a value. */
export function assertPair(record: unknown): asserts record is PairRecord {
  if (!Array.isArray(record) || record.length !== 2) throw notAPair(record)
}

/** The records one by one, each a pair. @throws SparkException at the first that is none. */
export function* pairsOf(records: Iterable<unknown>): Generator<PairRecord> {
  for (const record of records) {
    assertPair(record)
    yield record
  }
}

/** The error for a record that a keyed operation cannot take. */
export function notAPair(record: unknown): SparkException {
  return new SparkException(
    'NOT_A_PAIR',
    `a keyed operation needs records of the shape [key, value] but met ${describedRecord(record)}. Make pairs first, for instance with map((x) => [x, 1]); ` +
      'values that belong together go into the second place: [key, [a, b]].',
  )
}
