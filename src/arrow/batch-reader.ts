import type { ArrowBatch, ArrowColumn, ColumnRows, Offsets } from './column.ts'
import { ArrowStreamError } from './errors.ts'
import { fixedWidthArray } from './fixed-width.ts'
import type { FlatPairs, FlatTable } from './flatbuffer-reader.ts'
import { BatchSlot, CompressionSlot } from './format.ts'
import type { ArrowField, ArrowSchema, ArrowType } from './schema.ts'

const CODECS = ['lz4', 'zstd']
const NO_OFFSETS = new Int32Array(1)

/** Reads a record batch, without copies where its buffers are aligned. @throws ArrowStreamError */
export function readBatch(schema: ArrowSchema, header: FlatTable, body: Uint8Array): ArrowBatch {
  const compression = header.table(BatchSlot.COMPRESSION)
  if (compression !== null) throw compressed(CODECS[compression.uint8(CompressionSlot.CODEC)] ?? 'another codec')
  const buffers = new BatchBuffers(header, body)
  return {
    schema,
    length: header.int64(BatchSlot.LENGTH),
    columns: schema.fields.map((field) => readColumn(field, buffers)),
  }
}

function compressed(codec: string): ArrowStreamError {
  return new ArrowStreamError(
    `the Arrow batches are compressed with ${codec}, which is not read: set spark.sql.execution.arrow.compression.codec to none for this session`,
    'ARROW_COMPRESSED',
  )
}

/** The nodes and buffers of a batch, taken in the order in which the columns stand. */
class BatchBuffers {
  readonly #nodes: FlatPairs
  readonly #buffers: FlatPairs
  readonly #body: Uint8Array
  #nextNode = 0
  #nextBuffer = 0

  constructor(header: FlatTable, body: Uint8Array) {
    this.#nodes = header.pairs(BatchSlot.NODES)
    this.#buffers = header.pairs(BatchSlot.BUFFERS)
    this.#body = body
  }

  /** Begins a column. @returns how many rows it has, and how many of them are null. */
  node(): { readonly length: number; readonly nullCount: number } {
    const index = this.#nextNode++
    if (index >= this.#nodes.length) throw new ArrowStreamError('an Arrow batch has fewer columns than its schema')
    return { length: this.#nodes.first(index), nullCount: this.#nodes.second(index) }
  }

  bytes(): Uint8Array {
    const index = this.#nextBuffer++
    if (index >= this.#buffers.length)
      throw new ArrowStreamError('an Arrow batch has fewer buffers than its schema asks for')
    const start = this.#buffers.first(index)
    const end = start + this.#buffers.second(index)
    if (end > this.#body.length) throw new ArrowStreamError('an Arrow buffer ends behind its batch')
    return this.#body.subarray(start, end)
  }
}

function readColumn({ name, type }: ArrowField, buffers: BatchBuffers): ArrowColumn {
  const { length, nullCount } = buffers.node()
  if (type.kind === 'null') return { layout: 'null', length, nullCount: length, validity: null }
  const bits = buffers.bytes()
  const rows: ColumnRows = { length, nullCount, validity: nullCount === 0 ? null : atLeast(bits, length / 8, name) }
  switch (type.kind) {
    case 'boolean':
      return { ...rows, layout: 'bits', bits: atLeast(buffers.bytes(), length / 8, name) }
    case 'decimal':
    case 'calendarInterval':
      return { ...rows, layout: 'wide', words: viewOf(buffers.bytes(), BigInt64Array, length * 2, name) }
    case 'string':
    case 'binary': {
      const offsets = readOffsets(buffers.bytes(), type.isLarge, length, name)
      return { ...rows, layout: 'bytes', offsets, data: atLeast(buffers.bytes(), Number(offsets[length]), name) }
    }
    case 'list': {
      const offsets = readOffsets(buffers.bytes(), type.isLarge, length, name)
      return { ...rows, layout: 'list', offsets, child: readColumn(type.element, buffers) }
    }
    case 'map': {
      const offsets = readOffsets(buffers.bytes(), false, length, name)
      return { ...rows, layout: 'list', offsets, child: readEntries(type, buffers) }
    }
    case 'struct':
      return { ...rows, layout: 'struct', children: type.fields.map((field) => readColumn(field, buffers)) }
    default: {
      const values = viewOf(buffers.bytes(), fixedWidthArray(type), length, name)
      return values instanceof BigInt64Array
        ? { ...rows, layout: 'longs', values }
        : { ...rows, layout: 'numbers', values }
    }
  }
}

/** The entries of a map: a struct of keys and values. */
function readEntries({ key, value }: ArrowType & { kind: 'map' }, buffers: BatchBuffers): ArrowColumn {
  return readColumn({ ...key, name: 'entries', type: { kind: 'struct', fields: [key, value] } }, buffers)
}

function readOffsets(bytes: Uint8Array, isLarge: boolean, length: number, name: string): Offsets {
  // A column without rows may have no offsets at all.
  if (length === 0) return NO_OFFSETS
  return isLarge ? viewOf(bytes, BigInt64Array, length + 1, name) : viewOf(bytes, Int32Array, length + 1, name)
}

interface ViewType<T> {
  new (buffer: ArrayBufferLike, at: number, length: number): T
  readonly BYTES_PER_ELEMENT: number
}

/** A typed view of bytes; a copy where they do not stand on a multiple of the element's size. */
function viewOf<T>(bytes: Uint8Array, Type: ViewType<T>, length: number, name: string): T {
  atLeast(bytes, length * Type.BYTES_PER_ELEMENT, name)
  // Buffer's slice() would return a view of the same memory, so the bytes are copied.
  const source = bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes)
  return new Type(source.buffer, source.byteOffset, length)
}

function atLeast(bytes: Uint8Array, length: number, name: string): Uint8Array {
  if (bytes.length < length) throw new ArrowStreamError(`column '${name}' is shorter than its batch`)
  return bytes
}
