/**
 * A record as Spark's Scala prints it, for text files, `pipe` and `print`: a string as it is, an array as a tuple `(a,1)`, a map as
 * `Map(a -> 1)`, a set as `Set(1, 2)`, bytes as their text, a plain object as JSON, anything else by its own `toString`.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `(${value.map(textOf).join(',')})`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
  if (value instanceof Map) return `Map(${[...value].map(([k, v]) => `${textOf(k)} -> ${textOf(v)}`).join(', ')})`
  if (value instanceof Set) return `Set(${[...value].map(textOf).join(', ')})`
  const hasOwnText = (value as object).toString !== Object.prototype.toString
  return hasOwnText ? String(value) : jsonOf(value)
}

function jsonOf(value: object): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? String(value)
}
