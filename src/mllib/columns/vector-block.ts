import { ROW_STEP } from '../kernels/kernel-module.ts'
import { javaDouble } from '../records/java-double.ts'
import type { LabeledPoint } from '../records/labeled-point.ts'
import { MLlibError } from '../records/mllib-error.ts'
import { DenseVector, isSparse, isVector, SparseVector, type Vector } from '../records/vector.ts'

/** Vectors of one size in columns: what a persisted data set holds in place of objects. */
export interface VectorBlock {
  readonly rows: number
  /** Of each vector. */
  readonly size: number
  /** Doubles from one row of `values` to the next, zeros at the end of each; 0 for sparse vectors. */
  readonly stride: number
  /** The place of the first row in its partition. */
  readonly first: number
  /** One for each row; empty for vectors without labels. */
  readonly labels: Float64Array
  readonly values: Float64Array
  /** Of sparse vectors: row r has the values and indices from `starts[r]` to `starts[r + 1]`. */
  readonly starts: Int32Array
  readonly indices: Int32Array
}

/** How records become blocks. */
export interface BlockOptions {
  /** Whether each vector gets a last value of 1, for the intercept. */
  readonly hasBias?: boolean
  /** Whether a dense block is read at once: the next one takes its memory. */
  readonly isPassing?: boolean
}

/** A block has about this many bytes of values at most. */
const BLOCK_BYTES = 2 * 1024 * 1024
/** A block that is read at once stays in the processor's second cache. */
const PASSING_BYTES = 128 * 1024
const FIRST_ROWS = 64

/**
 * The records of a partition as blocks, in their order; a block ends where the size of the vectors or their kind changes. Runs on a worker.
 * @throws MLlibError for a record that is no vector or labelled point, or whose numbers the options forbid.
 */
export function* vectorBlocks(
  records: Iterable<Vector | LabeledPoint>,
  partition: number,
  options: BlockOptions,
): Generator<VectorBlock> {
  let builder: BlockBuilder | null = null
  let place = 0
  for (const record of records) {
    const vector = vectorOf(record, partition, place)
    if (builder === null || !builder.takes(vector)) {
      if (builder !== null) yield builder.finish()
      builder = isSparse(vector)
        ? new SparseBuilder(vector, place)
        : new DenseBuilder(vector, place, options.isPassing === true)
    }
    builder.add(vector, isLabeled(record) ? record.label : undefined, options.hasBias === true)
    place++
  }
  if (builder !== null) yield builder.finish()
}

/** One row of a block as the vector that it was. */
export function rowOfBlock(block: VectorBlock, row: number): Vector {
  const { size, stride, values, starts, indices } = block
  if (stride > 0) return new DenseVector([...values.subarray(row * stride, row * stride + size)])
  const [start, end] = [starts[row]!, starts[row + 1]!]
  return new SparseVector(size, [...indices.subarray(start, end)], [...values.subarray(start, end)])
}

/** Refuses a block of vectors that the model does not fit. @throws MLlibError with Spark's words, the record and its place. */
export function requireBlockSize(block: VectorBlock, size: number, partition: number, what: string): void {
  if (block.size === size) return
  throw new MLlibError(
    'VECTOR_SIZE_MISMATCH',
    `requirement failed: ${what}: the model has ${size} numbers, ${placeOf(partition, block.first)} has ${block.size}: ${textOfRow(block, 0)}`,
  )
}

/** The record that a row was, for messages. */
export function textOfRow(block: VectorBlock, row: number): string {
  const vector = String(rowOfBlock(block, row))
  return cut(block.labels.length > 0 ? `(${javaDouble(block.labels[row]!)},${vector})` : vector)
}

/** A block whose vectors have a last value of 1 besides. */
export function withBias(block: VectorBlock): VectorBlock {
  const rows = Array.from({ length: block.rows }, (_, row) => rowOfBlock(block, row))
  const [biased] = vectorBlocks(rows, 0, { hasBias: true })
  return { ...biased!, first: block.first, labels: block.labels }
}

/** Words for the place of a record, both numbers from 0. */
export function placeOf(partition: number, place: number): string {
  return `record ${place} of partition ${partition}`
}

const LONGEST_RECORD = 200

function cut(text: string): string {
  return text.length <= LONGEST_RECORD ? text : `${text.slice(0, LONGEST_RECORD)}…`
}

function vectorOf(record: unknown, partition: number, place: number): Vector {
  const vector = isLabeled(record) ? record.features : record
  if (isVector(vector)) return vector
  throw new MLlibError(
    'NOT_A_VECTOR',
    `${placeOf(partition, place)} is no vector but ${cut(String(JSON.stringify(record) ?? record))}: make it with Vectors or LabeledPoint`,
  )
}

function isLabeled(record: unknown): record is LabeledPoint {
  return typeof record === 'object' && record !== null && 'features' in record
}

