import { types } from 'node:util'
import { BOXED_CLASSES, errorBaseOf, viewIndexOf } from './builtin-classes.ts'
import type { ByteSink } from './byte-sink.ts'
import type { ClassTable } from './class-table.ts'
import { isWide } from './detach-string.ts'
import { MAX_VALUE_DEPTH, ValueTag } from './format.ts'
import { isUnknownNative, symbolKeyOf, UnserializableValue, unserializableKind } from './unserializable.ts'

const SHORT_STRING = 24

/**
 * Writes values one by one, each with a tag. Objects are numbered in the order in which they begin, and one met again within the same
 * value becomes a reference to that number, so cycles and shared objects keep their shape.
 */
export class ValueWriter {
  readonly #classes: ClassTable | undefined
  #sink!: ByteSink
  /** Objects of the value being written, by the order in which they began. */
  readonly #seen = new Map<object, number>()
  /** Property and class names of the column so far. */
  readonly #names = new Map<string, number>()
  #depth = 0

  constructor(classes: ClassTable | undefined) {
    this.#classes = classes
  }

  /** Starts a column: names are numbered from zero again. */
  begin(sink: ByteSink): void {
    this.#sink = sink
    this.#names.clear()
    this.#seen.clear()
    this.#depth = 0
  }

  /** Writes the next value of the column. */
  write(value: unknown): void {
    if (this.#seen.size > 0) this.#seen.clear()
    this.#write(value)
  }

  /** The objects within the value that was written last. */
  get objects(): Iterable<object> {
    return this.#seen.keys()
  }

  #write(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#writeString(value)
        break
      case 'number':
        this.#writeNumber(value)
        break
      case 'boolean':
        this.#sink.u8(value ? ValueTag.TRUE : ValueTag.FALSE)
        break
      case 'undefined':
        this.#sink.u8(ValueTag.UNDEFINED)
        break
      case 'bigint':
        this.#writeBigInt(value)
        break
      case 'symbol':
        this.#writeSymbol(value)
        break
      case 'object':
        if (value === null) this.#sink.u8(ValueTag.NULL)
        else this.#writeObject(value)
        break
      default:
        throw new UnserializableValue()
    }
  }

  #writeNumber(value: number): void {
    const sink = this.#sink
    if ((value | 0) === value && !Object.is(value, -0)) {
      sink.u8(ValueTag.INT)
      sink.varint(((value << 1) ^ (value >> 31)) >>> 0)
    } else {
      sink.u8(ValueTag.DOUBLE)
      sink.f64(value)
    }
  }

  #writeString(value: string): void {
    const sink = this.#sink
    const length = value.length
    const start = sink.length
    if (length < SHORT_STRING) {
      sink.u8(ValueTag.LATIN1)
      sink.varint(length)
      const at = sink.reserve(length)
      const buffer = sink.buffer
      let seen = 0
      for (let i = 0; i < length; i++) {
        const char = value.charCodeAt(i)
        seen |= char
        buffer[at + i] = char
      }
      if (seen <= 255) return
      sink.length = start
    } else if (!isWide(value)) {
      sink.u8(ValueTag.LATIN1)
      sink.varint(length)
      const at = sink.reserve(length)
      sink.buffer.latin1Write(value, at, length)
      return
    }
    sink.u8(ValueTag.UTF16)
    sink.varint(length)
    const at = sink.reserve(length * 2)
    sink.buffer.ucs2Write(value, at, length * 2)
  }

  #writeBigInt(value: bigint): void {
    const sink = this.#sink
    const hex = (value < 0n ? -value : value).toString(16)
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
    sink.u8(ValueTag.BIGINT)
    sink.u8(value < 0n ? 1 : 0)
    sink.varint(bytes.length)
    sink.append(bytes)
  }

  #writeSymbol(value: symbol): void {
    const key = Symbol.keyFor(value)
    if (key === undefined) throw new UnserializableValue()
    this.#sink.u8(ValueTag.SYMBOL)
    this.#writeString(key)
  }

  #writeObject(value: object): void {
    const known = this.#seen.get(value)
    if (known !== undefined) {
      this.#sink.u8(ValueTag.REFERENCE)
      this.#sink.varint(known)
      return
    }
    this.#seen.set(value, this.#seen.size)
    if (++this.#depth > MAX_VALUE_DEPTH) throw new UnserializableValue()
    this.#writeBody(value)
    this.#depth--
  }

  #writeBody(value: object): void {
    const proto: object | null = Object.getPrototypeOf(value)
    if (proto === Object.prototype) this.#writeFieldsWithTag(ValueTag.OBJECT, value)
    else if (proto === Array.prototype) this.#writeArray(value as unknown[])
    else if (proto === null) this.#writeFieldsWithTag(ValueTag.NULL_OBJECT, value)
    else this.#writeInstance(value, proto)
  }

  #writeInstance(value: object, proto: object): void {
    if (unserializableKind(value) !== undefined) throw new UnserializableValue()
    const classId = this.#classIdOf(proto)
    if (classId === undefined) {
      this.#writeBuiltin(value)
      return
    }
    this.#sink.u8(ValueTag.INSTANCE)
    this.#writeName(classId)
    // Own fields follow the body of a built-in base; a plain body is its fields, and an error's body ends with them.
    if (this.#writeBuiltin(value)) this.#writeFieldsOf(value, ownFieldsBesidesElements(value))
  }

  #classIdOf(proto: object): string | undefined {
    if (this.#classes === undefined) return undefined
    const ctor: unknown = proto.constructor
    if (typeof ctor !== 'function' || ctor.prototype !== proto) return undefined
    return this.#classes.idOf(ctor)
  }

  /** Writes by internal kind, whatever the class; true when the object's own fields are not part of what was written. */
  #writeBuiltin(value: object): boolean {
    if (Array.isArray(value)) {
      this.#writeArray(value)
      return true
    }
    if (ArrayBuffer.isView(value)) return this.#writeView(value)
    if (types.isMap(value)) return this.#writeMap(value)
    if (types.isSet(value)) return this.#writeSet(value)
    if (types.isDate(value)) return this.#writeDate(value)
    if (types.isRegExp(value)) return this.#writeRegExp(value)
    if (types.isNativeError(value)) return this.#writeError(value)
    if (types.isArrayBuffer(value)) return this.#writeArrayBuffer(value)
    if (types.isBoxedPrimitive(value)) return this.#writeBoxed(value)
    if (value instanceof URL) return this.#writeUrl(value)
    if (isUnknownNative(value)) throw new UnserializableValue()
    this.#writeFieldsWithTag(ValueTag.OBJECT, value)
    return false
  }

  #writeArray(value: readonly unknown[]): void {
    if (isMatch(value)) {
      this.#writeMatch(value)
    } else if (hasHole(value)) {
      this.#writeSparseArray(value)
    } else {
      this.#sink.u8(ValueTag.ARRAY)
      this.#writeElements(value)
    }
  }

  #writeElements(value: readonly unknown[]): void {
    const length = value.length
    this.#sink.varint(length)
    for (let i = 0; i < length; i++) this.#write(value[i])
  }

  #writeSparseArray(value: readonly unknown[]): void {
    const sink = this.#sink
    sink.u8(ValueTag.SPARSE_ARRAY)
    sink.varint(value.length)
    const indices = Object.keys(value).filter(isArrayIndex)
    sink.varint(indices.length)
    for (const key of indices) {
      const index = Number(key)
      sink.varint(index)
      this.#write(value[index])
    }
  }

  #writeMatch(value: RegExpMatchArray): void {
    this.#sink.u8(ValueTag.MATCH)
    this.#writeElements(value)
    this.#write(value.index)
    this.#write(value.input)
    this.#write(value.groups)
  }

  #writeFieldsWithTag(tag: number, value: object): void {
    this.#sink.u8(tag)
    this.#writeFields(value)
  }

  #writeFields(value: object): void {
    this.#writeFieldsOf(value, Object.keys(value))
  }

  #writeFieldsOf(value: object, keys: readonly string[]): void {
    if (symbolKeyOf(value) !== undefined) throw new UnserializableValue()
    this.#sink.varint(keys.length)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      this.#writeName(key)
      this.#write((value as Record<string, unknown>)[key])
    }
  }

  /** A name's number within the column; a new one is followed by the name. */
  #writeName(name: string): void {
    const known = this.#names.get(name)
    if (known !== undefined) {
      this.#sink.varint(known)
      return
    }
    this.#sink.varint(this.#names.size)
    this.#names.set(name, this.#names.size)
    this.#writeString(name)
  }

  #writeMap(value: Map<unknown, unknown>): true {
    // Copied first: a getter within may change the Map.
    const keys = [...Map.prototype.keys.call(value)]
    const elements = [...Map.prototype.values.call(value)]
    this.#sink.u8(ValueTag.MAP)
    this.#sink.varint(keys.length)
    for (let i = 0; i < keys.length; i++) {
      this.#write(keys[i])
      this.#write(elements[i])
    }
    return true
  }

  #writeSet(value: Set<unknown>): true {
    const elements = [...Set.prototype.values.call(value)]
    this.#sink.u8(ValueTag.SET)
    this.#sink.varint(elements.length)
    for (const element of elements) this.#write(element)
    return true
  }

  #writeDate(value: Date): true {
    this.#sink.u8(ValueTag.DATE)
    this.#sink.f64(Date.prototype.getTime.call(value))
    return true
  }

  #writeRegExp(value: RegExp): true {
    this.#sink.u8(ValueTag.REGEXP)
    this.#writeString(value.source)
    this.#writeString(value.flags)
    this.#sink.varint(value.lastIndex)
    return true
  }

  #writeArrayBuffer(value: ArrayBuffer): true {
    this.#sink.u8(ValueTag.ARRAY_BUFFER)
    this.#sink.varint(value.byteLength)
    this.#sink.append(new Uint8Array(value))
    return true
  }

  #writeView(value: ArrayBufferView): true {
    this.#sink.u8(ValueTag.VIEW)
    this.#sink.u8(viewIndexOf(value))
    this.#sink.varint(value.byteLength)
    this.#sink.append(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    return true
  }

  #writeError(value: Error): false {
    this.#sink.u8(ValueTag.ERROR)
    const base = errorBaseOf(value)
    this.#writeName(base)
    this.#writeName(String(value.name))
    this.#write(Object.hasOwn(value, 'message') ? String(value.message) : undefined)
    this.#write(typeof value.stack === 'string' ? value.stack : undefined)
    const hasCause = Object.hasOwn(value, 'cause')
    const hasErrors = Object.hasOwn(value, 'errors')
    this.#sink.u8((hasCause ? 1 : 0) | (hasErrors ? 2 : 0))
    if (hasCause) this.#write(value.cause)
    if (hasErrors) this.#write((value as AggregateError).errors)
    this.#writeFields(value)
    return false
  }

  #writeBoxed(value: object): true {
    const primitive: unknown = value.valueOf()
    this.#sink.u8(ValueTag.BOXED)
    this.#sink.u8(BOXED_CLASSES.findIndex((ctor) => value instanceof ctor))
    this.#write(primitive)
    return true
  }

  #writeUrl(value: URL): true {
    this.#sink.u8(ValueTag.URL)
    this.#writeString(value.href)
    return true
  }
}

function hasHole(value: readonly unknown[]): boolean {
  for (let i = 0; i < value.length; i++) if (value[i] === undefined && !Object.hasOwn(value, i)) return true
  return false
}

/** Whether an array came from `RegExp.exec` or `String.match`, whose named properties are worth keeping. */
export function isMatch(value: readonly unknown[]): value is RegExpMatchArray {
  return (value as RegExpMatchArray).index !== undefined && Object.hasOwn(value, 'groups')
}

function ownFieldsBesidesElements(value: object): string[] {
  const keys = Object.keys(value)
  return Array.isArray(value) || ArrayBuffer.isView(value) ? keys.filter((key) => !isArrayIndex(key)) : keys
}

function isArrayIndex(key: string): boolean {
  const index = Number(key)
  return Number.isInteger(index) && index >= 0 && index < 0xffffffff && String(index) === key
}
