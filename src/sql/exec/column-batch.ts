import type { SqlValue } from '../plan/sql-value.ts'
import type { DataType } from '../types/data-type.ts'

/** The values of one column. Where `nulls` is 1 the value says nothing; null for a column without nulls. */
export interface ColumnVector {
  readonly values: ArrayLike<SqlValue>
  readonly nulls: Uint8Array | null
}

/** Rows by columns: what stages hand to each other. A plain object, which is a record of an RDD. */
export interface ColumnBatch {
  readonly length: number
  readonly columns: readonly ColumnVector[]
}

type Store = SqlValue[] | Int32Array | Float64Array | Uint8Array

function storeFor(type: DataType, size: number): Store {
  switch (type.kind) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'date':
    case 'yearMonthInterval':
      return new Int32Array(size)
    case 'float':
    case 'double':
      return new Float64Array(size)
    case 'long':
    case 'decimal':
    case 'timestamp':
    case 'timestampNtz':
    case 'dayTimeInterval':
      // Until a value comes that no double holds.
      return new Float64Array(size)
    default:
      return new Array<SqlValue>(size)
  }
}

const FIRST_SIZE = 64

/** Takes values row by row and gives a column. */
export class ColumnBuilder {
  readonly #type: DataType
  #values: Store
  #nulls: Uint8Array | null = null
  #length = 0

  constructor(type: DataType) {
    this.#type = type
    this.#values = storeFor(type, FIRST_SIZE)
  }

  get length(): number {
    return this.#length
  }

  add(value: SqlValue): void {
    const at = this.#length++
    if (at >= this.#values.length) this.#grow()
    if (value === null) {
      this.#nulls ??= new Uint8Array(this.#values.length)
      this.#nulls[at] = 1
      return
    }
    if (typeof value === 'bigint' && !Array.isArray(this.#values))
      this.#values = Array.from(this.#values as Float64Array)
    this.#values[at] = value as never
  }

  /** The column; the builder is empty after it. */
  finish(): ColumnVector {
    const length = this.#length
    const values = Array.isArray(this.#values) ? this.#values.slice(0, length) : this.#values.slice(0, length)
    const nulls = this.#nulls === null ? null : this.#nulls.slice(0, length)
    this.#values = storeFor(this.#type, FIRST_SIZE)
    this.#nulls = null
    this.#length = 0
    return { values: values as ArrayLike<SqlValue>, nulls }
  }

  #grow(): void {
    const size = this.#values.length * 2
    if (Array.isArray(this.#values)) this.#values.length = size
    else {
      const larger = storeFor(this.#type, size) as Int32Array
      larger.set(this.#values as Int32Array)
      this.#values = larger
    }
    if (this.#nulls === null) return
    const nulls = new Uint8Array(size)
    nulls.set(this.#nulls)
    this.#nulls = nulls
  }
}

/** Takes rows and gives batches. */
export class BatchBuilder {
  readonly #builders: readonly ColumnBuilder[]
  #length = 0

  constructor(types: readonly DataType[]) {
    this.#builders = types.map((type) => new ColumnBuilder(type))
  }

  get length(): number {
    return this.#length
  }

  add(row: ArrayLike<SqlValue>): void {
    for (let i = 0; i < this.#builders.length; i++) this.#builders[i]!.add(row[i]!)
    this.#length++
  }

  /** The rows so far; the builder is empty after it. */
  finish(): ColumnBatch {
    const length = this.#length
    this.#length = 0
    return { length, columns: this.#builders.map((builder) => builder.finish()) }
  }
}

/** The most rows that a batch has. */
export const BATCH_ROWS = 4096

/** Rows as batches of at most {@link BATCH_ROWS}. */
export function* batchesOf(rows: Iterable<ArrayLike<SqlValue>>, types: readonly DataType[]): Generator<ColumnBatch> {
  const builder = new BatchBuilder(types)
  for (const row of rows) {
    builder.add(row)
    if (builder.length === BATCH_ROWS) yield builder.finish()
  }
  if (builder.length > 0) yield builder.finish()
}

/** One row of a batch, as an array of values. */
export function rowOf({ columns }: ColumnBatch, index: number): SqlValue[] {
  return columns.map(({ values, nulls }) => (nulls !== null && nulls[index] === 1 ? null : values[index]!))
}

/** All rows of batches. */
export function* rowsOfBatches(batches: Iterable<ColumnBatch>): Generator<SqlValue[]> {
  for (const batch of batches) for (let i = 0; i < batch.length; i++) yield rowOf(batch, i)
}
