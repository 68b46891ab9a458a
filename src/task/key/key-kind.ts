import { types } from 'node:util'
import { KeyNotHashableError } from './errors.ts'

/** Deeper keys are refused: only a cycle gets there. */
export const MAX_KEY_DEPTH = 200

export const TOO_DEEP = `an object that contains itself, or is nested deeper than ${MAX_KEY_DEPTH} levels,`

/** How objects are compared by value: which kind of object it is. */
export type ObjectKind =
  | 'array'
  | 'object'
  | 'date'
  | 'bytes'
  | 'buffer'
  | 'map'
  | 'set'
  | 'regexp'
  | 'error'
  | 'boxed'
  | 'url'
  | 'instance'

/**
 * Classifies an object as a key.
 * @throws {KeyNotHashableError} for one that has no equality by value
 */
export function objectKindOf(value: object): ObjectKind {
  if (Array.isArray(value)) return 'array'
  const proto: object | null = Object.getPrototypeOf(value)
  // The second test is for plain objects of another realm, as test runners make them.
  if (proto === Object.prototype || proto === null || Object.getPrototypeOf(proto) === null) return 'object'
  if (ArrayBuffer.isView(value)) return 'bytes'
  if (types.isDate(value)) return 'date'
  if (types.isMap(value)) return 'map'
  if (types.isSet(value)) return 'set'
  if (types.isAnyArrayBuffer(value)) return 'buffer'
  if (types.isRegExp(value)) return 'regexp'
  if (types.isNativeError(value)) return 'error'
  if (types.isBoxedPrimitive(value)) return 'boxed'
  if (value instanceof URL) return 'url'
  const refused = refusedKind(value)
  if (refused !== undefined) throw new KeyNotHashableError(refused)
  return 'instance'
}

function refusedKind(value: object): string | undefined {
  if (types.isPromise(value)) return 'a Promise'
  if (types.isWeakMap(value)) return 'a WeakMap'
  if (types.isWeakSet(value)) return 'a WeakSet'
  if (types.isGeneratorObject(value)) return 'a generator'
  if (types.isMapIterator(value) || types.isSetIterator(value)) return 'an iterator'
  if (types.isExternal(value)) return 'a native handle'
  if (value instanceof WeakRef) return 'a WeakRef'
  return undefined
}

/** The name by which instances of a class recognise each other, in whatever process the class was rebuilt. */
export function classNameOf(value: object): string {
  const ctor: unknown = value.constructor
  return typeof ctor === 'function' ? ctor.name : ''
}

/** The bytes of a view or a buffer. */
export function bytesOf(value: ArrayBufferView | ArrayBufferLike): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value)
}

/** The kind of a view; a `Buffer` is a `Uint8Array`. */
export function viewNameOf(value: ArrayBufferView): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** @throws {KeyNotHashableError} for a symbol that only this process has */
export function registeredSymbolKey(value: symbol): string {
  const key = Symbol.keyFor(value)
  if (key === undefined) throw new KeyNotHashableError(`the local symbol ${String(value)}`)
  return key
}
