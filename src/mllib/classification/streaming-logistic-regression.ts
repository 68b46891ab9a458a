import { StreamingLinearAlgorithm } from '../regression/streaming-linear-algorithm.ts'
import { type LogisticRegressionModel, LogisticRegressionWithSGD } from './logistic-regression.ts'

/**
 * Logistic regression of labels 0 and 1 on a stream (Spark's `StreamingLogisticRegressionWithSGD`), without intercept. A batch with another label fails.
 *
 * @example
 * const model = new StreamingLogisticRegressionWithSGD().setInitialWeights(Vectors.zeros(3))
 * model.trainOn(trainingData)
 * model.predictOn(testData.map((point) => point.features)).print()
 */
export class StreamingLogisticRegressionWithSGD extends StreamingLinearAlgorithm<LogisticRegressionModel> {
  constructor(stepSize = 0.1, numIterations = 50, miniBatchFraction = 1, regParam = 0) {
    super(new LogisticRegressionWithSGD(stepSize, numIterations, regParam, miniBatchFraction))
  }
}
