/** Views by their byte in the format; never reordered. `Buffer` comes last because it is a `Uint8Array` too. */
export const VIEW_CLASSES = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  Buffer,
] as const

export const BUFFER_VIEW = 12

/** The built-in error classes by name; an error of another class is rebuilt from the nearest of them. */
export const ERROR_CLASSES: ReadonlyMap<string, ErrorConstructor> = new Map(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((ctor) => [
    ctor.name,
    ctor as ErrorConstructor,
  ]),
)

/** Boxed primitives by their byte in the format. */
export const BOXED_CLASSES = [Number, String, Boolean, BigInt, Symbol] as const

/** The view class byte of a typed array, DataView or Buffer, by what the value is and not by what its class claims. */
export function viewIndexOf(view: ArrayBufferView): number {
  if (Buffer.isBuffer(view)) return BUFFER_VIEW
  for (let index = 0; index < BUFFER_VIEW; index++) {
    const name = Object.prototype.toString.call(view).slice(8, -1)
    if (VIEW_CLASSES[index]!.name === name) return index
  }
  return 1
}

/** The nearest built-in error class of an error. */
export function errorBaseOf(error: Error): string {
  for (let proto = Object.getPrototypeOf(error); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const name = proto.constructor?.name
    if (typeof name === 'string' && ERROR_CLASSES.get(name)?.prototype === proto) return name
    if (name === 'AggregateError') return 'AggregateError'
  }
  return 'Error'
}
