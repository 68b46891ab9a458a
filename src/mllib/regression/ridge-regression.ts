import type { RDD } from '../../rdd/rdd.ts'
import type { SparkContextApi } from '../../rdd/spark-context-api.ts'
import { LeastSquaresGradient } from '../optimization/gradient.ts'
import { GradientDescent } from '../optimization/gradient-descent.ts'
import { SquaredL2Updater } from '../optimization/updater.ts'
import type { LabeledPoint } from '../records/labeled-point.ts'
import type { Vector } from '../records/vector.ts'
import { GeneralizedLinearAlgorithm } from './generalized-linear-algorithm.ts'
import { loadLinear, RegressionModel } from './generalized-linear-model.ts'

const CLASS = 'org.apache.spark.mllib.regression.RidgeRegressionModel'

/** A trained ridge regression (Spark's `RidgeRegressionModel`). */
export class RidgeRegressionModel extends RegressionModel {
  protected override get className(): string {
    return CLASS
  }

  /** Reads what `save` wrote. @throws FileNotFoundException @throws MLlibError `MODEL_FILE_MISMATCH` for a file of another model. */
  static async load(sc: SparkContextApi, path: string): Promise<RidgeRegressionModel> {
    const { weights, intercept } = await loadLinear(sc, path, CLASS)
    return new RidgeRegressionModel(weights, intercept)
  }
}

/** Linear regression by least squares that keeps the squares of weights small (Spark's `RidgeRegressionWithSGD`). */
export class RidgeRegressionWithSGD extends GeneralizedLinearAlgorithm<RidgeRegressionModel> {
  readonly optimizer: GradientDescent

  constructor(stepSize = 1, numIterations = 100, regParam = 0.01, miniBatchFraction = 1) {
    super()
    this.optimizer = new GradientDescent(new LeastSquaresGradient(), new SquaredL2Updater())
      .setStepSize(stepSize)
      .setNumIterations(numIterations)
      .setRegParam(regParam)
      .setMiniBatchFraction(miniBatchFraction)
  }

  override createModel(weights: Vector | ArrayLike<number>, intercept: number): RidgeRegressionModel {
    return new RidgeRegressionModel(weights, intercept)
  }

  /** Trains a model without intercept, beginning with zeros unless weights are given. */
  static train(
    input: RDD<LabeledPoint>,
    numIterations = 100,
    stepSize = 1,
    regParam = 0.01,
    miniBatchFraction = 1,
    initialWeights?: Vector | ArrayLike<number>,
  ): Promise<RidgeRegressionModel> {
    return new RidgeRegressionWithSGD(stepSize, numIterations, regParam, miniBatchFraction).run(input, initialWeights)
  }
}
