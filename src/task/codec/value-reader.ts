import { BOXED_CLASSES, BUFFER_VIEW, ERROR_CLASSES, VIEW_CLASSES } from './builtin-classes.ts'
import type { ByteSource } from './byte-source.ts'
import type { ClassTable } from './class-table.ts'
import { CorruptBlockError } from './errors.ts'
import { MAX_VALUE_DEPTH, ValueTag } from './format.ts'

type Constructor = new (...args: never) => object

/** Reads what `ValueWriter` wrote. */
export class ValueReader {
  readonly #classes: ClassTable | undefined
  #source!: ByteSource
  /** Objects of the value being read, by the order in which they began. */
  #objects: object[] = []
  #names: string[] = []
  #depth = 0

  constructor(classes: ClassTable | undefined) {
    this.#classes = classes
  }

  /** Starts a column. */
  begin(source: ByteSource): void {
    this.#source = source
    this.#names = []
    this.#objects = []
    this.#depth = 0
  }

  /** Reads the next value of the column. */
  read(): unknown {
    if (this.#objects.length > 0) this.#objects = []
    return this.#read()
  }

  #read(): unknown {
    const source = this.#source
    const tag = source.u8()
    switch (tag) {
      case ValueTag.NULL:
        return null
      case ValueTag.UNDEFINED:
        return undefined
      case ValueTag.TRUE:
        return true
      case ValueTag.FALSE:
        return false
      case ValueTag.INT: {
        const zigzag = source.varint()
        return (zigzag >>> 1) ^ -(zigzag & 1)
      }
      case ValueTag.DOUBLE:
        return source.f64()
      case ValueTag.LATIN1:
      case ValueTag.UTF16:
        return this.#readCharacters(tag)
      case ValueTag.BIGINT:
        return this.#readBigInt()
      case ValueTag.SYMBOL:
        return Symbol.for(this.#readString())
      case ValueTag.REFERENCE:
        return this.#readReference()
      default:
        return this.#readObject(tag)
    }
  }

  #readString(): string {
    return this.#readCharacters(this.#source.u8())
  }

