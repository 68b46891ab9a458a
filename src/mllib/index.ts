// What `millstream/mllib` exports.

export { LogisticRegressionModel, LogisticRegressionWithSGD } from './classification/logistic-regression.ts'
export { StreamingLogisticRegressionWithSGD } from './classification/streaming-logistic-regression.ts'
export { type InitializationMode, KMeans } from './clustering/k-means.ts'
export { KMeansModel } from './clustering/k-means-model.ts'
export { type DecayTimeUnit, StreamingKMeans, StreamingKMeansModel } from './clustering/streaming-k-means.ts'
export { persistColumns, unpersistColumns } from './columns/vector-columns.ts'
export { type Gradient, LeastSquaresGradient, LogisticGradient } from './optimization/gradient.ts'
export { GradientDescent } from './optimization/gradient-descent.ts'
export {
  L1Updater,
  SimpleUpdater,
  SquaredL2Updater,
  type UpdatedWeights,
  type Updater,
} from './optimization/updater.ts'
export { LabeledPoint } from './records/labeled-point.ts'
export { MLlibError, type MLlibErrorCode } from './records/mllib-error.ts'
export { BinarySample, StreamingTestResult } from './records/significance.ts'
export { DenseVector, SparseVector, type Vector, type VectorJson } from './records/vector.ts'
export { Vectors } from './records/vectors.ts'
export { GeneralizedLinearAlgorithm } from './regression/generalized-linear-algorithm.ts'
export { GeneralizedLinearModel } from './regression/generalized-linear-model.ts'
export { LassoModel, LassoWithSGD } from './regression/lasso.ts'
export { LinearRegressionModel, LinearRegressionWithSGD } from './regression/linear-regression.ts'
export { RidgeRegressionModel, RidgeRegressionWithSGD } from './regression/ridge-regression.ts'
export { StreamingLinearAlgorithm } from './regression/streaming-linear-algorithm.ts'
export { StreamingLinearRegressionWithSGD } from './regression/streaming-linear-regression.ts'
export { StreamingTest } from './stat/streaming-test.ts'
export type { TestMethod } from './stat/t-tests.ts'
