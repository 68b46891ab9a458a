import type { RDD } from '../../rdd/rdd.ts'
import { type ColumnOptions, withColumns } from '../columns/vector-columns.ts'
import { runOnColumns } from '../job-errors.ts'
import type { GradientDescent } from '../optimization/gradient-descent.ts'
import type { LabeledPoint } from '../records/labeled-point.ts'
import type { Vector } from '../records/vector.ts'
import { asVector, Vectors } from '../records/vectors.ts'
import type { GeneralizedLinearModel } from './generalized-linear-model.ts'

/** Trains a linear model by gradient descent (Spark's `GeneralizedLinearAlgorithm`). Setters return the object. */
export abstract class GeneralizedLinearAlgorithm<M extends GeneralizedLinearModel> {
  /** The optimizer, with the settings of the descent: step size, iterations, fraction of mini batches, regularisation, tolerance. */
  abstract readonly optimizer: GradientDescent
  #hasIntercept = false
  #isValidating = true
  #rejectsNotFinite = false

  /** The model of these weights. */
  abstract createModel(weights: Vector | ArrayLike<number>, intercept: number): M

  /** Whether labels must be 0 or 1. */
  protected get isBinary(): boolean {
    return false
  }

  /** Whether an intercept is trained beside the weights: no unless set. It begins with 1, as in Spark. */
  setIntercept(hasIntercept: boolean): this {
    this.#hasIntercept = hasIntercept
    return this
  }

  /** Whether labels are checked, where the algorithm needs 0 and 1: yes unless set. */
  setValidateData(isValidating: boolean): this {
    this.#isValidating = isValidating
    return this
  }

  /** Whether a point with a number that is NaN or infinite is refused. Unless set it is not, and spoils the weights, as in Spark. */
  setRejectNonFinite(rejects: boolean): this {
    this.#rejectsNotFinite = rejects
    return this
  }

  /**
   * Trains a model on these points.
   * @param initialWeights to begin with; zeros unless given. The data has the size of the first point then.
   * @param firstIteration the number of the first iteration, from which steps become smaller.
   * @throws MLlibError `VECTOR_SIZE_MISMATCH`, `INPUT_VALIDATION_FAILED`, `NOT_A_FINITE_NUMBER`, `NOT_A_VECTOR` with the record and its place.
   */
  async run(input: RDD<LabeledPoint>, initialWeights?: Vector | ArrayLike<number>, firstIteration = 1): Promise<M> {
    const weights = initialWeights === undefined ? await zerosFor(input) : asVector(initialWeights)
    const hasIntercept = this.#hasIntercept
    const options: ColumnOptions = {
      hasBias: hasIntercept,
      isBinary: this.isBinary && this.#isValidating,
      mustBeFinite: this.#rejectsNotFinite,
    }
    const start = Float64Array.from(hasIntercept ? [...weights.toArray(), 1] : weights.toArray())
    const trained = await runOnColumns(() =>
      withColumns(input, options, (columns) => this.optimizer.optimize(columns, start, firstIteration)),
    )
    return hasIntercept
      ? this.createModel(trained.subarray(0, trained.length - 1), trained.at(-1)!)
      : this.createModel(trained, 0)
  }
}

async function zerosFor(input: RDD<LabeledPoint>): Promise<Vector> {
  return Vectors.zeros((await input.first()).features.size)
}
