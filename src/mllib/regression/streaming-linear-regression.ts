import { type LinearRegressionModel, LinearRegressionWithSGD } from './linear-regression.ts'
import { StreamingLinearAlgorithm } from './streaming-linear-algorithm.ts'

/**
 * Linear regression on a stream (Spark's `StreamingLinearRegressionWithSGD`), without intercept. As in Spark there is no regularisation unless another
 * updater is set: `setRegParam` alone has no effect.
 *
 * @example
 * const model = new StreamingLinearRegressionWithSGD().setInitialWeights(Vectors.zeros(3))
 * model.trainOn(trainingData)
 * model.predictOnValues(testData.map((point) => [point.label, point.features])).print()
 */
export class StreamingLinearRegressionWithSGD extends StreamingLinearAlgorithm<LinearRegressionModel> {
  constructor(stepSize = 0.1, numIterations = 50, miniBatchFraction = 1) {
    super(new LinearRegressionWithSGD(stepSize, numIterations, 0, miniBatchFraction))
  }
}
