import { ROW_COLUMNS } from '../engine/spark/command.ts'
import { FlatTable } from './flatbuffer-reader.ts'
import {
  ArrowType,
  BatchSlot,
  CONTINUATION,
  FieldSlot,
  IntSlot,
  MessageHeader,
  MessageSlot,
  SchemaSlot,
} from './format.ts'
import type { BlockBatch, RowBatch } from './row-batch.ts'

/** An Arrow stream that is not one of rows, or that uses what these rows never need. */
export class ArrowStreamError extends Error {
  override readonly name = 'ArrowStreamError'
}

type Column = (typeof ROW_COLUMNS)[number]

/** Where the buffers of the columns are in a batch. */
interface ColumnPlaces {
  /** Buffers before each column's own validity buffer. */
  readonly buffer: ReadonlyMap<Column, number>
  readonly hasLongOffsets: boolean
}

/** What a stream is read as: rows, or the one column `block`, which may be text too. */
export type BatchKind = 'rows' | 'blocks'

interface BatchOf {
  readonly rows: RowBatch
  readonly blocks: BlockBatch
}

/** Reads the messages of one stream, whose columns stand at the top or in one struct. */
export class BatchDecoder<Kind extends BatchKind> {
  readonly #kind: Kind
  #places: ColumnPlaces | null = null

  constructor(kind: Kind) {
    this.#kind = kind
  }

  /** How many bytes of body follow a message's metadata. */
  static bodyLength(metadata: Uint8Array): number {
    return FlatTable.root(metadata).int64(MessageSlot.BODY_LENGTH)
  }

  /**
   * Takes one message. @returns its rows, null for the schema.
   * @throws ArrowStreamError
   */
  decode(metadata: Uint8Array, body: Uint8Array): BatchOf[Kind] | null {
    const message = FlatTable.root(metadata)
    const header = message.table(MessageSlot.HEADER)
    if (header === null) throw new ArrowStreamError('an Arrow message has no header')
    switch (message.uint8(MessageSlot.HEADER_TYPE)) {
      case MessageHeader.SCHEMA:
        this.#places = columnPlaces(header, this.#kind)
        return null
      case MessageHeader.RECORD_BATCH:
        if (this.#places === null) throw new ArrowStreamError('an Arrow batch comes before its schema')
        return (this.#kind === 'rows' ? rowBatch : blockBatch)(header, body, this.#places) as BatchOf[Kind]
      default:
        throw new ArrowStreamError('the rows are dictionary-encoded; Millstream reads plain columns only')
    }
  }
}

/** Reads a whole stream that is in memory. */
export function* readRowStream(bytes: Uint8Array): Generator<RowBatch> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new BatchDecoder('rows')
  let position = 0
  while (position + 8 <= bytes.length) {
    if (view.getUint32(position, true) !== CONTINUATION)
      throw new ArrowStreamError('an Arrow message begins without its mark')
    const length = view.getUint32(position + 4, true)
    if (length === 0) return
    const metadata = bytes.subarray(position + 8, position + 8 + length)
    const start = position + 8 + length
    const end = start + BatchDecoder.bodyLength(metadata)
    if (end > bytes.length) throw new ArrowStreamError('an Arrow stream ends within a message')
    const batch = decoder.decode(metadata, bytes.subarray(start, end))
    if (batch !== null) yield batch
    position = end
  }
}

function columnPlaces(schema: FlatTable, kind: BatchKind): ColumnPlaces {
  const top = schema.tables(SchemaSlot.FIELDS)
  const first = top[0]
  const isStruct = top.length === 1 && first?.uint8(FieldSlot.TYPE_TYPE) === ArrowType.STRUCT
  const columns = isStruct ? first.tables(FieldSlot.CHILDREN) : top
  // A struct has a validity buffer of its own.
  let next = isStruct ? 1 : 0
  const buffer = new Map<Column, number>()
  let hasLongOffsets = false
  for (const column of columns) {
    const name = column.string(FieldSlot.NAME)
    const type = column.uint8(FieldSlot.TYPE_TYPE)
    if (name === 'block') hasLongOffsets = type === ArrowType.LARGE_BINARY || type === ArrowType.LARGE_UTF8
    const isWhole = type === ArrowType.INT && column.table(FieldSlot.TYPE)?.int32(IntSlot.BIT_WIDTH) === 32
    const isBytes = type === ArrowType.BINARY || type === ArrowType.LARGE_BINARY || (kind === 'blocks' && isText(type))
    if (name === 'block' ? !isBytes : !isWhole) throw unexpectedColumns(columns)
    buffer.set(name as Column, next)
    // Validity and values; bytes have offsets between them.
    next += isBytes ? 3 : 2
  }
  const needed: readonly Column[] = kind === 'rows' ? ROW_COLUMNS : ['block']
  if (needed.some((name) => !buffer.has(name))) throw unexpectedColumns(columns)
  return { buffer, hasLongOffsets }
}

function unexpectedColumns(columns: readonly FlatTable[]): ArrowStreamError {
  const names = columns.map((column) => `${column.string(FieldSlot.NAME)} (type ${column.uint8(FieldSlot.TYPE_TYPE)})`)
  return new ArrowStreamError(
    `rows have the columns ${ROW_COLUMNS.join(', ')}, four 32-bit integers and bytes, and these are ${names.join(', ')}`,
  )
}

function rowBatch(header: FlatTable, body: Uint8Array, places: ColumnPlaces): RowBatch {
  const columns = new BatchColumns(header, body, places)
  return {
    ...columns.block(),
    target: columns.ints('target'),
    leaf: columns.ints('leaf'),
    source: columns.ints('source'),
    part: columns.ints('part'),
  }
}

function blockBatch(header: FlatTable, body: Uint8Array, places: ColumnPlaces): BlockBatch {
  return new BatchColumns(header, body, places).block()
}

/** The columns of one batch, as views of its bytes. */
class BatchColumns {
  readonly #length: number
  readonly #buffers: readonly (readonly [start: number, size: number])[]
  readonly #body: Uint8Array
  readonly #places: ColumnPlaces

