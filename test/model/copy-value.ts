/** A deep copy, as a record has after its way through a shuffle; shared parts and cycles stay shared. */
export function copyValue<T>(value: T): T {
  return copy(value, new Map()) as T
}

function copy(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) {
    const array: unknown[] = []
    seen.set(value, array)
    for (const item of value) array.push(copy(item, seen))
    return array
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>()
    seen.set(value, map)
    for (const [key, item] of value) map.set(copy(key, seen), copy(item, seen))
    return map
  }
  if (value instanceof Set) {
    const set = new Set<unknown>()
    seen.set(value, set)
    for (const item of value) set.add(copy(item, seen))
    return set
  }
  if (value instanceof Date || value instanceof RegExp || value instanceof Error || ArrayBuffer.isView(value)) {
    return Buffer.isBuffer(value) ? Buffer.from(value) : structuredClone(value)
  }
  const instance: Record<string, unknown> = Object.create(Object.getPrototypeOf(value))
  seen.set(value, instance)
  for (const [name, item] of Object.entries(value)) instance[name] = copy(item, seen)
  return instance
}
