import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import type { DStream } from '../../dstream/dstream.ts'
import { IllegalArgumentException, IllegalStateException } from '../../errors.ts'
import { log } from '../../log.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { require } from '../../rdd/requirement.ts'
import { freshSeed } from '../../task/random.ts'
import { mapColumns } from '../columns/vector-columns.ts'
import { XORShiftRandom } from '../random/xor-shift-random.ts'
import { DenseVector, type Vector } from '../records/vector.ts'
import { asVector, Vectors } from '../records/vectors.ts'
import { decodeNumbers, encodeNumbers, ModelDStream } from '../streaming/model-dstream.ts'
import { type ClusterSums, mergeClusters, sumsOfPartition } from './center-search.ts'
import { type Center, centersOf, closestCenter } from './distance.ts'
import { KMeansModel } from './k-means-model.ts'

/** What old data loses its weight by: batches or points that come after it. */
export type DecayTimeUnit = 'batches' | 'points'

/** A cluster that weighs less than this part of the greatest one is dying. */
const DYING = 1e-8
/** The halves of a cluster that is split lie this far from its centre, relative to it. */
const SPLIT = 1e-14

/** Clusters with weights, that batches of points move (Spark's `StreamingKMeansModel`). */
export class StreamingKMeansModel extends KMeansModel {
  /** How much the points count that each cluster has seen. */
  readonly clusterWeights: readonly number[]

  constructor(clusterCenters: readonly (Vector | ArrayLike<number>)[], clusterWeights: ArrayLike<number>) {
    super(clusterCenters)
    this.clusterWeights = Array.from(clusterWeights)
  }

  /**
   * The model after a batch of points: weights lose by `decayFactor`, centres move to the mean of what they had and their new points, and where a
   * cluster is dying, the greatest one is split.
   * @param timeUnit `batches` applies the factor once for a batch, be it empty; `points` once for each point.
   */
  async update(data: RDD<Vector>, decayFactor: number, timeUnit: DecayTimeUnit): Promise<StreamingKMeansModel> {
    requireTimeUnit(timeUnit)
    const centers = this.clusterCenters
    const sums = await mapColumns(data, (blocks, partition) =>
      sumsOfPartition(blocks, partition, centers),
    ).treeAggregate<ClusterSums | null>(null, mergeClusters, mergeClusters)
    return this.#moved(sums, decayFactor, timeUnit)
  }

  #moved(points: ClusterSums | null, decayFactor: number, timeUnit: DecayTimeUnit): StreamingKMeansModel {
    const counts = points?.counts ?? new Float64Array(this.k)
    const total = counts.reduce((sum, count) => sum + count, 0)
    const discount = timeUnit === 'batches' ? decayFactor : decayFactor ** total
    const weights = this.clusterWeights.map((weight) => weight * discount)
    const centers = this.clusterCenters.map((center) => [...center.toArray()])
    for (let c = 0; c < this.k; c++) {
      const count = counts[c]!
      if (count === 0) continue
      weights[c]! += count
      const part = count / Math.max(weights[c]!, 1e-16)
      const center = centers[c]!
      const { length: size } = center
      for (let i = 0; i < size; i++) {
        center[i] = center[i]! * (1 - part) + (part / count) * points!.sums[c * size + i]!
      }
    }
    splitDying(centers, weights)
    return new StreamingKMeansModel(
      centers.map((center) => new DenseVector(center)),
      weights,
    )
  }
}

/** Splits the greatest cluster in two where the smallest one is dying, which takes the place of one half. */
function splitDying(centers: number[][], weights: number[]): void {
  let largest = 0
  let smallest = 0
  for (let c = 1; c < weights.length; c++) {
    if (weights[c]! > weights[largest]!) largest = c
    if (weights[c]! < weights[smallest]!) smallest = c
  }
  const most = weights[largest]!
  const least = weights[smallest]!
  if (!(least < DYING * most)) return
  log('INFO', 'StreamingKMeansModel', `Cluster ${smallest} is dying. Split the largest cluster ${largest} into two.`)
  weights[largest] = (most + least) / 2
  weights[smallest] = (most + least) / 2
  const [one, other] = [centers[largest]!, centers[smallest]!]
  for (let i = 0; i < one.length; i++) {
    const x = one[i]!
    const distance = SPLIT * Math.max(Math.abs(x), 1)
    one[i] = x + distance
    other[i] = x - distance
  }
}

/**
 * K-means on a stream (Spark's `StreamingKMeans`): each batch moves the centres, and old data loses weight as `setDecayFactor` or `setHalfLife` say. Setters return
 * the object. With checkpoints the model is kept, and a program that was killed goes on with it; in Spark it is lost.
 *
 * @example
 * const model = new StreamingKMeans().setK(2).setDecayFactor(0.5).setInitialCenters([[0, 0], [1, 1]], [1, 1])
 * model.trainOn(trainingData)
 * model.predictOnValues(testData.map((point) => [point.label, point.features])).print()
 */
export class StreamingKMeans {
  #k: number
  #decayFactor: number
  #timeUnit: DecayTimeUnit
  #decaysWhenEmpty = true
  #model: StreamingKMeansModel | null = null
  /** What predictions travel with. A job takes along what stands here when it is submitted, which is the model of that time. */
  readonly #shared: { centers: readonly Center[] } = { centers: [] }

  constructor(k = 2, decayFactor = 1, timeUnit: DecayTimeUnit = 'batches') {
    this.#k = k
    this.#decayFactor = decayFactor
    this.#timeUnit = timeUnit
    this.setK(k)
    this.setDecayFactor(decayFactor)
    requireTimeUnit(timeUnit)
  }

