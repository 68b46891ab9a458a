import { JavaRandom } from '../random/java-random.ts'
import { DenseVector } from '../records/vector.ts'
import { type Center, centersOf, closestCenter, squaredDistance } from './distance.ts'

const MAX_ITERATIONS = 30

/**
 * K-means++ of weighted points that fit into one process, followed by iterations until no point changes its cluster (Spark's `LocalKMeans`). Where there
 * are fewer different points than clusters, points are taken more than once.
 */
export function localKMeans(points: readonly DenseVector[], weights: readonly number[], k: number): DenseVector[] {
  const random = new JavaRandom(0)
  let centers = seedCenters(points, weights, k, random)
  const clusterOf = new Int32Array(points.length).fill(-1)
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const known = centersOf(centers)
    const sums = centers.map(() => new Array<number>(points[0]!.size).fill(0))
    const counts = new Float64Array(k)
    let hasMoved = false
    points.forEach((point, p) => {
      const { index } = closestCenter(known, point)
      point.foreachActive((i, value) => {
        sums[index]![i]! += weights[p]! * value
      })
      counts[index]! += weights[p]!
      if (index !== clusterOf[p]) hasMoved = true
      clusterOf[p] = index
    })
    centers = sums.map((sum, c) => {
      if (counts[c] === 0) return points[random.nextInt(points.length)]!
      const share = 1 / counts[c]!
      return new DenseVector(sum.map((value) => share * value))
    })
    if (!hasMoved) break
  }
  return centers
}

/** Points drawn one after another, each with a chance that grows with its distance from those drawn before. */
function seedCenters(
  points: readonly DenseVector[],
  weights: readonly number[],
  k: number,
  random: JavaRandom,
): DenseVector[] {
  const norms = centersOf(points)
  const first = pick(weights, random.nextDouble() * sum(weights))
  const centers = [points[first]!]
  const distance = (p: number, center: Center) => squaredDistance(center, points[p]!, norms[p]!.norm)
  const costs = points.map((_, p) => distance(p, norms[first]!))
  while (centers.length < k) {
    const shares = costs.map((cost, p) => cost * weights[p]!)
    const chosen = pick(shares, random.nextDouble() * sum(shares))
    centers.push(points[chosen]!)
    for (let p = 0; p < points.length; p++) costs[p] = Math.min(distance(p, norms[chosen]!), costs[p]!)
  }
  return centers
}

/** The item in whose share a number lies; the first one where all shares are 0. */
function pick(shares: readonly number[], target: number): number {
  let seen = 0
  let i = 0
  while (i < shares.length && seen < target) seen += shares[i++]!
  return Math.max(0, i - 1)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
