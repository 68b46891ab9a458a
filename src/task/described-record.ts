import { describeValue } from '../arguments/describe-value.ts'

/** What a record is, for a message about one of the wrong kind: `the string 'ab'`, `an array of 3 elements`. */
export function describedRecord(record: unknown): string {
  if (!Array.isArray(record)) return describeValue(record)
  return `an array of ${record.length} ${record.length === 1 ? 'element' : 'elements'}`
}
