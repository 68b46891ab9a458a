import { requireBlockSize, type VectorBlock } from '../columns/vector-block.ts'
import { ROW_GROUP } from '../kernels/kernel-module.ts'
import { type WorkerKernels, workerKernels } from '../kernels/worker-kernels.ts'
import { BernoulliSampler } from '../random/bernoulli-sampler.ts'
import type { Gradient } from './gradient.ts'

/** The sums that travel: of gradients, of losses, and of rows. */
export interface GradientSum {
  readonly gradient: Float64Array
  readonly loss: number
  readonly count: number
}

/** What a partition's gradient is computed with. */
export interface GradientStep {
  readonly gradient: Gradient
  /** Whether losses are added up too. */
  readonly hasLoss: boolean
  /** Which part of the rows is drawn, and the seed of each partition; null for all rows. */
  readonly sample: { readonly fraction: number; readonly seeds: readonly bigint[] } | null
}

/** Rows are copied into the kernels' memory in pieces of about this many bytes, which stay in the processor's first cache. */
const PIECE_BYTES = 24 * 1024

/** The gradient of a partition's rows, drawn as the step says. Runs on a worker. @throws MLlibError for vectors of another size than the weights. */
export function gradientOfPartition(
  blocks: Iterable<VectorBlock>,
  partition: number,
  weights: Float64Array,
  { gradient, hasLoss, sample }: GradientStep,
): GradientSum {
  const sampler = sample === null ? null : new BernoulliSampler(sample.fraction, sample.seeds[partition]!)
  const sum = { gradient: new Float64Array(weights.length), loss: 0, count: 0 }
  for (const block of blocks) {
    requireBlockSize(block, weights.length, partition, 'the vectors of a gradient have non-matching sizes')
    const drawn = sampler === null ? block : drawnRows(block, sampler)
    if (drawn.rows === 0) continue
    const factorsOf = (dots: Float64Array, first: number, count: number): void => {
      const { labels } = drawn
      if (hasLoss) for (let i = 0; i < count; i++) sum.loss += gradient.loss(dots[i]!, labels[first + i]!)
      for (let i = 0; i < count; i++) dots[i] = gradient.factor(dots[i]!, labels[first + i]!)
    }
    if (drawn.stride > 0) addDense(workerKernels(), drawn, weights, factorsOf, sum.gradient)
    else addSparse(workerKernels(), drawn, weights, factorsOf, sum.gradient)
    sum.count += drawn.rows
  }
  return sum
}

/** Merges two sums, the first in place. Runs on workers and on the driver. */
export function mergeGradients(a: GradientSum | null, b: GradientSum | null): GradientSum | null {
  if (a === null || b === null) return a ?? b
  const { gradient } = a
  for (let i = 0; i < gradient.length; i++) gradient[i]! += b.gradient[i]!
  return { gradient, loss: a.loss + b.loss, count: a.count + b.count }
}

/** Replaces the dot products of rows from `first` on by their factors. */
type FactorsOf = (dots: Float64Array, first: number, count: number) => void

function addDense(
  kernels: WorkerKernels,
  { rows, stride, values, size }: VectorBlock,
  weights: Float64Array,
  factorsOf: FactorsOf,
  total: Float64Array,
): void {
  const rowBytes = stride * 8
  const pieceRows = Math.max(1, Math.floor(PIECE_BYTES / rowBytes / ROW_GROUP)) * ROW_GROUP
  kernels.begin()
  const weightsAt = kernels.reserve(rowBytes)
  const sumAt = kernels.reserve(rowBytes)
  const dotsAt = kernels.reserve(pieceRows * 8)
  const rowsAt = kernels.reserve(pieceRows * rowBytes)
  const { doubles, run } = kernels
  doubles.fill(0, weightsAt / 8, weightsAt / 8 + stride)
  doubles.set(weights, weightsAt / 8)
  doubles.fill(0, sumAt / 8, sumAt / 8 + stride)
  const dots = doubles.subarray(dotsAt / 8, dotsAt / 8 + pieceRows)
  for (let first = 0; first < rows; first += pieceRows) {
    const count = Math.min(pieceRows, rows - first)
    const padded = Math.ceil(count / ROW_GROUP) * ROW_GROUP
    doubles.set(values.subarray(first * stride, (first + count) * stride), rowsAt / 8)
    doubles.fill(0, rowsAt / 8 + count * stride, rowsAt / 8 + padded * stride)
    run.dots(rowsAt, count, rowBytes, weightsAt, dotsAt)
    factorsOf(dots, first, count)
    dots.fill(0, count, padded)
    run.accumulate(rowsAt, count, rowBytes, dotsAt, sumAt)
  }
  for (let i = 0; i < size; i++) total[i]! += doubles[sumAt / 8 + i]!
}

