import { isSparse, type SparseVector, type Vector } from '../records/vector.ts'

/** The distance from 1 to the next double. */
const EPSILON = 2 ** -52
/** What Spark wants a squared distance to be exact to. */
const PRECISION = 1e-6

/** A centre with its norm. */
export interface Center {
  readonly values: readonly number[]
  readonly norm: number
}

/** The nearest centre and the squared distance to it. */
export interface Closest {
  readonly index: number
  readonly distance: number
}

/** Centres as {@link closestCenter} wants them. */
export function centersOf(vectors: readonly Vector[]): Center[] {
  return vectors.map((vector) => ({ values: vector.toArray(), norm: normOf(vector.values) }))
}

/**
 * The nearest centre, decided as Spark decides, down to the order of the additions, so that points between two centres go where they go in Spark
 * (`EuclideanDistanceMeasure.findClosest`). Of equal distances the first one counts; a point that is not a number belongs to the first centre.
 */
export function closestCenter(centers: readonly Center[], point: Vector): Closest {
  const norm = normOf(point.values)
  let distance = Number.POSITIVE_INFINITY
  let index = 0
  for (let i = 0; i < centers.length; i++) {
    const center = centers[i]!
    const bound = (center.norm - norm) * (center.norm - norm)
    if (bound >= distance) continue
    const found = squaredDistance(center, point, norm)
    if (found < distance) {
      distance = found
      index = i
    }
  }
  return { index, distance }
}

/** Spark's `MLUtils.fastSquaredDistance` between a centre, which is dense, and a point. */
export function squaredDistance(center: Center, point: Vector, norm: number): number {
  if (!isSparse(point)) return differences(center.values, point.values)
  const squares = center.norm * center.norm + norm * norm
  const normDifference = center.norm - norm
  const product = sparseDot(point, center.values)
  const isPrecise = (2 * EPSILON * squares) / (normDifference * normDifference + EPSILON) < PRECISION
  if (isPrecise) return squares - 2 * product
  const distance = Math.max(squares - 2 * product, 0)
  const error = (EPSILON * (squares + 2 * Math.abs(product))) / (distance + EPSILON)
  return error > PRECISION ? differences(center.values, point.toArray()) : distance
}

function differences(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!
    sum += difference * difference
  }
  return sum
}

function sparseDot({ indices, values }: SparseVector, dense: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < indices.length; i++) sum += values[i]! * dense[indices[i]!]!
  return sum
}

function normOf(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum)
}
