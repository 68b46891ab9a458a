/** The JSON that record.scala writes of the same value: maps as sorted pairs, NaN and infinities as text, nothing as null. */
export function toJson(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`
  if (value instanceof Map) return `[${[...value].map(toJson).sort().join(',')}]`
  return JSON.stringify(value)
}