function addSparse(
  kernels: WorkerKernels,
  { rows, values, starts, indices }: VectorBlock,
  weights: Float64Array,
  factorsOf: FactorsOf,
  total: Float64Array,
): void {
  const { length: size } = weights
  const pieces = sparsePieces(starts, rows)
  const [mostRows, mostValues] = pieces.reduce(
    ([r, v], [first, end]) => [Math.max(r, end - first), Math.max(v, starts[end]! - starts[first]!)],
    [0, 0],
  )
  kernels.begin()
  const weightsAt = kernels.reserve(size * 8)
  const sumAt = kernels.reserve(size * 8)
  const dotsAt = kernels.reserve(mostRows * 8)
  const startsAt = kernels.reserve((mostRows + 1) * 4)
  const valuesAt = kernels.reserve(mostValues * 8)
  const indicesAt = kernels.reserve(mostValues * 4)
  const { doubles, integers, run } = kernels
  doubles.set(weights, weightsAt / 8)
  doubles.fill(0, sumAt / 8, sumAt / 8 + size)
  for (const [first, end] of pieces) {
    const count = end - first
    const start = starts[first]!
    doubles.set(values.subarray(start, starts[end]!), valuesAt / 8)
    integers.set(indices.subarray(start, starts[end]!), indicesAt / 4)
    for (let i = 0; i <= count; i++) integers[startsAt / 4 + i] = starts[first + i]! - start
    run.sparseDots(startsAt, count, indicesAt, valuesAt, weightsAt, dotsAt)
    factorsOf(doubles.subarray(dotsAt / 8, dotsAt / 8 + count), first, count)
    run.sparseAccumulate(startsAt, count, indicesAt, valuesAt, dotsAt, sumAt)
  }
  for (let i = 0; i < size; i++) total[i]! += doubles[sumAt / 8 + i]!
}

/** Ranges of rows with at most so many values that these and their indices take {@link PIECE_BYTES}, but with one row at least. */
function sparsePieces(starts: Int32Array, rows: number): (readonly [first: number, end: number])[] {
  const pieces: [number, number][] = []
  let first = 0
  for (let end = 1; end <= rows; end++) {
    const isFull = end === rows || starts[end + 1]! - starts[first]! > PIECE_BYTES / 12
    if (!isFull) continue
    pieces.push([first, end])
    first = end
  }
  return pieces
}

/** A block of the rows that the sampler takes. */
function drawnRows(block: VectorBlock, sampler: BernoulliSampler): VectorBlock {
  const { rows, stride } = block
  const drawn: number[] = []
  for (let row = 0; row < rows; row++) if (sampler.takesNext()) drawn.push(row)
  if (drawn.length === rows) return block
  const labels = Float64Array.from(drawn, (row) => block.labels[row]!)
  if (stride > 0) {
    const values = new Float64Array(drawn.length * stride)
    drawn.forEach((row, to) => {
      values.set(block.values.subarray(row * stride, (row + 1) * stride), to * stride)
    })
    return { ...block, rows: drawn.length, labels, values }
  }
  const lengths = drawn.map((row) => block.starts[row + 1]! - block.starts[row]!)
  const starts = new Int32Array(drawn.length + 1)
  for (let i = 0; i < lengths.length; i++) starts[i + 1] = starts[i]! + lengths[i]!
  const values = new Float64Array(starts[drawn.length]!)
  const indices = new Int32Array(values.length)
  drawn.forEach((row, to) => {
    values.set(block.values.subarray(block.starts[row]!, block.starts[row + 1]!), starts[to]!)
    indices.set(block.indices.subarray(block.starts[row]!, block.starts[row + 1]!), starts[to]!)
  })
  return { ...block, rows: drawn.length, labels, values, starts, indices }
}