interface BlockBuilder {
  takes(vector: Vector): boolean
  add(vector: Vector, label: number | undefined, hasBias: boolean): void
  finish(): VectorBlock
}

const NO_INTEGERS = new Int32Array(0)

/** The memory of passing blocks, one for each worker. */
let passing: Float64Array<ArrayBufferLike> = new Float64Array(0)

function passingMemory(length: number): Float64Array {
  if (passing.length < length) passing = new Float64Array(length)
  return passing
}

class DenseBuilder implements BlockBuilder {
  readonly #first: number
  readonly #size: number
  readonly #maxRows: number
  readonly #isPassing: boolean
  #blockSize = 0
  #stride = 0
  #rows = 0
  #values: Float64Array = new Float64Array(0)
  readonly #labels: number[] = []

  constructor(vector: Vector, first: number, isPassing: boolean) {
    this.#first = first
    this.#size = vector.size
    this.#isPassing = isPassing
    const bytes = isPassing ? PASSING_BYTES : BLOCK_BYTES
    this.#maxRows = Math.max(1, Math.floor(bytes / (8 * Math.max(1, vector.size))))
  }
  takes(vector: Vector): boolean {
    return this.#rows < this.#maxRows && vector.size === this.#size && !isSparse(vector)
  }
  add(vector: Vector, label: number | undefined, hasBias: boolean): void {
    const size = this.#size
    if (this.#rows === 0) {
      this.#blockSize = size + (hasBias ? 1 : 0)
      this.#stride = Math.max(ROW_STEP, Math.ceil(this.#blockSize / ROW_STEP) * ROW_STEP)
    }
    const start = this.#rows * this.#stride
    if (start + this.#stride > this.#values.length) this.#grow()
    const to = this.#values
    const { values } = vector
    for (let i = 0; i < size; i++) to[start + i] = values[i]!
    for (let i = size; i < this.#stride; i++) to[start + i] = 0
    if (hasBias) to[start + size] = 1
    if (label !== undefined) this.#labels.push(label)
    this.#rows++
  }
  finish(): VectorBlock {
    const length = this.#rows * this.#stride
    const isWhole = length === this.#values.length
    const values = isWhole || this.#isPassing ? this.#values.subarray(0, length) : this.#values.slice(0, length)
    return {
      rows: this.#rows,
      size: this.#blockSize,
      stride: this.#stride,
      first: this.#first,
      labels: Float64Array.from(this.#labels),
      values,
      starts: NO_INTEGERS,
      indices: NO_INTEGERS,
    }
  }
  #grow(): void {
    if (this.#isPassing) {
      this.#values = passingMemory(this.#maxRows * this.#stride)
      return
    }
    const rows = Math.min(this.#maxRows, Math.max(FIRST_ROWS, this.#rows * 4))
    const grown = new Float64Array(rows * this.#stride)
    grown.set(this.#values)
    this.#values = grown
  }
}

class SparseBuilder implements BlockBuilder {
  readonly #first: number
  readonly #size: number
  #blockSize = 0
  readonly #starts: number[] = [0]
  #count = 0
  #values = new Float64Array(FIRST_ROWS)
  #indices = new Int32Array(FIRST_ROWS)
  readonly #labels: number[] = []

  constructor(vector: Vector, first: number) {
    this.#first = first
    this.#size = vector.size
  }
  takes(vector: Vector): boolean {
    const bytes = 12 * this.#count + 12 * this.#starts.length
    return bytes < BLOCK_BYTES && vector.size === this.#size && isSparse(vector)
  }
  add(vector: Vector, label: number | undefined, hasBias: boolean): void {
    const { values } = vector
    const { indices } = vector as SparseVector
    const needed = this.#count + values.length + (hasBias ? 1 : 0)
    if (needed > this.#values.length) this.#grow(needed)
    for (let i = 0; i < values.length; i++) {
      this.#values[this.#count + i] = values[i]!
      this.#indices[this.#count + i] = indices[i]!
    }
    if (hasBias) {
      this.#values[needed - 1] = 1
      this.#indices[needed - 1] = this.#size
    }
    this.#blockSize = this.#size + (hasBias ? 1 : 0)
    this.#count = needed
    this.#starts.push(needed)
    if (label !== undefined) this.#labels.push(label)
  }
  finish(): VectorBlock {
    return {
      rows: this.#starts.length - 1,
      size: this.#blockSize,
      stride: 0,
      first: this.#first,
      labels: Float64Array.from(this.#labels),
      values: this.#values.slice(0, this.#count),
      starts: Int32Array.from(this.#starts),
      indices: this.#indices.slice(0, this.#count),
    }
  }
  #grow(needed: number): void {
    const length = Math.max(needed, this.#values.length * 2)
    const values = new Float64Array(length)
    values.set(this.#values)
    this.#values = values
    const indices = new Int32Array(length)
    indices.set(this.#indices)
    this.#indices = indices
  }
}
