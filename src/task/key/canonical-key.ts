import { KeyNotHashableError } from './errors.ts'
import {
  bytesOf,
  classNameOf,
  MAX_KEY_DEPTH,
  objectKindOf,
  registeredSymbolKey,
  TOO_DEEP,
  viewNameOf,
} from './key-kind.ts'

/** First character of every string that stands for something else than itself. */
const TAG = '\u0000'

/** The value that represents a key in a JavaScript Map. */
export type CanonicalKey = string | number | boolean | bigint | null | undefined

/**
 * A primitive that stands for a key: two keys are equal by value exactly when their canonical forms are the same to a JavaScript Map.
 * Primitives are their own; composite keys become strings that begin with a tag character, and so does a string that begins with it.
 * @throws {KeyNotHashableError} for what cannot be a key
 */
export function canonicalKey(key: unknown): CanonicalKey {
  switch (typeof key) {
    case 'string':
      return key.charCodeAt(0) === 0 ? `${TAG}s${key}` : key
    case 'object':
      return key === null ? null : TAG + describeObject(key, 0)
    case 'symbol':
      return `${TAG}y${registeredSymbolKey(key)}`
    case 'function':
      throw new KeyNotHashableError('a function')
    default:
      return key as CanonicalKey
  }
}

/** Canonical text of a composite key, without the tag: for a table of composite keys only. */
export function compositeText(key: object): string {
  return describeObject(key, 0)
}

/** Every text tells where it ends, so texts one after another stay apart. */
function describe(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return `n${value};`
    case 'boolean':
      return value ? 'T' : 'F'
    case 'bigint':
      return `i${value};`
    case 'undefined':
      return 'U'
    case 'symbol':
      return `y${quote(registeredSymbolKey(value))}`
    case 'object':
      return value === null ? 'N' : describeObject(value, depth)
    default:
      throw new KeyNotHashableError('a function')
  }
}

function quote(text: string): string {
  return `s${text.length}:${text}`
}

function describeObject(value: object, depth: number): string {
  if (depth > MAX_KEY_DEPTH) throw new KeyNotHashableError(TOO_DEEP)
  const kind = objectKindOf(value)
  switch (kind) {
    case 'array':
      return describeArray(value as unknown[], depth)
    case 'object':
      return `o${describeFields(value, depth)}`
    case 'instance':
      return `c${quote(classNameOf(value))}${describeFields(value, depth)}`
    case 'date':
      return `d${Date.prototype.getTime.call(value)};`
    case 'bytes':
      return `b${viewNameOf(value as ArrayBufferView)}:${describeBytes(bytesOf(value as ArrayBufferView))}`
    case 'buffer':
      return `a${describeBytes(bytesOf(value as ArrayBuffer))}`
    case 'map':
      return `m${describeEntries(value as Map<unknown, unknown>, depth)}`
    case 'set':
      return `e${describeElements(value as Set<unknown>, depth)}`
    case 'regexp':
      return `r${quote(String(value))}`
    case 'error':
      return `x${quote(classNameOf(value))}${quote(String((value as Error).message))}${describeFields(value, depth)}`
    case 'boxed':
      return `p${describe(value.valueOf(), depth)}`
    case 'url':
      return `u${quote((value as URL).href)}`
  }
}

function describeArray(elements: readonly unknown[], depth: number): string {
  let text = `[${elements.length}:`
  for (let i = 0; i < elements.length; i++) text += describe(elements[i], depth + 1)
  return text
}

function describeFields(object: object, depth: number): string {
  const keys = Object.keys(object).sort()
  let text = `${keys.length}:`
  for (const key of keys) text += quote(key) + describe((object as Record<string, unknown>)[key], depth + 1)
  return text
}

function describeBytes(bytes: Uint8Array): string {
  return quote(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'))
}

function describeEntries(map: Map<unknown, unknown>, depth: number): string {
  const entries = [...map].map(([key, value]) => describe(key, depth + 1) + describe(value, depth + 1))
  return `${map.size}:${entries.sort().join('')}`
}

function describeElements(set: Set<unknown>, depth: number): string {
  const elements = [...set].map((element) => describe(element, depth + 1))
  return `${set.size}:${elements.sort().join('')}`
}
