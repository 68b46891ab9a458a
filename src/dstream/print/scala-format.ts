import { isPair } from './pair.ts'

/**
 * A record as Spark's `print` prints it in Scala: `(word,3)`.
 *
 * A record that is an array of two is a pair and printed as a tuple, as is a key that is an array; every other array is a `List`. A Map or a plain
 * object is a `Map`, a Set a `Set`, undefined is `None`. An object with a `toString` of its own prints that, another as a case class.
 */
export function formatScala(record: unknown): string {
  return isPair(record) ? `(${key(record[0])},${text(record[1])})` : text(record)
}

function key(value: unknown): string {
  return Array.isArray(value) ? `(${value.map(key).join(',')})` : text(value)
}

function text(value: unknown): string {
  if (value === undefined) return 'None'
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `List(${list(value)})`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString()
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return `Array(${list([...(value as Int8Array)])})`
  if (value instanceof Map) return map(value)
  if (value instanceof Set) return `Set(${list([...value])})`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return map(Object.entries(value))
  if (value.toString !== Object.prototype.toString) return String(value)
  return `${value.constructor.name}(${Object.values(value).map(text).join(',')})`
}

function list(values: readonly unknown[]): string {
  return values.map(text).join(', ')
}

function map(entries: Iterable<readonly [unknown, unknown]>): string {
  return `Map(${Array.from(entries, ([name, value]) => `${key(name)} -> ${text(value)}`).join(', ')})`
}
