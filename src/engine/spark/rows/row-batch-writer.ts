import { BatchBody, byteView } from '../../../arrow/batch-writer.ts'
import { END_OF_ARROW_STREAM } from '../../../arrow/format.ts'
import { arrowField, arrowSchema } from '../../../arrow/schema.ts'
import { schemaMessage } from '../../../arrow/schema-writer.ts'
import { ROW_COLUMNS } from '../command.ts'
import type { StageRow } from './row-batch.ts'

/** Where the columns stand: at the top, as in a relation, or in one struct column `_0`, as Spark wants them from mapInArrow. */
export type Nesting = 'flat' | 'struct'

const STRUCT_COLUMN = '_0'
const COLUMNS = ROW_COLUMNS.map((name) =>
  arrowField(name, name === 'block' ? { kind: 'binary', isLarge: false } : { kind: 'int', bits: 32 }, false),
)
const SCHEMA_MESSAGES: Readonly<Record<Nesting, Uint8Array>> = {
  flat: schemaMessage(arrowSchema(COLUMNS)),
  struct: schemaMessage(arrowSchema([arrowField(STRUCT_COLUMN, { kind: 'struct', fields: COLUMNS }, false)])),
}

/** @returns the schema message that begins a stream of rows. */
export function rowSchemaMessage(nesting: Nesting): Uint8Array {
  return SCHEMA_MESSAGES[nesting]
}

/**
 * @returns the pieces of one record batch message, in the order in which they are written; the rows' blocks are among them as they are.
 * Blocks must stay below 2 GiB together.
 */
export function rowBatchMessage(rows: readonly StageRow[], nesting: Nesting): Uint8Array[] {
  const count = rows.length
  const body = new BatchBody()
  if (nesting === 'struct') {
    body.node(count)
    body.buffer()
  }
  for (const name of ['target', 'leaf', 'source', 'part'] as const) {
    body.node(count)
    body.buffer()
    body.buffer([byteView(Int32Array.from(rows, (row) => row[name]))])
  }
  const offsets = new Int32Array(count + 1)
  let dataBytes = 0
  rows.forEach(({ block }, index) => {
    dataBytes += block.length
    offsets[index + 1] = dataBytes
  })
  body.node(count)
  body.buffer()
  body.buffer([byteView(offsets)])
  body.buffer(rows.map(({ block }) => block))
  return body.message(count)
}

/** @returns a whole stream of rows, for instance the data of a local relation. */
export function rowStream(rows: readonly StageRow[], nesting: Nesting): Buffer {
  const batch = rows.length === 0 ? [] : rowBatchMessage(rows, nesting)
  return Buffer.concat([rowSchemaMessage(nesting), ...batch, END_OF_ARROW_STREAM])
}
