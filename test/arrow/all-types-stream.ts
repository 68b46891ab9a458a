import { batchOf } from '../../src/arrow/column-builder.ts'
import { writeArrowStream } from '../../src/arrow/stream.ts'
import { ALL_TYPES, ALL_TYPES_ROWS } from './all-types.ts'

/** The table of all types as Millstream writes it, in two batches. */
export function allTypesStream(): Buffer {
  return writeArrowStream(ALL_TYPES, [
    batchOf(ALL_TYPES, ALL_TYPES_ROWS.slice(0, 9)),
    batchOf(ALL_TYPES, ALL_TYPES_ROWS.slice(9)),
  ])
}
