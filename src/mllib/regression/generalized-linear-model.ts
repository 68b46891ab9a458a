import { RDD } from '../../rdd/rdd.ts'
import { require } from '../../rdd/requirement.ts'
import type { SparkContextApi } from '../../rdd/spark-context-api.ts'
import { loadModel, type ModelFile, saveModel } from '../model-file.ts'
import { javaDouble } from '../records/java-double.ts'
import { DenseVector, isSparse, type Vector } from '../records/vector.ts'

/** What a prediction needs of a linear model: plain data, which functions take along to workers. */
export interface LinearPredictor {
  readonly weights: readonly number[]
  readonly intercept: number
  /** Whether the sum goes through the logistic function; a threshold makes it 0 or 1, null leaves it as it is. */
  readonly logistic: { readonly threshold: number | null } | null
}

/** A model file of a linear model. */
export interface LinearModelFile extends ModelFile {
  readonly weights: readonly number[]
  readonly intercept: number
  readonly threshold?: number | null
}

/** The prediction for one point. Runs anywhere. @throws IllegalArgumentException when the sizes differ. */
export function predictLinear({ weights, intercept, logistic }: LinearPredictor, features: Vector): number {
  require(features.size ===
    weights.length, `BLAS.dot(x: Vector, y:Vector) was given Vectors with non-matching sizes: x.size = ${weights.length}, y.size = ${features.size}`)
  let sum = 0
  const { values } = features
  if (isSparse(features)) {
    const { indices } = features
    for (let i = 0; i < values.length; i++) sum += values[i]! * weights[indices[i]!]!
  } else {
    for (let i = 0; i < values.length; i++) sum += values[i]! * weights[i]!
  }
  const margin = sum + intercept
  if (logistic === null) return margin
  const score = 1 / (1 + Math.exp(-margin))
  if (logistic.threshold === null) return score
  return score > logistic.threshold ? 1 : 0
}

/** Weights for features and an intercept (Spark's `GeneralizedLinearModel`). */
export abstract class GeneralizedLinearModel {
  /** One weight for each feature. */
  readonly weights: DenseVector
  /** The constant that is added to the weighted features. */
  readonly intercept: number

  constructor(weights: Vector | ArrayLike<number>, intercept: number) {
    const values = 'size' in weights ? weights.toArray() : Array.from(weights)
    this.weights = new DenseVector(values)
    this.intercept = intercept
  }

  /** Spark's class of the model. */
  protected abstract get className(): string
  /** @internal */
  abstract get predictor(): LinearPredictor

  /** The prediction for a point, or for each of an RDD. @throws IllegalArgumentException for features of another size. */
  predict(features: Vector): number
  predict(data: RDD<Vector>): RDD<number>
  predict(data: Vector | RDD<Vector>): number | RDD<number> {
    const { predictor } = this
    return data instanceof RDD
      ? data.map((features) => predictLinear(predictor, features))
      : predictLinear(predictor, data)
  }

  /** Writes the model to a file, as JSON. */
  save(sc: SparkContextApi, path: string): Promise<void> {
    const { logistic, weights, intercept } = this.predictor
    const file: LinearModelFile = {
      class: this.className,
      version: '1.0',
      weights,
      intercept,
      ...(logistic === null ? {} : { threshold: logistic.threshold }),
    }
    return saveModel(sc, path, file)
  }

  /** The class, the intercept and the number of features, as Spark prints them. */
  toString(): string {
    return `${this.className}: intercept = ${javaDouble(this.intercept)}, numFeatures = ${this.weights.size}`
  }
}

/** A model of numbers: the prediction is the weighted sum of the features and the intercept. */
export abstract class RegressionModel extends GeneralizedLinearModel {
  override get predictor(): LinearPredictor {
    return { weights: this.weights.values, intercept: this.intercept, logistic: null }
  }
}

/** Reads a linear model's file of this class. */
export function loadLinear(sc: SparkContextApi, path: string, className: string): Promise<LinearModelFile> {
  return loadModel<LinearModelFile>(sc, path, className)
}
