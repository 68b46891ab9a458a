/**
 * A string that two keys share exactly when they are one key. Written apart from the engine's own key tables on purpose:
 * the model must not share their mistakes.
 */
export function keyIdentity(key: unknown): string {
  if (key === null) return 'null'
  switch (typeof key) {
    case 'undefined':
      return 'undefined'
    case 'string':
      return JSON.stringify(key)
    case 'boolean':
      return String(key)
    case 'bigint':
      return `${key}n`
    case 'number':
      return Object.is(key, -0) ? '0' : String(key)
    case 'object':
      return objectIdentity(key)
    default:
      throw new TypeError(`a ${typeof key} cannot be a key`)
  }
}

function objectIdentity(key: object): string {
  if (Array.isArray(key)) return `[${key.map(keyIdentity).join(',')}]`
  if (key instanceof Date) return `date ${key.getTime()}`
  if (ArrayBuffer.isView(key)) {
    return `${key.constructor.name} ${Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('hex')}`
  }
  if (key instanceof Set) return `set {${[...key].map(keyIdentity).sort().join(',')}}`
  if (key instanceof Map) return `map ${entriesIdentity([...key])}`
  return `${key.constructor?.name ?? 'Object'} ${entriesIdentity(Object.entries(key))}`
}

function entriesIdentity(entries: readonly (readonly [unknown, unknown])[]): string {
  return `{${entries
    .map(([name, value]) => `${keyIdentity(name)}:${keyIdentity(value)}`)
    .sort()
    .join(',')}}`
}
