import { SparkException } from '../errors.ts'
import { describedRecord } from './described-record.ts'

/** The error for a record that numeric operations (sums, means, histograms) cannot take. */
export function notANumber(record: unknown): SparkException {
  return new SparkException(
    'NOT_A_NUMBER',
    `sums, means and histograms need numbers but met ${describedRecord(record)}. Convert the records first, for instance with map(Number).`,
  )
}
