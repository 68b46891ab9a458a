/** What a step of gradient descent makes of the weights. */
export interface UpdatedWeights {
  /** The weights after the step. */
  readonly weights: Float64Array
  /** The value of the regularisation at these weights. */
  readonly regularization: number
}

/** How the weights are changed by a gradient (Spark's `Updater`): by a step that shrinks with the square root of the iteration. Runs on the driver. */
export interface Updater {
  /** Changes the weights by one step. @param iteration the number of the step, from 1. @returns new weights; the given ones stay as they are. */
  compute(
    weights: Float64Array,
    gradient: Float64Array,
    stepSize: number,
    iteration: number,
    regParam: number,
  ): UpdatedWeights
}

/** No regularisation: `regParam` has no effect. */
export class SimpleUpdater implements Updater {
  /** One step; see {@link Updater.compute}. */
  compute(weights: Float64Array, gradient: Float64Array, stepSize: number, iteration: number): UpdatedWeights {
    const step = stepSize / Math.sqrt(iteration)
    return { weights: weights.map((weight, i) => weight - step * gradient[i]!), regularization: 0 }
  }
}

/** Half of the square of the weights is added to the loss: ridge regression. */
export class SquaredL2Updater implements Updater {
  /** One step; see {@link Updater.compute}. */
  compute(
    weights: Float64Array,
    gradient: Float64Array,
    stepSize: number,
    iteration: number,
    regParam: number,
  ): UpdatedWeights {
    const step = stepSize / Math.sqrt(iteration)
    const kept = 1 - step * regParam
    const updated = weights.map((weight, i) => weight * kept - step * gradient[i]!)
    const norm = Math.sqrt(updated.reduce((sum, weight) => sum + weight * weight, 0))
    return { weights: updated, regularization: 0.5 * regParam * norm * norm }
  }
}

/** The sum of the weights' absolute values is added to the loss: lasso. Weights that are small become 0 (soft thresholding). */
export class L1Updater implements Updater {
  /** One step; see {@link Updater.compute}. */
  compute(
    weights: Float64Array,
    gradient: Float64Array,
    stepSize: number,
    iteration: number,
    regParam: number,
  ): UpdatedWeights {
    const step = stepSize / Math.sqrt(iteration)
    const shrinkage = regParam * step
    const updated = weights.map((weight, i) => {
      const moved = weight - step * gradient[i]!
      return Math.sign(moved) * Math.max(0, Math.abs(moved) - shrinkage)
    })
    return { weights: updated, regularization: updated.reduce((sum, weight) => sum + Math.abs(weight), 0) * regParam }
  }
}