  /** The number of clusters: 2 unless set. @throws IllegalArgumentException unless above 0. */
  setK(k: number): this {
    require(Number.isInteger(k) && k > 0, `Number of clusters must be positive but got ${k}`)
    this.#k = k
    return this
  }

  /** What weights are multiplied with for each batch or point: 1, which forgets nothing, unless set. @throws IllegalArgumentException below 0. */
  setDecayFactor(decayFactor: number): this {
    require(decayFactor >= 0, `Decay factor must be nonnegative but got ${decayFactor}`)
    this.#decayFactor = decayFactor
    return this
  }

  /** After so many batches or points, old data counts half. @throws IllegalArgumentException for another unit, or unless above 0. */
  setHalfLife(halfLife: number, timeUnit: DecayTimeUnit): this {
    requireTimeUnit(timeUnit)
    require(halfLife > 0, `Half life must be positive but got ${halfLife}`)
    this.#decayFactor = Math.exp(Math.log(0.5) / halfLife)
    this.#timeUnit = timeUnit
    return this
  }

  /**
   * Whether an empty batch takes weight too, where the time unit is batches: it does in Spark, and so it does unless this is set to false.
   */
  setDecayOnEmptyBatches(decays: boolean): this {
    this.#decaysWhenEmpty = decays
    return this
  }

  /** The centres to begin with, and how many points each of them counts for. @throws IllegalArgumentException unless there is one of both for each cluster, of one size. */
  setInitialCenters(centers: readonly (Vector | ArrayLike<number>)[], weights: ArrayLike<number>): this {
    const vectors = centers.map(asVector)
    require(vectors.length === weights.length, 'Number of initial centers must be equal to number of weights')
    require(vectors.length === this.#k, `Number of initial centers must be ${this.#k} but got ${vectors.length}`)
    require(Array.from(weights).every(
      (weight) => weight >= 0,
    ), `Weight for each initial center must be nonnegative but got [${Array.from(weights).join(' ')}]`)
    require(vectors.every(
      ({ size }) => size === vectors[0]!.size,
    ), `Initial centers must have one size but have ${vectors.map(({ size }) => size).join(', ')}`)
    return this.#become(
      new StreamingKMeansModel(
        vectors.map((vector) => vector.toDense()),
        weights,
      ),
    )
  }

  /**
   * Centres to begin with, drawn from the standard normal distribution; a seed gives the centres that it gives in Spark.
   * @param dim the size of the points. @param weight how many points each centre counts for.
   * @throws IllegalArgumentException unless `dim` is above 0 and `weight` not below.
   */
  setRandomCenters(dim: number, weight: number, seed: number | bigint = freshSeed()): this {
    require(dim > 0, `Number of dimensions must be positive but got ${dim}`)
    require(weight >= 0, `Weight for each center must be nonnegative but got ${weight}`)
    const random = new XORShiftRandom(seed)
    const center = () => Vectors.dense(Array.from({ length: dim }, () => random.nextGaussian()))
    const centers = Array.from({ length: this.#k }, center)
    return this.#become(new StreamingKMeansModel(centers, new Float64Array(this.#k).fill(weight)))
  }

  /** The model after the batches until now. @throws IllegalStateException before there are centres. */
  latestModel(): StreamingKMeansModel {
    return this.#initialized()
  }

  /**
   * Trains the model on each batch: an output operation.
   * @param name finds the model again in the checkpoint of an earlier version of the program, wherever the call then stands.
   * @throws IllegalStateException before there are centres.
   */
  trainOn(data: DStream<Vector>, name?: string): void {
    this.#initialized()
    const stream = new ModelDStream(data, {
      checkpointData: () => this.#checkpointData(),
      restoreCheckpointData: (kept) => this.#restore(kept),
      update: async (rdd) => {
        const model = this.#initialized()
        if (!this.#decaysWhenEmpty && (await rdd.isEmpty())) return
        this.#become(await model.update(rdd, this.#decayFactor, this.#timeUnit))
      },
    })
    if (name !== undefined) stream.name(name)
  }

  /** The cluster of each point, by the model at the time when the batch runs. @throws IllegalStateException before there are centres. */
  predictOn(data: DStream<Vector>): DStream<number> {
    this.#initialized()
    const shared = this.#shared
    return data.map((point) => closestCenter(shared.centers, point).index)
  }

  /** The cluster of each value, beside its key. @throws IllegalStateException before there are centres. */
  predictOnValues<K>(data: DStream<[K, Vector]>): DStream<[K, number]> {
    this.#initialized()
    const shared = this.#shared
    return data.map(([key, point]): [K, number] => [key, closestCenter(shared.centers, point).index])
  }

  #become(model: StreamingKMeansModel): this {
    this.#model = model
    this.#shared.centers = centersOf(model.clusterCenters)
    return this
  }

  #initialized(): StreamingKMeansModel {
    if (this.#model !== null) return this.#model
    throw new IllegalStateException(
      'MODEL_NOT_INITIALIZED',
      'Initial cluster centers must be set before starting predictions: call setInitialCenters or setRandomCenters first',
    )
  }

  #checkpointData(): PlainData {
    const { clusterCenters, clusterWeights } = this.#initialized()
    return {
      centers: clusterCenters.map((center) => encodeNumbers(center.toArray())),
      weights: encodeNumbers(clusterWeights),
    }
  }

  #restore(kept: PlainData): void {
    const { centers, weights } = kept as { centers: readonly string[]; weights: string }
    const vectors = centers.map((center) => new DenseVector(decodeNumbers(center)))
    this.#become(new StreamingKMeansModel(vectors, decodeNumbers(weights)))
  }
}

function requireTimeUnit(timeUnit: DecayTimeUnit): void {
  if (timeUnit === 'batches' || timeUnit === 'points') return
  throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `Invalid time unit for decay: ${timeUnit}`)
}
