import { types } from 'node:util'
import type { Encoded, Node } from '../wire/format.ts'
import { constructorOf, isStandardPrototype } from './prototypes.ts'

const ERROR_TYPES: ReadonlySet<string> = new Set([
  'Error',
  'AggregateError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
])

/** The node and the standard classes of an object that JavaScript itself knows as a special kind. */
export function standardKind(
  value: object,
): { readonly node: Node; readonly prototypes: readonly string[] } | undefined {
  if (types.isMap(value)) return { node: { kind: 'map', entries: [] }, prototypes: ['Map'] }
  if (types.isSet(value)) return { node: { kind: 'set', values: [] }, prototypes: ['Set'] }
  if (types.isDate(value)) {
    return { node: { kind: 'date', time: Date.prototype.getTime.call(value) }, prototypes: ['Date'] }
  }
  if (types.isRegExp(value)) {
    const { source, flags, lastIndex } = value
    return { node: { kind: 'regexp', source, flags, lastIndex }, prototypes: ['RegExp'] }
  }
  if (types.isArrayBufferView(value)) return viewKind(value)
  if (types.isAnyArrayBuffer(value)) return bytesKind(value)
  if (types.isNativeError(value)) {
    const type = errorType(value)
    return { node: { kind: 'error', type }, prototypes: [type] }
  }
  if (types.isBoxedPrimitive(value)) {
    const boxed: unknown = (value as { valueOf(): unknown }).valueOf()
    const name = typeof boxed === 'bigint' ? 'BigInt' : `${(typeof boxed)[0]!.toUpperCase()}${(typeof boxed).slice(1)}`
    if (typeof boxed === 'symbol') return undefined
    return { node: { kind: 'boxed', value: boxed as Encoded }, prototypes: [name] }
  }
  if (types.isWeakMap(value)) return { node: { kind: 'weakmap', entries: [] }, prototypes: ['WeakMap'] }
  if (types.isWeakSet(value)) return { node: { kind: 'weakset', values: [] }, prototypes: ['WeakSet'] }
  if (value instanceof WeakRef) return { node: { kind: 'weakref', target: undefined }, prototypes: ['WeakRef'] }
  if (value instanceof URL) return { node: { kind: 'url', href: value.href }, prototypes: ['URL'] }
  if (value instanceof URLSearchParams) {
    return { node: { kind: 'searchparams', text: value.toString() }, prototypes: ['URLSearchParams'] }
  }
  return undefined
}

function viewKind(view: ArrayBufferView): { readonly node: Node; readonly prototypes: readonly string[] } {
  if (Buffer.isBuffer(view)) {
    // Small Buffers share a pool with unrelated ones, so a Buffer travels alone.
    return { node: { kind: 'buffer', bytes: new Uint8Array(view) }, prototypes: ['Buffer', 'Uint8Array'] }
  }
  const type = types.isDataView(view)
    ? 'DataView'
    : (view as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag]
  const length = types.isDataView(view) ? view.byteLength : (view as Uint8Array).length
  return {
    node: { kind: 'view', type, buffer: undefined, offset: view.byteOffset, length },
    prototypes: [type],
  }
}

function bytesKind(buffer: ArrayBufferLike): { readonly node: Node; readonly prototypes: readonly string[] } {
  const shared = types.isSharedArrayBuffer(buffer)
  const { resizable, maxByteLength } = buffer as { resizable?: boolean; maxByteLength?: number }
  return {
    node: {
      kind: 'bytes',
      bytes: new Uint8Array(buffer).slice(),
      shared,
      ...(resizable === true && maxByteLength !== undefined ? { maxByteLength } : {}),
    },
    prototypes: [shared ? 'SharedArrayBuffer' : 'ArrayBuffer'],
  }
}

function errorType(error: Error): string {
  for (let at: object | null = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
    const name = constructorOf(at)?.name
    if (name !== undefined && ERROR_TYPES.has(name) && isStandardPrototype(at, name)) return name
  }
  return 'Error'
}

/** Properties that an object of a kind is born with. */
export function ownedBy(kind: Node['kind']): (key: string | symbol) => boolean {
  if (kind === 'regexp') return (key) => key === 'lastIndex'
  if (kind === 'view' || kind === 'buffer') return (key) => typeof key === 'string' && /^\d+$/.test(key)
  if (kind === 'boxed') return (key) => key === 'length' || (typeof key === 'string' && /^\d+$/.test(key))
  return () => false
}
