import { log } from '../../log.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { require } from '../../rdd/requirement.ts'
import type { VectorBlock } from '../columns/vector-block.ts'
import { partitionSeeds } from '../random/bernoulli-sampler.ts'
import type { Gradient } from './gradient.ts'
import { type GradientStep, type GradientSum, gradientOfPartition, mergeGradients } from './gradient-sum.ts'
import type { Updater } from './updater.ts'

/** Spark draws the rows of iteration i with the seed 42 + i. */
const FIRST_SEED = 42

/**
 * Gradient descent in mini batches (Spark's `GradientDescent`): each iteration draws a part of the rows, adds up their gradients where the rows
 * are, and takes one step on the driver. Setters return the optimizer.
 */
export class GradientDescent {
  #gradient: Gradient
  #updater: Updater
  #stepSize = 1
  #numIterations = 100
  #regParam = 0
  #miniBatchFraction = 1
  #convergenceTol = 0.001

  constructor(gradient: Gradient, updater: Updater) {
    this.#gradient = gradient
    this.#updater = updater
  }

  /** The step of the first iteration: 1 unless set. Iteration t takes this divided by the square root of t. @throws IllegalArgumentException unless above 0. */
  setStepSize(step: number): this {
    require(step > 0, `Initial step size must be positive but got ${step}`)
    this.#stepSize = step
    return this
  }
  /** The part of the rows that an iteration draws: 1 unless set. @throws IllegalArgumentException outside of (0, 1]. */
  setMiniBatchFraction(fraction: number): this {
    require(fraction > 0 && fraction <= 1, `Fraction for mini-batch SGD must be in range (0, 1] but got ${fraction}`)
    this.#miniBatchFraction = fraction
    return this
  }
  /** The most iterations: 100 unless set. @throws IllegalArgumentException below 0. */
  setNumIterations(iterations: number): this {
    require(iterations >= 0, `Number of iterations must be nonnegative but got ${iterations}`)
    this.#numIterations = iterations
    return this
  }
  /** The weight of the regularisation: 0 unless set. @throws IllegalArgumentException below 0. */
  setRegParam(regParam: number): this {
    require(regParam >= 0, `Regularization parameter must be nonnegative but got ${regParam}`)
    this.#regParam = regParam
    return this
  }
  /** Iterations end once the weights move by less than this, relative to their norm if that is above 1: 0.001 unless set. @throws IllegalArgumentException outside of [0, 1]. */
  setConvergenceTol(tolerance: number): this {
    require(tolerance >= 0 && tolerance <= 1, `Convergence tolerance must be in range [0, 1] but got ${tolerance}`)
    this.#convergenceTol = tolerance
    return this
  }
  /** The most iterations. @internal */
  get numIterations(): number {
    return this.#numIterations
  }
  /** Sets the gradient of the loss. */
  setGradient(gradient: Gradient): this {
    this.#gradient = gradient
    return this
  }
  /** Sets how a gradient changes the weights. */
  setUpdater(updater: Updater): this {
    this.#updater = updater
    return this
  }

  /**
   * The weights after the iterations; the initial ones when there are no rows.
   * @param firstIteration what the first iteration counts as for its step. @internal
   */
  async optimize(columns: RDD<VectorBlock>, initialWeights: Float64Array, firstIteration = 1): Promise<Float64Array> {
    return (await this.#run(columns, initialWeights, { hasLoss: false, firstIteration })).weights
  }

  /** As `optimize`, with the loss of every iteration: the mean of the rows drawn, before the step, and the regularisation of the step before. @internal */
  optimizeWithLossReturned(
    columns: RDD<VectorBlock>,
    initialWeights: Float64Array,
  ): Promise<{ readonly weights: Float64Array; readonly losses: readonly number[] }> {
    return this.#run(columns, initialWeights, { hasLoss: true, firstIteration: 1 })
  }

  async #run(columns: RDD<VectorBlock>, initialWeights: Float64Array, { hasLoss, firstIteration }: DescentOptions) {
    const [iterations, fraction, regParam] = [this.#numIterations, this.#miniBatchFraction, this.#regParam]
    const losses: number[] = []
    const rows = await countRows(columns)
    if (rows === 0) {
      log('INFO', 'GradientDescent', 'runMiniBatchSGD returning initial weights, no data found')
      return { weights: initialWeights, losses }
    }
    if (fraction < 1 && this.#convergenceTol > 0) {
      warn(
        'Testing against a convergenceTol when using miniBatchFraction < 1.0 can be unstable because of the stochasticity in sampling.',
      )
    }
    if (rows * fraction < 1) warn('The miniBatchFraction is too small')
    let weights = initialWeights
    let before: Float64Array | null = null
    let { regularization } = this.#updater.compute(weights, new Float64Array(weights.length), 0, 1, regParam)
    const partitions = await columns.getNumPartitions()
    // Spark's last pass, behind the last step, is for the loss alone.
    const passes = hasLoss ? iterations + 1 : iterations
    for (let iteration = 1; iteration <= passes; iteration++) {
      const seeds = partitionSeeds(FIRST_SEED + iteration, partitions)
      const sample = fraction < 1 ? { fraction, seeds } : null
      const sum = await sumOfGradients(columns, weights, { gradient: this.#gradient, hasLoss, sample })
      if (sum === null || sum.count === 0) {
        warn(`Iteration (${iteration}/${iterations}). The size of sampled batch is zero`)
        continue
      }
      losses.push(sum.loss / sum.count + regularization)
      if (iteration > iterations) break
      const mean = sum.gradient.map((value) => value / sum.count)
      const stepNumber = firstIteration - 1 + iteration
      const updated = this.#updater.compute(weights, mean, this.#stepSize, stepNumber, regParam)
      const isConverged = before !== null && moved(weights, updated.weights) < this.#threshold(updated.weights)
      before = weights
      weights = updated.weights
      regularization = updated.regularization
      if (isConverged) break
    }
    return { weights, losses }
  }

  #threshold(weights: Float64Array): number {
    return this.#convergenceTol * Math.max(norm(weights), 1)
  }
}

interface DescentOptions {
  readonly hasLoss: boolean
  readonly firstIteration: number
}

async function sumOfGradients(
  columns: RDD<VectorBlock>,
  weights: Float64Array,
  step: GradientStep,
): Promise<GradientSum | null> {
  const shared = columns.sparkContext.broadcast(weights)
  try {
    return await columns
      .mapPartitionsWithIndex((partition, blocks) => [gradientOfPartition(blocks, partition, shared.value, step)])
      .treeAggregate<GradientSum | null>(null, mergeGradients, mergeGradients)
  } finally {
    shared.destroy()
  }
}

function countRows(columns: RDD<VectorBlock>): Promise<number> {
  return columns.map(({ rows }) => rows).fold(0, (a, b) => a + b)
}

function norm(weights: Float64Array): number {
  return Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0))
}

function moved(before: Float64Array, after: Float64Array): number {
  return norm(before.map((weight, i) => weight - after[i]!))
}

function warn(message: string): void {
  log('WARN', 'GradientDescent', message)
}
