import { IllegalArgumentException } from '../../errors.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { require } from '../../rdd/requirement.ts'
import { freshSeed } from '../../task/random.ts'
import type { VectorBlock } from '../columns/vector-block.ts'
import { withColumns } from '../columns/vector-columns.ts'
import { runOnColumns } from '../job-errors.ts'
import { XORShiftRandom } from '../random/xor-shift-random.ts'
import { DenseVector, type Vector } from '../records/vector.ts'
import { type ClusterSums, mergeClusters, sumsOfPartition } from './center-search.ts'
import { centersOf, squaredDistance } from './distance.ts'
import { parallelCenters, randomCenters } from './initial-centers.ts'
import { KMeansModel } from './k-means-model.ts'

/** How the centres to begin with are chosen: points drawn at random, or k-means||. */
export type InitializationMode = 'random' | 'k-means||'

/**
 * K-means clustering (Spark's `KMeans`): the points are kept in columns while it runs. Setters return the object; distances are Euclidean.
 *
 * @example
 * const model = await KMeans.train(points, 3, 20)
 * model.predict(Vectors.dense(1, 2))
 */
export class KMeans {
  /** Begins with points that are drawn at random. */
  static readonly RANDOM = 'random'
  /** Begins with far points, found in several passes over the data (k-means||). */
  static readonly K_MEANS_PARALLEL = 'k-means||'

  #k = 2
  #maxIterations = 20
  #mode: InitializationMode = KMeans.K_MEANS_PARALLEL
  #steps = 2
  #epsilon = 1e-4
  #seed: number | bigint = freshSeed()
  #initialModel: KMeansModel | null = null

  /** The number of clusters: 2 unless set. There may be fewer where there are fewer different points. @throws IllegalArgumentException unless above 0. */
  setK(k: number): this {
    require(Number.isInteger(k) && k > 0, `Number of clusters must be positive but got ${k}`)
    this.#k = k
    return this
  }
  /** The most iterations: 20 unless set. @throws IllegalArgumentException below 0. */
  setMaxIterations(maxIterations: number): this {
    require(maxIterations >= 0, `Maximum of iterations must be nonnegative but got ${maxIterations}`)
    this.#maxIterations = maxIterations
    return this
  }
  /** `k-means||` unless set. @throws IllegalArgumentException for another name. */
  setInitializationMode(mode: InitializationMode): this {
    if (mode !== KMeans.RANDOM && mode !== KMeans.K_MEANS_PARALLEL) {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `requirement failed: Invalid initialization mode: ${String(mode)}`,
      )
    }
    this.#mode = mode
    return this
  }
  /** How often k-means|| draws points: 2 unless set. @throws IllegalArgumentException unless above 0. */
  setInitializationSteps(steps: number): this {
    require(steps > 0, `Number of initialization steps must be positive but got ${steps}`)
    this.#steps = steps
    return this
  }
  /** Iterations end once no centre moves by more than this: 1e-4 unless set. @throws IllegalArgumentException below 0. */
  setEpsilon(epsilon: number): this {
    require(epsilon >= 0, `Distance threshold must be nonnegative but got ${epsilon}`)
    this.#epsilon = epsilon
    return this
  }
  /** The seed of what is drawn: another one for each object unless set. */
  setSeed(seed: number | bigint): this {
    this.#seed = seed
    return this
  }
  /** The centres to begin with. @throws IllegalArgumentException unless it has as many clusters. */
  setInitialModel(model: KMeansModel): this {
    require(model.k === this.#k, 'mismatched cluster count')
    this.#initialModel = model
    return this
  }

  /** Trains a model on these points. @throws IllegalArgumentException without points. @throws MLlibError for points of different sizes. */
  run(data: RDD<Vector>): Promise<KMeansModel> {
    return runOnColumns(() =>
      withColumns(data, {}, async (columns) => this.#iterate(columns, await this.#begin(columns))),
    )
  }

  /** Trains a model of `k` clusters. */
  static train(
    data: RDD<Vector>,
    k: number,
    maxIterations = 20,
    initializationMode: InitializationMode = 'k-means||',
    seed: number | bigint = freshSeed(),
  ): Promise<KMeansModel> {
    const algorithm = new KMeans().setK(k).setMaxIterations(maxIterations)
    return algorithm.setInitializationMode(initializationMode).setSeed(seed).run(data)
  }

  async #begin(columns: RDD<VectorBlock>): Promise<readonly Vector[]> {
    if (this.#initialModel !== null) return this.#initialModel.clusterCenters
    const seed = new XORShiftRandom(this.#seed).nextInt()
    const centers =
      this.#mode === KMeans.RANDOM
        ? await randomCenters(columns, this.#k, seed)
        : await parallelCenters(columns, { k: this.#k, steps: this.#steps, seed })
    require(centers.length > 0, `No samples available from ${columns}`)
    return centers
  }

  async #iterate(columns: RDD<VectorBlock>, initial: readonly Vector[]): Promise<KMeansModel> {
    let centers = initial
    let cost = 0
    for (let iteration = 0; iteration < this.#maxIterations; iteration++) {
      const sums = await clusterSums(columns, centers)
      if (sums === null) break
      const moved = centers.map((center, c) => meanOf(sums, c) ?? center)
      const known = centersOf(centers)
      const distances = moved.map((center, c) => squaredDistance(known[c]!, center, 0))
      centers = moved
      cost = sums.cost
      if (distances.every((distance) => distance <= this.#epsilon * this.#epsilon)) break
    }
    return new KMeansModel(centers, cost)
  }
}

function clusterSums(columns: RDD<VectorBlock>, centers: readonly Vector[]): Promise<ClusterSums | null> {
  return columns
    .mapPartitionsWithIndex((partition, blocks) => [sumsOfPartition(blocks, partition, centers)])
    .treeAggregate<ClusterSums | null>(null, mergeClusters, mergeClusters)
}

function meanOf({ sums, counts }: ClusterSums, cluster: number): DenseVector | null {
  const count = counts[cluster]!
  if (count === 0) return null
  const size = sums.length / counts.length
  const share = 1 / count
  return new DenseVector(Array.from(sums.subarray(cluster * size, (cluster + 1) * size), (value) => value * share))
}
