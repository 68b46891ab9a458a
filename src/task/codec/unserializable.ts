import { EventEmitter } from 'node:events'
import { types } from 'node:util'
import { PRIVATE, RecordNotSerializableError } from './errors.ts'
import { MAX_VALUE_DEPTH } from './format.ts'
import { privateMemberOf } from './private-members.ts'

/** Stops an encoding; {@link explainFailure} then finds out where in the record the value stands. */
export class UnserializableValue extends Error {}

/** Bounds the recursion of the search. */
const LONGEST_PATH = 4096

/** Returns the kind of a value that cannot be encoded, for instance `function 'send'`; undefined for a value that can. */
export function unserializableKind(value: unknown): string | undefined {
  if (typeof value === 'function') return value.name === '' ? 'a function' : `function '${value.name}'`
  if (typeof value === 'symbol')
    return Symbol.keyFor(value) === undefined ? `the local symbol ${String(value)}` : undefined
  if (typeof value !== 'object' || value === null) return undefined
  if (types.isPromise(value)) return 'a Promise'
  if (types.isWeakMap(value)) return 'a WeakMap'
  if (types.isWeakSet(value)) return 'a WeakSet'
  if (types.isGeneratorObject(value)) return 'a generator'
  if (types.isMapIterator(value) || types.isSetIterator(value)) return 'an iterator'
  if (types.isSharedArrayBuffer(value)) return 'a SharedArrayBuffer'
  if (types.isExternal(value) || types.isKeyObject(value) || types.isCryptoKey(value)) return 'a native handle'
  if (value instanceof EventEmitter || value instanceof EventTarget) return describeInstance(value)
  if (value instanceof WeakRef) return 'a WeakRef'
  if (value instanceof FinalizationRegistry) return 'a FinalizationRegistry'
  const member = privateMemberOf(value)
  return member === undefined ? undefined : `${describeInstance(value)}, whose ${member} ${PRIVATE}`
}

/** Whether an object is made by a class of JavaScript's own that keeps what it holds outside of its fields, and is none that the codec knows. */
export function isUnknownNative(value: object): boolean {
  if (Array.isArray(value) || ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return false
  if (types.isMap(value) || types.isSet(value) || types.isDate(value) || types.isRegExp(value)) return false
  if (types.isNativeError(value) || types.isBoxedPrimitive(value)) return false
  const owner: unknown = Object.getPrototypeOf(value)?.constructor
  return typeof owner === 'function' && owner !== Object && NATIVE_CODE.test(Function.prototype.toString.call(owner))
}

const NATIVE_CODE = /\{\s*\[native code\]\s*\}\s*$/

/** The first symbol among the own enumerable keys of an object, which bytes have no place for. */
export function symbolKeyOf(value: object): symbol | undefined {
  for (const key of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, key)) return key
  }
  return undefined
}

function describeInstance(value: object): string {
  const name = value.constructor?.name
  return name === undefined || name === '' ? 'a live object' : `an instance of ${name}`
}

/** Finds the first value in a record that cannot become bytes, and says where it stands. Runs only after an encoding failed. */
export function explainFailure(records: readonly unknown[], cause: unknown): RecordNotSerializableError {
  const options = cause instanceof UnserializableValue ? {} : { cause }
  const found = findUnserializable(records, 'record', new Set())
  if (found !== undefined) return new RecordNotSerializableError(found.path, found.kind, options)
  const index = Array.isArray(records) && records.length === 1 ? '[0]' : ''
  return new RecordNotSerializableError(`record${index}`, `nested deeper than ${MAX_VALUE_DEPTH} levels`, options)
}

interface Found {
  readonly path: string
  readonly kind: string
}

function findUnserializable(value: unknown, path: string, seen: Set<object>): Found | undefined {
  const kind = unserializableKind(value)
  if (kind !== undefined) return { path, kind }
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined
  if (isUnknownNative(value)) return { path, kind: describeInstance(value) }
  seen.add(value)
  if (path.length > LONGEST_PATH) return undefined
  const symbol = symbolKeyOf(value)
  if (symbol !== undefined) return { path: `${path}[${String(symbol)}]`, kind: 'a value under a symbol key' }
  try {
    for (const [step, child] of childrenOf(value)) {
      const found = findUnserializable(child, path + step, seen)
      if (found !== undefined) return found
    }
    return undefined
  } catch (error) {
    return { path, kind: `an object that cannot be read (${error instanceof Error ? error.message : String(error)})` }
  }
}

function* childrenOf(value: object): Iterable<[string, unknown]> {
  if (ArrayBuffer.isView(value)) return
  if (types.isMap(value)) {
    let index = 0
    for (const [key, child] of value) {
      yield [`.keys()[${index++}]`, key]
      yield [`.get(${preview(key)})`, child]
    }
  } else if (types.isSet(value)) {
    let index = 0
    for (const child of value) yield [`.values()[${index++}]`, child]
  } else if (value instanceof Error) {
    yield ['.cause', value.cause]
    if (value instanceof AggregateError) yield ['.errors', value.errors]
  }
  for (const key of Object.keys(value)) yield [step(value, key), (value as Record<string, unknown>)[key]]
}

function step(parent: object, key: string): string {
  if (Array.isArray(parent)) return `[${key}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function preview(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key.slice(0, 40))
  return typeof key === 'object' ? '…' : String(key)
}
