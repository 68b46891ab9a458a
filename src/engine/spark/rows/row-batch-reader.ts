import type { ArrowBatch, ArrowColumn } from '../../../arrow/column.ts'
import { ArrowStreamError } from '../../../arrow/errors.ts'
import { messagesOf } from '../../../arrow/message.ts'
import type { ArrowField, ArrowSchema } from '../../../arrow/schema.ts'
import { ArrowDecoder } from '../../../arrow/stream.ts'
import { ROW_COLUMNS } from '../command.ts'
import type { BlockBatch, RowBatch } from './row-batch.ts'

type ColumnName = (typeof ROW_COLUMNS)[number]

/** Where the columns of rows are in a stream: at the top or in its only column, a struct, and in which order. */
interface RowLayout {
  readonly isStruct: boolean
  readonly index: ReadonlyMap<string, number>
}

/** How a stream is read: as rows, or as the single column `block`, which may also be text. */
export type BatchKind = 'rows' | 'blocks'

interface BatchOf {
  readonly rows: RowBatch
  readonly blocks: BlockBatch
}

/** Reads the messages of one stream of rows. The batches are views of the bodies. */
export class BatchDecoder<Kind extends BatchKind> {
  readonly #kind: Kind
  readonly #decoder = new ArrowDecoder()
  #layout: RowLayout | null = null

  constructor(kind: Kind) {
    this.#kind = kind
  }

  /**
   * Takes one message. @returns its rows, null for the schema.
   * @throws ArrowStreamError
   */
  decode(metadata: Uint8Array, body: Uint8Array): BatchOf[Kind] | null {
    const batch = this.#decoder.decode(metadata, body)
    if (batch === null) return null
    this.#layout ??= knownLayout(batch.schema, this.#kind)
    const columns = new RowColumns(batch, this.#layout)
    return (this.#kind === 'rows' ? columns.rows() : columns.blocks()) as BatchOf[Kind]
  }
}

/** Reads a whole stream of rows that is in memory. */
export function* readRowStream(bytes: Uint8Array): Generator<RowBatch> {
  const decoder = new BatchDecoder('rows')
  for (const { metadata, body } of messagesOf(bytes)) {
    const batch = decoder.decode(metadata, body)
    if (batch !== null) yield batch
  }
}

const knownLayouts: Readonly<Record<BatchKind, WeakMap<ArrowSchema, RowLayout>>> = {
  rows: new WeakMap(),
  blocks: new WeakMap(),
}

/** Equal schemas come as one object, so most streams find their layout. */
function knownLayout(schema: ArrowSchema, kind: BatchKind): RowLayout {
  let layout = knownLayouts[kind].get(schema)
  if (layout === undefined) {
    layout = rowLayout(schema, kind)
    knownLayouts[kind].set(schema, layout)
  }
  return layout
}

function rowLayout({ fields }: ArrowSchema, kind: BatchKind): RowLayout {
  const [first] = fields
  const isStruct = fields.length === 1 && first?.type.kind === 'struct'
  const columns = isStruct && first.type.kind === 'struct' ? first.type.fields : fields
  const needed: readonly ColumnName[] = kind === 'rows' ? ROW_COLUMNS : ['block']
  const index = new Map(columns.map(({ name }, at) => [name, at] as const))
  for (const name of needed) {
    const column = columns[index.get(name) ?? -1]
    if (column === undefined || !isFit(column, kind)) throw unexpectedColumns(columns)
  }
  return { isStruct, index }
}

function isFit({ name, type }: ArrowField, kind: BatchKind): boolean {
  if (name !== 'block') return type.kind === 'int' && type.bits === 32
  return type.kind === 'binary' || (kind === 'blocks' && type.kind === 'string')
}

function unexpectedColumns(columns: readonly ArrowField[]): ArrowStreamError {
  const names = columns.map(({ name, type }) => `${name} (${type.kind})`)
  return new ArrowStreamError(
    `rows have the columns ${ROW_COLUMNS.join(', ')}, four 32-bit integers and bytes, and these are ${names.join(', ')}`,
  )
}

/** The columns of one batch by name. */
class RowColumns {
  readonly #length: number
  readonly #columns: readonly ArrowColumn[]
  readonly #layout: RowLayout

  constructor({ length, columns }: ArrowBatch, layout: RowLayout) {
    const [first] = columns
    this.#length = length
    this.#columns = layout.isStruct && first?.layout === 'struct' ? first.children : columns
    this.#layout = layout
  }

  rows(): RowBatch {
    return {
      ...this.blocks(),
      target: this.#ints('target'),
      leaf: this.#ints('leaf'),
      source: this.#ints('source'),
      part: this.#ints('part'),
    }
  }

  blocks(): BlockBatch {
    const column = this.#column('block')
    if (column.layout !== 'bytes') throw new TypeError('the column block holds no bytes')
    return { length: this.#length, offsets: column.offsets, data: column.data }
  }

  #ints(name: ColumnName): Int32Array {
    const column = this.#column(name)
    if (column.layout !== 'numbers' || !(column.values instanceof Int32Array))
      throw new TypeError(`the column ${name} holds no integers of 32 bits`)
    return column.values
  }

  #column(name: ColumnName): ArrowColumn {
    return this.#columns[this.#layout.index.get(name) as number] as ArrowColumn
  }
}