  #readCharacters(tag: number): string {
    const source = this.#source
    const length = source.varint()
    if (tag === ValueTag.LATIN1) {
      const at = source.take(length)
      return source.buffer.latin1Slice(at, at + length)
    }
    if (tag !== ValueTag.UTF16) throw new CorruptBlockError(`a string is expected before offset ${source.position}`)
    const at = source.take(length * 2)
    return source.buffer.ucs2Slice(at, at + length * 2)
  }

  #readBigInt(): bigint {
    const source = this.#source
    const isNegative = source.u8() === 1
    const length = source.varint()
    const at = source.take(length)
    const magnitude = BigInt(`0x${source.buffer.toString('hex', at, at + length) || '0'}`)
    return isNegative ? -magnitude : magnitude
  }

  #readReference(): object {
    const index = this.#source.varint()
    const object = this.#objects[index]
    if (object === undefined)
      throw new CorruptBlockError(`a reference to object ${index} before offset ${this.#source.position}`)
    return object
  }

  #readObject(tag: number): object {
    if (++this.#depth > MAX_VALUE_DEPTH) throw new CorruptBlockError(`values nested deeper than ${MAX_VALUE_DEPTH}`)
    const object = tag === ValueTag.INSTANCE ? this.#readInstance() : this.#readBody(tag, undefined)
    this.#depth--
    return object
  }

  #readInstance(): object {
    const id = this.#readName()
    const known = this.#classes?.byId(id)
    const ctor = typeof known === 'function' ? (known as Constructor) : undefined
    const tag = this.#source.u8()
    const object = this.#readBody(tag, ctor)
    if (tag !== ValueTag.OBJECT && tag !== ValueTag.ERROR) this.#readFields(object)
    return object
  }

  /** Takes the next object number before anything within the object is read. */
  #begin<T extends object>(object: T): T {
    this.#objects.push(object)
    return object
  }

  #readBody(tag: number, ctor: Constructor | undefined): object {
    switch (tag) {
      case ValueTag.OBJECT:
        return this.#readFields(this.#begin(ctor === undefined ? {} : Object.create(ctor.prototype)))
      case ValueTag.NULL_OBJECT:
        return this.#readFields(this.#begin(Object.create(null)))
      case ValueTag.ARRAY:
        return this.#readElements(this.#begin(construct(Array, [], ctor) as unknown[]))
      case ValueTag.SPARSE_ARRAY:
        return this.#readSparseArray(ctor)
      case ValueTag.MATCH:
        return this.#readMatch()
      case ValueTag.MAP:
        return this.#readMap(ctor)
      case ValueTag.SET:
        return this.#readSet(ctor)
      case ValueTag.DATE:
        return this.#begin(construct(Date, [this.#source.f64()], ctor))
      case ValueTag.REGEXP:
        return this.#readRegExp(ctor)
      case ValueTag.ARRAY_BUFFER:
        return this.#begin(this.#readBytes())
      case ValueTag.VIEW:
        return this.#readView(ctor)
      case ValueTag.ERROR:
        return this.#readError(ctor)
      case ValueTag.BOXED:
        return this.#readBoxed(ctor)
      case ValueTag.URL:
        return this.#readUrl()
      default:
        throw new CorruptBlockError(`a value of kind ${tag} before offset ${this.#source.position}`)
    }
  }

  #readFields(object: object): object {
    const source = this.#source
    const count = source.count(2)
    for (let i = 0; i < count; i++) {
      const name = this.#readName()
      const value = this.#read()
      setField(object as Record<string, unknown>, name, value)
    }
    return object
  }

  #readName(): string {
    const index = this.#source.varint()
    if (index < this.#names.length) return this.#names[index]!
    if (index > this.#names.length)
      throw new CorruptBlockError(`name ${index} before offset ${this.#source.position} is unknown`)
    const name = this.#readString()
    this.#names.push(name)
    return name
  }

  #readElements(array: unknown[]): unknown[] {
    const count = this.#source.count(1)
    for (let i = 0; i < count; i++) array.push(this.#read())
    return array
  }

  #readSparseArray(ctor: Constructor | undefined): unknown[] {
    const array = this.#begin(construct(Array, [], ctor) as unknown[])
    const length = this.#source.varint()
    const count = this.#source.count(2)
    if (length > 0xffffffff) throw new CorruptBlockError(`an array of length ${length}`)
    // V8 stores an array of the greatest length as a table of its elements, so the holes take no memory. The right length is set afterwards.
    array.length = 0xffffffff
    array.length = length
    for (let i = 0; i < count; i++) {
      const index = this.#source.varint()
      if (index >= length) throw new CorruptBlockError(`element ${index} of an array of length ${length}`)
      array[index] = this.#read()
    }
    return array
  }

  #readMatch(): unknown[] {
    const match = this.#begin([] as unknown as RegExpMatchArray)
    this.#readElements(match)
    match.index = this.#read() as number
    match.input = this.#read() as string
    match.groups = this.#read() as { [name: string]: string }
    return match
  }

  #readMap(ctor: Constructor | undefined): object {
    const map = this.#begin(construct(Map, [], ctor) as Map<unknown, unknown>)
    const count = this.#source.count(2)
    for (let i = 0; i < count; i++) {
      const key = this.#read()
      Map.prototype.set.call(map, key, this.#read())
    }
    return map
  }

  #readSet(ctor: Constructor | undefined): object {
    const set = this.#begin(construct(Set, [], ctor) as Set<unknown>)
    const count = this.#source.count(1)
    for (let i = 0; i < count; i++) Set.prototype.add.call(set, this.#read())
    return set
  }

  #readRegExp(ctor: Constructor | undefined): object {
    const source = this.#readString()
    const flags = this.#readString()
    const lastIndex = this.#source.varint()
    try {
      const expression = construct(RegExp, [source, flags], ctor) as RegExp
      expression.lastIndex = lastIndex
      return this.#begin(expression)
    } catch (cause) {
      throw new CorruptBlockError('a regular expression cannot be rebuilt', { cause })
    }
  }

  #readBytes(): ArrayBuffer {
    const source = this.#source
    const length = source.varint()
    const at = source.take(length)
    const bytes = new ArrayBuffer(length)
    new Uint8Array(bytes).set(source.buffer.subarray(at, at + length))
    return bytes
  }

  #readView(ctor: Constructor | undefined): object {
    const index = this.#source.u8()
    const ViewClass = VIEW_CLASSES[index]
    const bytes = this.#readBytes()
    if (ViewClass === undefined) throw new CorruptBlockError(`a view of kind ${index}`)
    if (index === BUFFER_VIEW) return this.#begin(Buffer.from(bytes))
    const width = 'BYTES_PER_ELEMENT' in ViewClass ? ViewClass.BYTES_PER_ELEMENT : 1
    if (bytes.byteLength % width !== 0) throw new CorruptBlockError(`${bytes.byteLength} bytes for a ${ViewClass.name}`)
    return this.#begin(construct(ViewClass, [bytes], ctor))
  }

  #readError(ctor: Constructor | undefined): object {
    const base = this.#readErrorShell(ctor)
    const name = this.#readName()
    const message = this.#read()
    const stack = this.#read()
    if (message !== undefined) hide(base, 'message', message)
    hide(base, 'stack', stack)
    const extras = this.#source.u8()
    if ((extras & 1) !== 0) hide(base, 'cause', this.#read())
    if ((extras & 2) !== 0) hide(base, 'errors', this.#read())
    this.#readFields(base)
    if (base.name !== name) hide(base, 'name', name)
    return base
  }

  #readErrorShell(ctor: Constructor | undefined): Error {
    const baseName = this.#readName()
    const BaseClass: unknown = baseName === 'AggregateError' ? AggregateError : (ERROR_CLASSES.get(baseName) ?? Error)
    const args = baseName === 'AggregateError' ? [[]] : []
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    const shell = construct(BaseClass as Constructor, args, ctor) as Error
    Error.stackTraceLimit = limit
    if (baseName === 'AggregateError') delete (shell as { errors?: unknown }).errors
    return this.#begin(shell)
  }

  #readBoxed(ctor: Constructor | undefined): object {
    const index = this.#source.u8()
    const shellAt = this.#objects.length
    // The primitive within takes no number, so the box can be made after it.
    const primitive = this.#read()
    if (BOXED_CLASSES[index] === undefined || Object(primitive) === primitive || this.#objects.length !== shellAt) {
      throw new CorruptBlockError(`a boxed value of kind ${index}`)
    }
    const box = Object(primitive) as object
    if (ctor !== undefined) Object.setPrototypeOf(box, ctor.prototype)
    return this.#begin(box)
  }

  #readUrl(): object {
    try {
      return this.#begin(new URL(this.#readString()))
    } catch (cause) {
      if (cause instanceof CorruptBlockError) throw cause
      throw new CorruptBlockError('a URL cannot be rebuilt', { cause })
    }
  }
}

/** Makes a built-in object that is an instance of the user's subclass, without running the subclass's constructor. */
function construct(base: Constructor, args: readonly unknown[], ctor: Constructor | undefined): object {
  return Reflect.construct(base, args, ctor ?? base) as object
}

/** Defines an own field; assignment would run a setter of the class or replace the prototype. */
export function setField(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name in object)
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  else object[name] = value
}

function hide(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true })
}
