import type { ByteSink } from './byte-sink.ts'
import type { ClassTable } from './class-table.ts'
import {
  ColumnKind,
  MAX_CHUNK_RECORDS,
  MAX_COLUMN_DEPTH,
  MAX_COLUMNS,
  MAX_TUPLE_LENGTH,
  Nothing,
  ObjectPrototype,
} from './format.ts'
import { writeByteArrays, writeDates } from './leaf-columns.ts'
import { writeBigInts, writeBits, writeLengths, writeNumbers } from './number-columns.ts'
import { Owners } from './owners.ts'
import { hasShape, shapeOf } from './record-shape.ts'
import { SharedIdentity } from './shared-identity.ts'
import { writeStrings } from './string-columns.ts'
import { symbolKeyOf, UnserializableValue, unserializableKind } from './unserializable.ts'
import { isMatch, ValueWriter } from './value-writer.ts'

/** Fewer values than this are smaller and no slower one by one. */
const MINIMUM_COLUMN = 4

/** A list of this length within a record is worth a column even when the record is alone. */
const LONG_LIST = 32

const MAX_OBJECT_KEYS = 256
const MAX_VARIANTS = 24

/** Writes one chunk's records as columns, chosen by a look at the values. */
export class ColumnWriter {
  readonly #classes: ClassTable | undefined
  readonly #values: ValueWriter
  #sink!: ByteSink
  #identity = new SharedIdentity()
  #columnCount = 0

  constructor(classes: ClassTable | undefined) {
    this.#classes = classes
    this.#values = new ValueWriter(classes)
  }

