import { ROW_COLUMNS } from '../engine/spark/command.ts'
import { type FlatFields, writeFlatBuffer } from './flatbuffer-writer.ts'
import {
  ALIGNMENT,
  ArrowType,
  aligned,
  BatchSlot,
  END_OF_ARROW_STREAM,
  FieldSlot,
  IntSlot,
  MessageHeader,
  MessageSlot,
  MetadataVersion,
  SchemaSlot,
} from './format.ts'
import type { Row } from './row-batch.ts'

/** Where the columns stand: at the top, as in a relation, or in one struct column `_0`, as Spark wants them from mapInArrow. */
export type Nesting = 'flat' | 'struct'

const STRUCT_COLUMN = '_0'
const NO_BYTES = new Uint8Array(0)

/** @returns the schema message that begins a stream. */
export function schemaMessage(nesting: Nesting): Uint8Array {
  const columns = ROW_COLUMNS.map((name) => fieldOf(name, name === 'block' ? BINARY : INT32, []))
  const fields =
    nesting === 'flat' ? columns : [fieldOf(STRUCT_COLUMN, { type: ArrowType.STRUCT, fields: [] }, columns)]
  return message(MessageHeader.SCHEMA, [{ slot: SchemaSlot.FIELDS, as: 'tables', value: fields }], 0)
}

const INT32 = {
  type: ArrowType.INT,
  fields: [
    { slot: IntSlot.BIT_WIDTH, as: 'int32', value: 32 },
    { slot: IntSlot.IS_SIGNED, as: 'uint8', value: 1 },
  ],
} as const
const BINARY = { type: ArrowType.BINARY, fields: [] } as const

function fieldOf(
  name: string,
  { type, fields }: { readonly type: number; readonly fields: FlatFields },
  children: readonly FlatFields[],
): FlatFields {
  return [
    { slot: FieldSlot.NAME, as: 'string', value: name },
    { slot: FieldSlot.NULLABLE, as: 'uint8', value: 0 },
    { slot: FieldSlot.TYPE_TYPE, as: 'uint8', value: type },
    { slot: FieldSlot.TYPE, as: 'table', value: fields },
    { slot: FieldSlot.CHILDREN, as: 'tables', value: children },
  ]
}

/**
 * @returns the pieces of one record batch message, in the order in which they are written; the rows' blocks are among them as they are.
 * Blocks must stay below 2 GiB together.
 */
export function batchMessage(rows: readonly Row[], nesting: Nesting): Uint8Array[] {
  const count = rows.length
  const columns: Uint8Array[] = []
  for (const name of ['target', 'leaf', 'source', 'part'] as const) {
    const column = Int32Array.from(rows, (row) => row[name])
    columns.push(bytesOf(column))
  }
  const offsets = new Int32Array(count + 1)
  let dataBytes = 0
  rows.forEach(({ block }, index) => {
    dataBytes += block.length
    offsets[index + 1] = dataBytes
  })
  columns.push(bytesOf(offsets))

  const nodes: [number, number][] = []
  const buffers: [number, number][] = []
  let position = 0
  const addBuffer = (length: number): void => {
    buffers.push([position, length])
    position += aligned(length)
  }
  if (nesting === 'struct') {
    nodes.push([count, 0])
    addBuffer(0)
  }
  for (const column of columns) {
    nodes.push([count, 0])
    addBuffer(0)
    addBuffer(column.length)
  }
  addBuffer(dataBytes)

  const header: FlatFields = [
    { slot: BatchSlot.LENGTH, as: 'int64', value: count },
    { slot: BatchSlot.NODES, as: 'pairs', value: nodes },
    { slot: BatchSlot.BUFFERS, as: 'pairs', value: buffers },
  ]
  const pieces = [message(MessageHeader.RECORD_BATCH, header, position)]
  for (const column of columns) pieces.push(column, padding(column.length))
  for (const { block } of rows) pieces.push(block)
  pieces.push(padding(dataBytes))
  return pieces.filter(({ length }) => length > 0)
}

/** @returns a whole stream of rows, for instance the data of a local relation. */
export function rowStream(rows: readonly Row[], nesting: Nesting): Buffer {
  const batch = rows.length === 0 ? [] : batchMessage(rows, nesting)
  return Buffer.concat([schemaMessage(nesting), ...batch, END_OF_ARROW_STREAM])
}

function message(headerType: number, header: FlatFields, bodyLength: number): Uint8Array {
  const metadata = writeFlatBuffer([
    { slot: MessageSlot.VERSION, as: 'int16', value: MetadataVersion.V5 },
    { slot: MessageSlot.HEADER_TYPE, as: 'uint8', value: headerType },
    { slot: MessageSlot.HEADER, as: 'table', value: header },
    { slot: MessageSlot.BODY_LENGTH, as: 'int64', value: bodyLength },
  ])
  const framed = Buffer.allocUnsafe(8 + metadata.length)
  framed.writeInt32LE(-1, 0)
  framed.writeInt32LE(metadata.length, 4)
  framed.set(metadata, 8)
  return framed
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

const ZEROS = new Uint8Array(ALIGNMENT)

function padding(length: number): Uint8Array {
  const missing = aligned(length) - length
  return missing === 0 ? NO_BYTES : ZEROS.subarray(0, missing)
}
