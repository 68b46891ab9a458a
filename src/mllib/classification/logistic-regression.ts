import type { RDD } from '../../rdd/rdd.ts'
import type { SparkContextApi } from '../../rdd/spark-context-api.ts'
import { LogisticGradient } from '../optimization/gradient.ts'
import { GradientDescent } from '../optimization/gradient-descent.ts'
import { SquaredL2Updater } from '../optimization/updater.ts'
import type { LabeledPoint } from '../records/labeled-point.ts'
import type { Vector } from '../records/vector.ts'
import { GeneralizedLinearAlgorithm } from '../regression/generalized-linear-algorithm.ts'
import { GeneralizedLinearModel, type LinearPredictor, loadLinear } from '../regression/generalized-linear-model.ts'

const CLASS = 'org.apache.spark.mllib.classification.LogisticRegressionModel'
const DEFAULT_THRESHOLD = 0.5

/** A trained logistic regression of two classes (Spark's `LogisticRegressionModel`): it predicts 0 or 1. */
export class LogisticRegressionModel extends GeneralizedLinearModel {
  /** Of classes. */
  readonly numClasses = 2
  #threshold: number | null = DEFAULT_THRESHOLD

  /** The size of the features. */
  get numFeatures(): number {
    return this.weights.size
  }
  protected override get className(): string {
    return CLASS
  }
  override get predictor(): LinearPredictor {
    return { weights: this.weights.values, intercept: this.intercept, logistic: { threshold: this.#threshold } }
  }

  /** Above this score the prediction is 1: 0.5 unless set. Null after {@link clearThreshold}. */
  getThreshold(): number | null {
    return this.#threshold
  }
  /** Sets the probability from which on `predict` gives 1. @param threshold from 0 to 1. */
  setThreshold(threshold: number): this {
    this.#threshold = threshold
    return this
  }
  /** Predicts scores between 0 and 1 from now on, in place of classes. */
  clearThreshold(): this {
    this.#threshold = null
    return this
  }

  /** Reads what `save` wrote. @throws FileNotFoundException @throws MLlibError `MODEL_FILE_MISMATCH` for a file of another model. */
  static async load(sc: SparkContextApi, path: string): Promise<LogisticRegressionModel> {
    const { weights, intercept, threshold } = await loadLinear(sc, path, CLASS)
    const model = new LogisticRegressionModel(weights, intercept)
    return threshold === null || threshold === undefined ? model.clearThreshold() : model.setThreshold(threshold)
  }
}

/** Logistic regression of labels 0 and 1 that keeps the squares of weights small (Spark's `LogisticRegressionWithSGD`). */
export class LogisticRegressionWithSGD extends GeneralizedLinearAlgorithm<LogisticRegressionModel> {
  readonly optimizer: GradientDescent

  constructor(stepSize = 1, numIterations = 100, regParam = 0.01, miniBatchFraction = 1) {
    super()
    this.optimizer = new GradientDescent(new LogisticGradient(), new SquaredL2Updater())
      .setStepSize(stepSize)
      .setNumIterations(numIterations)
      .setRegParam(regParam)
      .setMiniBatchFraction(miniBatchFraction)
  }

  protected override get isBinary(): boolean {
    return true
  }
  override createModel(weights: Vector | ArrayLike<number>, intercept: number): LogisticRegressionModel {
    return new LogisticRegressionModel(weights, intercept)
  }

  /** Trains a model without intercept or regularisation, beginning with zeros unless weights are given. */
  static train(
    input: RDD<LabeledPoint>,
    numIterations = 100,
    stepSize = 1,
    miniBatchFraction = 1,
    initialWeights?: Vector | ArrayLike<number>,
  ): Promise<LogisticRegressionModel> {
    return new LogisticRegressionWithSGD(stepSize, numIterations, 0, miniBatchFraction).run(input, initialWeights)
  }
}
