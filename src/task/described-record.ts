/** Longer text is cut in messages. */
const MAX_SHOWN_CHARACTERS = 60

/** What a value is, for a message about a record of the wrong kind: `text ("ab")`, `an array of 3 elements`. */
export function describedRecord(record: unknown): string {
  if (Array.isArray(record)) return `an array of ${record.length} elements`
  if (record === null || record === undefined) return String(record)
  if (typeof record === 'string') {
    const isLong = record.length > MAX_SHOWN_CHARACTERS
    return `text (${JSON.stringify(isLong ? `${record.slice(0, MAX_SHOWN_CHARACTERS)}…` : record)})`
  }
  if (typeof record === 'object') return 'an object'
  if (typeof record === 'function') return 'a function'
  return `a ${typeof record} (${String(record)})`
}
