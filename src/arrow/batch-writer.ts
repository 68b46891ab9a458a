import type { ArrowBatch, ArrowColumn } from './column.ts'
import type { FlatFields } from './flatbuffer-writer.ts'
import { ALIGNMENT, aligned, BatchSlot, MessageHeader } from './format.ts'
import { messageOf } from './message.ts'

const ZEROS = new Uint8Array(ALIGNMENT)
const NO_BYTES: readonly Uint8Array[] = []

/** Gathers what the columns of a record batch consist of, in the order of the schema, and makes a message of it. Nothing is copied. */
export class BatchBody {
  readonly #nodes: [number, number][] = []
  readonly #buffers: [number, number][] = []
  readonly #pieces: Uint8Array[] = []
  #bytes = 0

  /** Begins a column, or a part of a nested one, before its buffers. */
  node(length: number, nullCount = 0): void {
    this.#nodes.push([length, nullCount])
  }

  /** Adds one buffer, which may be given in pieces. */
  buffer(pieces: readonly Uint8Array[] = NO_BYTES): void {
    let length = 0
    for (const piece of pieces) {
      if (piece.length > 0) this.#pieces.push(piece)
      length += piece.length
    }
    this.#buffers.push([this.#bytes, length])
    const missing = aligned(length) - length
    if (missing > 0) this.#pieces.push(ZEROS.subarray(0, missing))
    this.#bytes += length + missing
  }

  /** @returns the pieces of the message for that many rows, in the order in which they are written. */
  message(length: number): Uint8Array[] {
    const header: FlatFields = [
      { slot: BatchSlot.LENGTH, as: 'int64', value: length },
      { slot: BatchSlot.NODES, as: 'pairs', value: this.#nodes },
      { slot: BatchSlot.BUFFERS, as: 'pairs', value: this.#buffers },
    ]
    return [messageOf(MessageHeader.RECORD_BATCH, header, this.#bytes), ...this.#pieces]
  }
}

/** @returns the pieces of a batch's message, in the order in which they are written. They are views of the columns. */
export function batchMessage({ length, columns }: ArrowBatch): Uint8Array[] {
  const body = new BatchBody()
  for (const column of columns) addColumn(column, body)
  return body.message(length)
}

function addColumn(column: ArrowColumn, body: BatchBody): void {
  body.node(column.length, column.nullCount)
  if (column.layout === 'null') return
  body.buffer(column.validity === null ? [] : [column.validity])
  switch (column.layout) {
    case 'bits':
      body.buffer([column.bits])
      break
    case 'numbers':
    case 'longs':
      body.buffer([byteView(column.values)])
      break
    case 'wide':
      body.buffer([byteView(column.words)])
      break
    case 'bytes':
      body.buffer([byteView(column.offsets)])
      body.buffer([column.data])
      break
    case 'list':
      body.buffer([byteView(column.offsets)])
      addColumn(column.child, body)
      break
    case 'struct':
      for (const child of column.children) addColumn(child, body)
      break
    default:
      column satisfies never
  }
}

/** The bytes of a typed array. */
export function byteView({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
