import type { ByteSource } from './byte-source.ts'
import type { ClassTable } from './class-table.ts'
import { CorruptBlockError } from './errors.ts'
import {
  ColumnKind,
  MAX_CHUNK_RECORDS,
  MAX_COLUMN_DEPTH,
  MAX_COLUMNS,
  MAX_TUPLE_LENGTH,
  Nothing,
  ObjectPrototype,
} from './format.ts'
import { readByteArrays } from './leaf-columns.ts'
import { readBigInts, readBits, readDoubles, readIntegers, readLengths, sumLengths } from './number-columns.ts'
import { readStrings } from './string-columns.ts'
import { setField, ValueReader } from './value-reader.ts'

/** Reads what `ColumnWriter` wrote. */
export class ColumnReader {
  readonly #classes: ClassTable | undefined
  readonly #values: ValueReader
  #source!: ByteSource
  #isDetached = false
  #columnCount = 0

  constructor(classes: ClassTable | undefined) {
    this.#classes = classes
    this.#values = new ValueReader(classes)
  }

  /** Reads the column of a whole chunk. */
  read(source: ByteSource, count: number, isDetached: boolean): unknown[] {
    this.#source = source
    this.#isDetached = isDetached
    this.#columnCount = 0
    if (count > MAX_CHUNK_RECORDS) throw new CorruptBlockError(`a chunk of ${count} records`)
    return this.#readColumn(count, 0)
  }

  #readColumn(count: number, depth: number): unknown[] {
    const source = this.#source
    source.expectColumn(count)
    if (++this.#columnCount > MAX_COLUMNS || depth > MAX_COLUMN_DEPTH + 1) {
      throw new CorruptBlockError(`too many columns at offset ${source.position}`)
    }
    const kind = source.u8()
    switch (kind) {
      case ColumnKind.UNDEFINED:
        return constant(count, undefined)
      case ColumnKind.NULL:
        return constant(count, null)
      case ColumnKind.TRUE:
        return constant(count, true)
      case ColumnKind.FALSE:
        return constant(count, false)
      case ColumnKind.BOOLEAN:
        return readBooleans(source, count)
      case ColumnKind.INTEGER:
        return readIntegers(source, count)
      case ColumnKind.DOUBLE:
        return readDoubles(source, count)
      case ColumnKind.BIGINT64:
        return readBigInts(source, count)
      case ColumnKind.LATIN1:
      case ColumnKind.UTF16:
      case ColumnKind.MIXED_STRING:
      case ColumnKind.DICTIONARY:
        return readStrings(source, kind, count, this.#isDetached)
      case ColumnKind.DATE:
        return this.#readDates(count)
      case ColumnKind.UINT8_ARRAY:
      case ColumnKind.BUFFER:
        return readByteArrays(source, count, kind === ColumnKind.BUFFER)
      case ColumnKind.TUPLE:
        return this.#readTuples(count, depth)
      case ColumnKind.LIST:
        return this.#readLists(count, depth)
      case ColumnKind.OBJECT:
        return this.#readObjects(count, depth)
      case ColumnKind.NULLABLE:
        return this.#readNullable(count, depth)
      case ColumnKind.UNION:
        return this.#readUnion(count, depth)
      case ColumnKind.GENERIC:
        return this.#readGeneric(count)
      default:
        throw new CorruptBlockError(`a column of kind ${kind} before offset ${source.position}`)
    }
  }

  #readDates(count: number): Date[] {
    const kind = this.#source.u8()
    if (kind !== ColumnKind.INTEGER && kind !== ColumnKind.DOUBLE) throw new CorruptBlockError(`dates of kind ${kind}`)
    const times = kind === ColumnKind.INTEGER ? readIntegers(this.#source, count) : readDoubles(this.#source, count)
    return times.map((time) => new Date(time))
  }

  #readTuples(count: number, depth: number): unknown[][] {
    const width = this.#source.u8()
    if (width < 1 || width > MAX_TUPLE_LENGTH) throw new CorruptBlockError(`tuples of ${width} places`)
    const columns: unknown[][] = []
    for (let place = 0; place < width; place++) columns.push(this.#readColumn(count, depth + 1))
    if (width === 2) return pairUp(columns[0]!, columns[1]!, count)
    const rows = new Array<unknown[]>(count)
    for (let i = 0; i < count; i++) {
      const row = new Array<unknown>(width)
      for (let place = 0; place < width; place++) row[place] = columns[place]![i]
      rows[i] = row
    }
    return rows
  }

