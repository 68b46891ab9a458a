import { requireBlockSize, rowOfBlock, type VectorBlock } from '../columns/vector-block.ts'
import { CENTER_GROUP, CLOSEST_FIELDS, ROW_GROUP } from '../kernels/kernel-module.ts'
import { type WorkerKernels, workerKernels } from '../kernels/worker-kernels.ts'
import type { Vector } from '../records/vector.ts'
import { type Center, centersOf, closestCenter } from './distance.ts'

/** The sums that travel: of the points of each centre, their number, and of squared distances. */
export interface ClusterSums {
  /** One centre behind the other. */
  readonly sums: Float64Array
  readonly counts: Float64Array
  readonly cost: number
}

/** What is done with each point of a block. */
export type PointVisitor = (row: number, index: number, distance: number) => void

/** Rows are copied into the kernels' memory in pieces of about this many bytes. */
const PIECE_BYTES = 24 * 1024
/** Scores nearer than this, relative to the squares they are made of, are decided by Spark's own formula. */
const TIE = 1e-11
/** So much less than the squares that it is made of, a distance has lost digits and is computed anew. */
const CANCELLED = 1e-5

/** The points of a partition, added up by their nearest centre. Runs on a worker. @throws MLlibError for points of another size than the centres. */
export function sumsOfPartition(
  blocks: Iterable<VectorBlock>,
  partition: number,
  centers: readonly Vector[],
): ClusterSums {
  const search = new CenterSearch(centers)
  const sums = new Float64Array(centers.length * search.size)
  const counts = new Float64Array(centers.length)
  let cost = 0
  for (const block of blocks) {
    search.assign(block, partition, sums, (_, index, distance) => {
      counts[index]!++
      cost += distance
    })
  }
  return { sums, counts, cost }
}

/** Merges two sums, the first in place. Runs on workers and on the driver. */
export function mergeClusters(a: ClusterSums | null, b: ClusterSums | null): ClusterSums | null {
  if (a === null || b === null) return a ?? b
  for (let i = 0; i < a.sums.length; i++) a.sums[i]! += b.sums[i]!
  for (let i = 0; i < a.counts.length; i++) a.counts[i]! += b.counts[i]!
  return { sums: a.sums, counts: a.counts, cost: a.cost + b.cost }
}

/** Finds the nearest of these centres for whole blocks of points. */
export class CenterSearch {
  /** Of each centre. */
  readonly size: number
  readonly #centers: readonly Center[]
  readonly #greatestSquare: number

  constructor(centers: readonly Vector[]) {
    this.#centers = centersOf(centers)
    this.size = centers[0]!.size
    this.#greatestSquare = this.#centers.reduce((max, { norm }) => Math.max(max, norm * norm), 0)
  }

  /**
   * Tells `visit` the nearest centre of each row, in order. @param sums where the rows are added to those of their centre; null for nowhere.
   * @throws MLlibError for a block of another size.
   */
  assign(block: VectorBlock, partition: number, sums: Float64Array | null, visit: PointVisitor): void {
    requireBlockSize(block, this.size, partition, 'Both vectors should have same length')
    if (block.stride > 0) this.#assignDense(workerKernels(), block, sums, visit)
    else this.#assignSparse(block, sums, visit)
  }

  #assignDense(kernels: WorkerKernels, block: VectorBlock, sums: Float64Array | null, visit: PointVisitor): void {
    const { rows, stride, values } = block
    const rowBytes = stride * 8
    const pieceRows = Math.max(1, Math.floor(PIECE_BYTES / rowBytes / ROW_GROUP)) * ROW_GROUP
    const centerCount = Math.ceil(this.#centers.length / CENTER_GROUP) * CENTER_GROUP
    kernels.begin()
    const centersAt = kernels.reserve(centerCount * rowBytes)
    const squaresAt = kernels.reserve(centerCount * 8)
    const sumsAt = kernels.reserve(centerCount * rowBytes)
    const foundAt = kernels.reserve(pieceRows * CLOSEST_FIELDS * 8)
    const rowsAt = kernels.reserve(pieceRows * rowBytes)
    const { doubles, run } = kernels
    this.#writeCenters(doubles, centersAt / 8, squaresAt / 8, stride, centerCount)
    doubles.fill(0, sumsAt / 8, sumsAt / 8 + centerCount * stride)
    for (let first = 0; first < rows; first += pieceRows) {
      const count = Math.min(pieceRows, rows - first)
      const padded = Math.ceil(count / ROW_GROUP) * ROW_GROUP
      doubles.set(values.subarray(first * stride, (first + count) * stride), rowsAt / 8)
      doubles.fill(0, rowsAt / 8 + count * stride, rowsAt / 8 + padded * stride)
      run.closest(rowsAt, count, rowBytes, centersAt, centerCount, squaresAt, foundAt)
      for (let i = 0; i < count; i++) this.#settle(doubles, foundAt / 8 + i * CLOSEST_FIELDS, block, first + i, visit)
      if (sums !== null) run.addRows(rowsAt, count, rowBytes, foundAt, sumsAt)
    }
    if (sums === null) return
    for (let c = 0; c < this.#centers.length; c++) {
      const from = sumsAt / 8 + c * stride
      for (let i = 0; i < this.size; i++) sums[c * this.size + i]! += doubles[from + i]!
    }
  }

  #writeCenters(doubles: Float64Array, at: number, squaresAt: number, stride: number, count: number): void {
    doubles.fill(0, at, at + count * stride)
    // What fills the last group up is never the nearest.
    doubles.fill(Number.POSITIVE_INFINITY, squaresAt, squaresAt + count)
    this.#centers.forEach(({ values, norm }, c) => {
      doubles.set(values, at + c * stride)
      doubles[squaresAt + c] = norm * norm
    })
  }

  /** Reads what the kernel found for a row; where that is too close to call, finds it out again and corrects the kernel's table. */
  #settle(found: Float64Array, at: number, block: VectorBlock, row: number, visit: PointVisitor): void {
    const best = found[at]!
    const square = found[at + 3]!
    const distance = square + best
    const scale = square + this.#greatestSquare
    const isClear = found[at + 1]! - best > TIE * scale && distance > CANCELLED * scale
    if (isClear) {
      visit(row, found[at + 2]!, distance)
      return
    }
    const exact = closestCenter(this.#centers, rowOfBlock(block, row))
    found[at + 2] = exact.index
    visit(row, exact.index, exact.distance)
  }

  #assignSparse(block: VectorBlock, sums: Float64Array | null, visit: PointVisitor): void {
    for (let row = 0; row < block.rows; row++) {
      const { index, distance } = closestCenter(this.#centers, rowOfBlock(block, row))
      if (sums !== null) addSparse(sums, index * this.size, block, row)
      visit(row, index, distance)
    }
  }
}

function addSparse(sums: Float64Array, offset: number, { starts, indices, values }: VectorBlock, row: number): void {
  for (let i = starts[row]!; i < starts[row + 1]!; i++) sums[offset + indices[i]!]! += values[i]!
}
