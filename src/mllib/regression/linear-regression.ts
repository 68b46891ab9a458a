import type { RDD } from '../../rdd/rdd.ts'
import type { SparkContextApi } from '../../rdd/spark-context-api.ts'
import { LeastSquaresGradient } from '../optimization/gradient.ts'
import { GradientDescent } from '../optimization/gradient-descent.ts'
import { SimpleUpdater } from '../optimization/updater.ts'
import type { LabeledPoint } from '../records/labeled-point.ts'
import type { Vector } from '../records/vector.ts'
import { GeneralizedLinearAlgorithm } from './generalized-linear-algorithm.ts'
import { loadLinear, RegressionModel } from './generalized-linear-model.ts'

const CLASS = 'org.apache.spark.mllib.regression.LinearRegressionModel'

/** A trained linear regression (Spark's `LinearRegressionModel`). */
export class LinearRegressionModel extends RegressionModel {
  protected override get className(): string {
    return CLASS
  }

  /** Reads what `save` wrote. @throws FileNotFoundException @throws MLlibError `MODEL_FILE_MISMATCH` for a file of another model. */
  static async load(sc: SparkContextApi, path: string): Promise<LinearRegressionModel> {
    const { weights, intercept } = await loadLinear(sc, path, CLASS)
    return new LinearRegressionModel(weights, intercept)
  }
}

/** Linear regression by least squares without regularisation: `regParam` has no effect (Spark's `LinearRegressionWithSGD`). */
export class LinearRegressionWithSGD extends GeneralizedLinearAlgorithm<LinearRegressionModel> {
  readonly optimizer: GradientDescent

  constructor(stepSize = 1, numIterations = 100, regParam = 0, miniBatchFraction = 1) {
    super()
    this.optimizer = new GradientDescent(new LeastSquaresGradient(), new SimpleUpdater())
      .setStepSize(stepSize)
      .setNumIterations(numIterations)
      .setRegParam(regParam)
      .setMiniBatchFraction(miniBatchFraction)
  }

  override createModel(weights: Vector | ArrayLike<number>, intercept: number): LinearRegressionModel {
    return new LinearRegressionModel(weights, intercept)
  }

  /** Trains a model without intercept, beginning with zeros unless weights are given. */
  static train(
    input: RDD<LabeledPoint>,
    numIterations = 100,
    stepSize = 1,
    miniBatchFraction = 1,
    initialWeights?: Vector | ArrayLike<number>,
  ): Promise<LinearRegressionModel> {
    return new LinearRegressionWithSGD(stepSize, numIterations, 0, miniBatchFraction).run(input, initialWeights)
  }
}