  #readLists(count: number, depth: number): unknown[][] {
    const lengths = readLengths(this.#source, count)
    const total = sumLengths(lengths)
    const elements = total === 0 ? [] : this.#readColumn(total, depth + 1)
    const rows = new Array<unknown[]>(count)
    let at = 0
    for (let i = 0; i < count; i++) {
      const end = at + lengths[i]!
      rows[i] = elements.slice(at, end)
      at = end
    }
    return rows
  }

  #readObjects(count: number, depth: number): object[] {
    const prototype = this.#readPrototype()
    const keyCount = this.#source.count(1)
    if (keyCount < 1 || keyCount > MAX_COLUMNS) throw new CorruptBlockError(`objects with ${keyCount} keys`)
    const keys = this.#readKeys(keyCount)
    const columns = keys.map(() => this.#readColumn(count, depth + 1))
    const objects = new Array<object>(count)
    for (let i = 0; i < count; i++) {
      const object = (prototype === Object.prototype ? {} : Object.create(prototype)) as Record<string, unknown>
      for (let k = 0; k < keys.length; k++) setField(object, keys[k]!, columns[k]![i])
      objects[i] = object
    }
    return objects
  }

  #readPrototype(): object | null {
    const prototype = this.#source.u8()
    if (prototype === ObjectPrototype.PLAIN) return Object.prototype
    if (prototype === ObjectPrototype.NULL) return null
    if (prototype !== ObjectPrototype.CLASS) throw new CorruptBlockError(`objects with prototype ${prototype}`)
    const id = this.#readKeys(1)[0]!
    return this.#classes?.byId(id)?.prototype ?? Object.prototype
  }

  #readKeys(count: number): string[] {
    return readStrings(this.#source, this.#source.u8(), count, true)
  }

  #readNullable(count: number, depth: number): unknown[] {
    const source = this.#source
    const nothing = source.u8()
    if (nothing > Nothing.BOTH) throw new CorruptBlockError(`a nullable column of kind ${nothing}`)
    const isPresent = readBits(source, count)
    const isUndefined = nothing === Nothing.BOTH ? readBits(source, count) : undefined
    let presentCount = 0
    for (let i = 0; i < count; i++) presentCount += isPresent[i]!
    const present = presentCount === 0 ? [] : this.#readColumn(presentCount, depth + 1)
    const values = new Array<unknown>(count)
    let next = 0
    for (let i = 0; i < count; i++) {
      if (isPresent[i] === 1) values[i] = present[next++]
      else values[i] = nothing === Nothing.UNDEFINED || isUndefined?.[i] === 1 ? undefined : null
    }
    return values
  }

  #readUnion(count: number, depth: number): unknown[] {
    const source = this.#source
    const variantCount = source.u8()
    const at = source.take(count)
    const tags = new Uint8Array(source.buffer.subarray(at, at + count))
    const counts = new Uint32Array(variantCount)
    for (let i = 0; i < count; i++) {
      const tag = tags[i]!
      if (tag >= variantCount) throw new CorruptBlockError(`variant ${tag} of ${variantCount}`)
      counts[tag]!++
    }
    const variants: unknown[][] = []
    for (let tag = 0; tag < variantCount; tag++)
      variants.push(counts[tag] === 0 ? [] : this.#readColumn(counts[tag]!, depth + 1))
    const cursors = new Uint32Array(variantCount)
    const values = new Array<unknown>(count)
    for (let i = 0; i < count; i++) {
      const tag = tags[i]!
      values[i] = variants[tag]![cursors[tag]!++]
    }
    return values
  }

  #readGeneric(count: number): unknown[] {
    const reader = this.#values
    this.#source.expect(count)
    reader.begin(this.#source)
    const values = new Array<unknown>(count)
    for (let i = 0; i < count; i++) values[i] = reader.read()
    return values
  }
}

/** Checks the length of a constant column. A column longer than a chunk has at least one bit for each value. */
function constant<T>(count: number, value: T): T[] {
  if (count > MAX_CHUNK_RECORDS) throw new CorruptBlockError(`a column of ${count} times ${value}`)
  return new Array<T>(count).fill(value)
}

function readBooleans(source: ByteSource, count: number): boolean[] {
  const bits = readBits(source, count)
  const values = new Array<boolean>(count)
  for (let i = 0; i < count; i++) values[i] = bits[i] === 1
  return values
}

function pairUp(keys: readonly unknown[], values: readonly unknown[], count: number): [unknown, unknown][] {
  const pairs = new Array<[unknown, unknown]>(count)
  for (let i = 0; i < count; i++) pairs[i] = [keys[i], values[i]]
  return pairs
}
