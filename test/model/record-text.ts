/** A record as text, alike for records that are alike: -0 is 0. */
export function recordText(record: unknown): string {
  return JSON.stringify(record, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : Object.is(value, -0) ? 0 : value,
  )
}