  constructor(header: FlatTable, body: Uint8Array, places: ColumnPlaces) {
    if (header.table(BatchSlot.COMPRESSION) !== null) {
      throw new ArrowStreamError(
        'the rows are compressed: set spark.sql.execution.arrow.compression.codec to none for this session',
      )
    }
    this.#length = header.int64(BatchSlot.LENGTH)
    this.#buffers = header.pairs(BatchSlot.BUFFERS)
    this.#body = body
    this.#places = places
  }

  block(): BlockBatch {
    const length = this.#length
    const first = this.#places.buffer.get('block') as number
    const offsetBytes = this.#bytes(first + 1)
    const offsets =
      length === 0
        ? new Int32Array(1)
        : this.#places.hasLongOffsets
          ? viewed(offsetBytes, BigInt64Array, length + 1)
          : viewed(offsetBytes, Int32Array, length + 1)
    return { length, offsets, data: this.#bytes(first + 2) }
  }

  ints(name: Column): Int32Array {
    const bytes = this.#bytes((this.#places.buffer.get(name) as number) + 1)
    if (bytes.length < this.#length * 4) throw new ArrowStreamError(`column ${name} is shorter than its batch`)
    return viewed(bytes, Int32Array, this.#length)
  }

  #bytes(index: number): Uint8Array {
    const [start, size] = this.#buffers[index] ?? [0, 0]
    if (start + size > this.#body.length) throw new ArrowStreamError('an Arrow buffer ends behind its batch')
    return this.#body.subarray(start, start + size)
  }
}

function isText(type: number): boolean {
  return type === ArrowType.UTF8 || type === ArrowType.LARGE_UTF8
}

/** A typed view of bytes; a copy where they do not stand on a multiple of the element's size. */
function viewed<T extends Int32Array | BigInt64Array>(
  bytes: Uint8Array,
  Type: { new (buffer: ArrayBufferLike, at: number, length: number): T; readonly BYTES_PER_ELEMENT: number },
  length: number,
): T {
  // Not slice(): that of a Buffer is a view.
  const source = bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes)
  return new Type(source.buffer, source.byteOffset, length)
}
