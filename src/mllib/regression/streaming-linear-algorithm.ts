import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import type { DStream } from '../../dstream/dstream.ts'
import { IllegalArgumentException } from '../../errors.ts'
import { log } from '../../log.ts'
import type { RDD } from '../../rdd/rdd.ts'
import type { Updater } from '../optimization/updater.ts'
import type { LabeledPoint } from '../records/labeled-point.ts'
import type { Vector } from '../records/vector.ts'
import { asVector } from '../records/vectors.ts'
import { decodeNumbers, encodeNumbers, ModelDStream } from '../streaming/model-dstream.ts'
import type { GeneralizedLinearAlgorithm } from './generalized-linear-algorithm.ts'
import { type GeneralizedLinearModel, type LinearPredictor, predictLinear } from './generalized-linear-model.ts'

/**
 * A linear model on a stream (Spark's `StreamingLinearAlgorithm`): each batch that is not empty trains it on, from the weights that it has. Setters return the
 * object. With checkpoints the model is kept, and a program that was killed goes on with it; in Spark it is lost.
 */
export abstract class StreamingLinearAlgorithm<M extends GeneralizedLinearModel> {
  readonly #algorithm: GeneralizedLinearAlgorithm<M>
  #model: M | null = null
  #continuesSteps = false
  #iterations = 0
  /** What predictions travel with. A job takes along what stands here when it is submitted, which is the model of that time. */
  readonly #shared: { predictor: LinearPredictor | null } = { predictor: null }

  /** @param algorithm trains on one batch. */
  constructor(algorithm: GeneralizedLinearAlgorithm<M>) {
    this.#algorithm = algorithm
  }

  /** The step of the first iteration of a batch. @throws IllegalArgumentException unless above 0. */
  setStepSize(stepSize: number): this {
    this.#algorithm.optimizer.setStepSize(stepSize)
    return this
  }
  /** The most iterations for a batch. @throws IllegalArgumentException below 0. */
  setNumIterations(numIterations: number): this {
    this.#algorithm.optimizer.setNumIterations(numIterations)
    return this
  }
  /** The part of a batch that each iteration draws. @throws IllegalArgumentException outside of (0, 1]. */
  setMiniBatchFraction(fraction: number): this {
    this.#algorithm.optimizer.setMiniBatchFraction(fraction)
    return this
  }
  /** The weight of the regularisation, if the updater has one. @throws IllegalArgumentException below 0. */
  setRegParam(regParam: number): this {
    this.#algorithm.optimizer.setRegParam(regParam)
    return this
  }
  /** A batch's iterations end once the weights move by less than this part of their norm. @throws IllegalArgumentException outside of [0, 1]. */
  setConvergenceTol(tolerance: number): this {
    this.#algorithm.optimizer.setConvergenceTol(tolerance)
    return this
  }
  /** Another updater than Spark's: `new SquaredL2Updater()` makes `setRegParam` work for linear regression, which ignores it in Spark. */
  setUpdater(updater: Updater): this {
    this.#algorithm.optimizer.setUpdater(updater)
    return this
  }
  /**
   * Whether steps go on to shrink from batch to batch, as gradient descent wants it. Unless set to true, each batch begins again with the full
   * step size, as in Spark.
   */
  setContinuedSteps(continues: boolean): this {
    this.#continuesSteps = continues
    return this
  }
  /** Whether a point with a number that is NaN or infinite fails its batch. Unless set it does not, and spoils the weights, as in Spark. */
  setRejectNonFinite(rejects: boolean): this {
    this.#algorithm.setRejectNonFinite(rejects)
    return this
  }
  /** The weights to begin with, which must be given: zeros are a good choice. */
  setInitialWeights(weights: Vector | ArrayLike<number>): this {
    return this.#become(this.#algorithm.createModel(asVector(weights), 0))
  }

  /** The model after the batches until now. @throws IllegalArgumentException before there are weights. */
  latestModel(): M {
    return this.#initialized('using it')
  }

  /**
   * Trains the model on each batch: an output operation.
   * @param name finds the model again in the checkpoint of an earlier version of the program, wherever the call then stands.
   * @throws IllegalArgumentException before there are weights.
   */
  trainOn(data: DStream<LabeledPoint>, name?: string): void {
    this.#initialized('starting training')
    const stream = new ModelDStream(data, {
      checkpointData: () => this.#checkpointData(),
      restoreCheckpointData: (kept) => this.#restore(kept),
      update: (rdd) => this.#update(rdd),
    })
    if (name !== undefined) stream.name(name)
  }

  /** The prediction for each point, by the model at the time when the batch runs. @throws IllegalArgumentException before there are weights. */
  predictOn(data: DStream<Vector>): DStream<number> {
    this.#initialized('starting prediction')
    const shared = this.#shared
    return data.map((features) => predictLinear(shared.predictor!, features))
  }

  /** The prediction for each value, beside its key. @throws IllegalArgumentException before there are weights. */
  predictOnValues<K>(data: DStream<[K, Vector]>): DStream<[K, number]> {
    this.#initialized('starting prediction')
    const shared = this.#shared
    return data.map(([key, features]): [K, number] => [key, predictLinear(shared.predictor!, features)])
  }

  async #update(rdd: RDD<LabeledPoint>): Promise<void> {
    const before = this.#initialized('starting training')
    const first = this.#continuesSteps ? this.#iterations + 1 : 1
    const model = await this.#algorithm.run(rdd, before.weights, first)
    if (model.weights.values.every((weight, i) => Object.is(weight, before.weights.values[i]))) return
    this.#iterations += this.#algorithm.optimizer.numIterations
    this.#become(model)
    log('INFO', 'StreamingLinearAlgorithm', `Model updated: ${model}`)
  }

  #become(model: M): this {
    this.#model = model
    this.#shared.predictor = model.predictor
    return this
  }

  #initialized(doing: string): M {
    if (this.#model !== null) return this.#model
    throw new IllegalArgumentException(
      'MODEL_NOT_INITIALIZED',
      `Model must be initialized before ${doing}: call setInitialWeights first`,
    )
  }

  #checkpointData(): PlainData {
    const { weights, intercept } = this.#initialized('checkpointing')
    return { weights: encodeNumbers([...weights.values, intercept]), iterations: this.#iterations }
  }

  #restore(kept: PlainData): void {
    const { weights, iterations } = kept as { weights: string; iterations: number }
    const numbers = decodeNumbers(weights)
    this.#iterations = iterations
    this.#become(this.#algorithm.createModel(numbers.slice(0, -1), numbers.at(-1)!))
  }
}