  /** Appends the column of a whole chunk. */
  write(records: readonly unknown[], sink: ByteSink): void {
    const start = sink.length
    this.#sink = sink
    this.#identity = new SharedIdentity()
    this.#columnCount = 1
    if (isFewAndShort(records)) {
      this.#writeGeneric(records, undefined, true)
      return
    }
    this.#writeColumn(records, 0, undefined)
    if (!this.#identity.isFound(records.length)) return
    sink.length = start
    this.#writeGeneric(records, undefined, true)
  }

  #writeColumn(values: readonly unknown[], depth: number, owners: Owners | undefined): void {
    const count = values.length
    if (depth > MAX_COLUMN_DEPTH) {
      this.#writeGeneric(values, owners, false)
      return
    }
    const first = values[0]
    const type = typeof first
    for (let i = 1; i < count; i++) {
      if (typeof values[i] !== type) {
        this.#writeMixed(values, depth, owners)
        return
      }
    }
    if (type === 'string') writeStrings(this.#sink, values as string[], count)
    else if (type === 'number') writeNumbers(this.#sink, values as number[], count)
    else if (type === 'object') this.#writeObjects(values as (object | null)[], depth, owners)
    else if (type === 'boolean') this.#writeBooleans(values as boolean[])
    else if (type === 'undefined') this.#writeNothing(values, depth, owners, ColumnKind.UNDEFINED)
    else if (type !== 'bigint' || !writeBigInts(this.#sink, values as bigint[], count))
      this.#writeGeneric(values, owners, false)
  }

  /** Takes columns from the chunk's budget, so that a cycle or a huge object ends in a column of values one by one. */
  #hasRoomFor(columnCount: number): boolean {
    if (this.#columnCount + columnCount > MAX_COLUMNS) return false
    this.#columnCount += columnCount
    return true
  }

  #writeBooleans(values: readonly boolean[]): void {
    const bits = new Uint8Array(values.length)
    let trueCount = 0
    for (let i = 0; i < values.length; i++) {
      if (values[i]) {
        bits[i] = 1
        trueCount++
      }
    }
    const mayBeConstant = values.length <= MAX_CHUNK_RECORDS
    if (mayBeConstant && trueCount === values.length) this.#sink.u8(ColumnKind.TRUE)
    else if (mayBeConstant && trueCount === 0) this.#sink.u8(ColumnKind.FALSE)
    else {
      this.#sink.u8(ColumnKind.BOOLEAN)
      writeBits(this.#sink, bits, values.length)
    }
  }

  #writeNothing(values: readonly unknown[], depth: number, owners: Owners | undefined, kind: number): void {
    if (values.length > MAX_CHUNK_RECORDS) this.#writeNullable(values, depth, owners)
    else this.#sink.u8(kind)
  }

  #writeObjects(values: readonly (object | null)[], depth: number, owners: Owners | undefined): void {
    let nullCount = 0
    for (let i = 0; i < values.length; i++) if (values[i] === null) nullCount++
    if (nullCount === values.length) this.#writeNothing(values, depth, owners, ColumnKind.NULL)
    else if (nullCount > 0) this.#writeNullable(values, depth, owners)
    else this.#writePresentObjects(values as object[], depth, owners)
  }

  #writePresentObjects(values: readonly object[], depth: number, owners: Owners | undefined): void {
    const first = values[0]!
    const proto: unknown = Object.getPrototypeOf(first)
    for (let i = 1; i < values.length; i++) {
      if (Object.getPrototypeOf(values[i]!) !== proto) {
        this.#writeUnion(values, depth, owners)
        return
      }
    }
    const start = this.#sink.length
    if (proto === Array.prototype) {
      if (this.#writeTuples(values as unknown[][], depth, owners)) return
      this.#sink.length = start
      if (this.#writeLists(values as unknown[][], depth, owners)) return
    } else if (proto === Object.prototype || proto === null) {
      if (
        this.#writeShaped(
          values,
          proto === null ? ObjectPrototype.NULL : ObjectPrototype.PLAIN,
          undefined,
          depth,
          owners,
        )
      )
        return
      this.#writeUnion(values, depth, owners)
      return
    } else if (proto === Date.prototype || proto === Uint8Array.prototype || proto === Buffer.prototype) {
      if (
        proto === Date.prototype
          ? writeDates(this.#sink, values as Date[])
          : writeByteArrays(this.#sink, values as Uint8Array[])
      ) {
        this.#identity.add(values, owners)
        return
      }
    } else if (this.#writeInstances(values, proto as object, depth, owners)) {
      return
    }
    this.#sink.length = start
    this.#writeGeneric(values, owners, false)
  }

  #writeTuples(rows: readonly unknown[][], depth: number, owners: Owners | undefined): boolean {
    const width = rows[0]!.length
    if (width < 1 || width > MAX_TUPLE_LENGTH) return false
    for (let i = 0; i < rows.length; i++) if (rows[i]!.length !== width) return false
    if (!this.#hasRoomFor(width)) return false
    const columns: unknown[][] = []
    for (let place = 0; place < width; place++) {
      const column = extractPlace(rows, place)
      if (column === undefined) return false
      columns.push(column)
    }
    if (rows.some(isMatch)) return false
    this.#identity.add(rows, owners)
    this.#sink.u8(ColumnKind.TUPLE)
    this.#sink.u8(width)
    for (let place = 0; place < width; place++) this.#writeColumn(columns[place]!, depth + 1, owners)
    return true
  }

  #writeLists(rows: readonly unknown[][], depth: number, owners: Owners | undefined): boolean {
    if (!this.#hasRoomFor(1)) return false
    const lengths = new Uint32Array(rows.length)
    const elements: unknown[] = []
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const length = row.length
      lengths[i] = length
      if (isMatch(row)) return false
      for (let j = 0; j < length; j++) {
        const element = row[j]
        if (element === undefined && !Object.hasOwn(row, j)) return false
        elements.push(element)
      }
    }
    this.#identity.add(rows, owners)
    this.#sink.u8(ColumnKind.LIST)
    writeLengths(this.#sink, lengths, rows.length)
    if (elements.length > 0) this.#writeColumn(elements, depth + 1, Owners.ofElements(owners, lengths))
    return true
  }

  #writeShaped(
    values: readonly object[],
    prototype: number,
    classId: string | undefined,
    depth: number,
    owners: Owners | undefined,
  ): boolean {
    const keys = shapeOf(values[0]!)
    if (keys.length === 0 || keys.length > MAX_OBJECT_KEYS) return false
    for (let i = 1; i < values.length; i++) if (!hasShape(values[i]!, keys)) return false
    refuseSymbolKeys(values)
    if (!this.#hasRoomFor(keys.length)) return false
    this.#identity.add(values, owners)
    const columns = keys.map((key) => extractField(values as Record<string, unknown>[], key))
    this.#sink.u8(ColumnKind.OBJECT)
    this.#sink.u8(prototype)
    if (classId !== undefined) writeStrings(this.#sink, [classId], 1)
    this.#sink.varint(keys.length)
    writeStrings(this.#sink, keys, keys.length)
    for (const column of columns) this.#writeColumn(column, depth + 1, owners)
    return true
  }

  #writeInstances(values: readonly object[], proto: object, depth: number, owners: Owners | undefined): boolean {
    const ctor: unknown = proto.constructor
    if (this.#classes === undefined || typeof ctor !== 'function' || ctor.prototype !== proto) return false
    if (!isPlainClass(proto) || unserializableKind(values[0]) !== undefined) return false
    const id = this.#classes.idOf(ctor)
    if (id === undefined) return false
    return this.#writeShaped(values, ObjectPrototype.CLASS, id, depth, owners)
  }

  /** Values of more than one type. */
  #writeMixed(values: readonly unknown[], depth: number, owners: Owners | undefined): void {
    if (values.some((value) => value === undefined || value === null)) this.#writeNullable(values, depth, owners)
    else this.#writeUnion(values, depth, owners)
  }

  #writeNullable(values: readonly unknown[], depth: number, owners: Owners | undefined): void {
    if (!this.#hasRoomFor(1)) {
      this.#writeGeneric(values, owners, false)
      return
    }
    const count = values.length
    const isPresent = new Uint8Array(count)
    const isUndefined = new Uint8Array(count)
    const present: unknown[] = []
    const positions: number[] = []
    let undefinedCount = 0
    for (let i = 0; i < count; i++) {
      const value = values[i]
      if (value === undefined) {
        isUndefined[i] = 1
        undefinedCount++
      } else if (value !== null) {
        isPresent[i] = 1
        present.push(value)
        positions.push(i)
      }
    }
    const nothingCount = count - present.length
    const nothing =
      undefinedCount === 0 ? Nothing.NULL : undefinedCount === nothingCount ? Nothing.UNDEFINED : Nothing.BOTH
    this.#sink.u8(ColumnKind.NULLABLE)
    this.#sink.u8(nothing)
    writeBits(this.#sink, isPresent, count)
    if (nothing === Nothing.BOTH) writeBits(this.#sink, isUndefined, count)
    if (present.length > 0) this.#writeColumn(present, depth + 1, Owners.ofSelection(owners, positions))
  }

  #writeUnion(values: readonly unknown[], depth: number, owners: Owners | undefined): void {
    const variants = partition(values)
    if (variants === undefined || !this.#hasRoomFor(variants.groups.length)) {
      this.#writeGeneric(values, owners, false)
      return
    }
    const sink = this.#sink
    sink.u8(ColumnKind.UNION)
    sink.u8(variants.groups.length)
    sink.append(variants.tags)
    for (const group of variants.groups) {
      const groupOwners = Owners.ofSelection(owners, group.positions)
      if (group.isOpaque) this.#writeGeneric(group.values, groupOwners, false)
      else this.#writeColumn(group.values, depth + 1, groupOwners)
    }
  }

  #writeGeneric(values: readonly unknown[], owners: Owners | undefined, isWholeChunk: boolean): void {
    const writer = this.#values
    this.#sink.u8(ColumnKind.GENERIC)
    writer.begin(this.#sink)
    if (isWholeChunk) {
      for (let i = 0; i < values.length; i++) writer.write(values[i])
      return
    }
    const objects: unknown[] = []
    const positions: number[] = []
    for (let i = 0; i < values.length; i++) {
      writer.write(values[i])
      for (const object of writer.objects) {
        objects.push(object)
        positions.push(i)
      }
    }
    if (objects.length > 0) this.#identity.add(objects, Owners.ofSelection(owners, positions))
  }
}

interface Group {
  /** Values that only the generic column can hold. */
  readonly isOpaque: boolean
  readonly values: unknown[]
  readonly positions: number[]
}

interface Variants {
  readonly tags: Uint8Array
  readonly groups: Group[]
}

/** Sorts values by type, and objects by prototype and keys; undefined when that does not pay. */
function partition(values: readonly unknown[]): Variants | undefined {
  const count = values.length
  const tags = new Uint8Array(count)
  const groups: Group[] = []
  const tagOfType = new Map<string, number>()
  const shapes: { readonly proto: object | null; readonly keys: readonly string[]; readonly tag: number }[] = []
  for (let i = 0; i < count; i++) {
    const value = values[i]
    const type = typeofOrList(value)
    let tag = type === 'object' ? -1 : (tagOfType.get(type) ?? -1)
    if (type === 'object') {
      const proto: object | null = Object.getPrototypeOf(value)
      tag = shapes.find((shape) => shape.proto === proto && hasShape(value as object, shape.keys))?.tag ?? -1
      if (tag < 0) {
        tag = groups.length
        shapes.push({ proto, keys: shapeOf(value as object), tag })
        groups.push({ isOpaque: !isOpenPrototype(proto), values: [], positions: [] })
      }
    } else if (tag < 0) {
      tag = groups.length
      tagOfType.set(type, tag)
      groups.push({ isOpaque: type === 'symbol' || type === 'function', values: [], positions: [] })
    }
    if (groups.length > MAX_VARIANTS || groups.length * MINIMUM_COLUMN > count) return undefined
    tags[i] = tag
    groups[tag]!.values.push(value)
    groups[tag]!.positions.push(i)
  }
  return groups.length < 2 ? undefined : { tags, groups }
}

function typeofOrList(value: unknown): string {
  return typeof value === 'object' && Object.getPrototypeOf(value) === Array.prototype ? 'list' : typeof value
}

function isOpenPrototype(proto: object | null): boolean {
  return proto === null || proto === Object.prototype || proto === Date.prototype
}

/** To look for symbol keys takes as long as to write an object, so of many that are alike only some are looked at. */
const EACH_LOOKED_AT = 64
const EVERY_LOOKED_AT = 64

function refuseSymbolKeys(values: readonly object[]): void {
  for (let i = 0; i < values.length; i += i < EACH_LOOKED_AT ? 1 : EVERY_LOOKED_AT) {
    if (symbolKeyOf(values[i]!) !== undefined) throw new UnserializableValue()
  }
}

/** Collects the element at one index of each row; undefined when a row has a hole there. */
function extractPlace(rows: readonly unknown[][], place: number): unknown[] | undefined {
  const column = new Array<unknown>(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const value = row[place]
    if (value === undefined && !Object.hasOwn(row, place)) return undefined
    column[i] = value
  }
  return column
}

function extractField(objects: readonly Record<string, unknown>[], key: string): unknown[] {
  const column = new Array<unknown>(objects.length)
  for (let i = 0; i < objects.length; i++) column[i] = objects[i]![key]
  return column
}

/** Whether instances are nothing but their fields: no class in the chain is a built-in other than Object. */
function isPlainClass(proto: object): boolean {
  let top = proto
  for (let next = Object.getPrototypeOf(top); next !== null; next = Object.getPrototypeOf(next)) {
    if (next === Object.prototype) return true
    top = next
    if (/\[native code\]/.test(Function.prototype.toString.call(top.constructor))) return false
  }
  return false
}

/** Whether a chunk has so few values that columns would only add bytes. */
function isFewAndShort(records: readonly unknown[]): boolean {
  if (records.length >= MINIMUM_COLUMN) return false
  return !records.some(
    (record) =>
      typeof record === 'object' &&
      record !== null &&
      (isLong(record) || (isCheapToScan(record) && Object.values(record).some(isLong))),
  )
}

function isLong(value: unknown): boolean {
  return Array.isArray(value) && value.length >= LONG_LIST
}

function isCheapToScan(record: object): boolean {
  const proto: unknown = Object.getPrototypeOf(record)
  return proto === Array.prototype || proto === Object.prototype
}
