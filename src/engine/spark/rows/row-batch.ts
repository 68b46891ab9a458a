/**
 * Rows of `ROW_COLUMNS` (command.ts) as columns: row i is `(target[i], leaf[i], source[i], part[i])` and
 * `data[offsets[i], offsets[i + 1])`. The columns may be views of the bytes that were read.
 */
export interface RowBatch {
  readonly length: number
  readonly target: Int32Array
  readonly leaf: Int32Array
  readonly source: Int32Array
  readonly part: Int32Array
  /** `length + 1` positions in `data`. */
  readonly offsets: Int32Array | BigInt64Array
  readonly data: Uint8Array
}

/** Rows that have the column `block` alone. */
export interface BlockBatch {
  readonly length: number
  /** `length + 1` positions in `data`. */
  readonly offsets: Int32Array | BigInt64Array
  readonly data: Uint8Array
}

/** One row by itself. */
export interface StageRow {
  readonly target: number
  readonly leaf: number
  readonly source: number
  readonly part: number
  readonly block: Uint8Array
}

/** The block of one row of a batch, a view of the batch's bytes. */
export function blockOf({ offsets, data }: RowBatch, index: number): Uint8Array {
  return data.subarray(Number(offsets[index]), Number(offsets[index + 1]))
}

/** The rows of a batch one by one. */
export function* rowsOf(batch: RowBatch): Generator<StageRow> {
  const { length, target, leaf, source, part } = batch
  for (let index = 0; index < length; index++) {
    yield {
      target: target[index] as number,
      leaf: leaf[index] as number,
      source: source[index] as number,
      part: part[index] as number,
      block: blockOf(batch, index),
    }
  }
}
