// Spark keeps the constructors of these algorithms to its own packages.
package org.apache.spark.mllib

import org.apache.spark.rdd.RDD
import org.apache.spark.mllib.classification._
import org.apache.spark.mllib.regression._

/** The settings of the tests in batch-models.test.ts. */
object Probes {
  def linear(data: RDD[LabeledPoint], intercept: Boolean): LinearRegressionModel =
    new LinearRegressionWithSGD(0.5, 60, 0.3, 1.0).setIntercept(intercept).run(data)
  def ridge(data: RDD[LabeledPoint], intercept: Boolean): RidgeRegressionModel =
    new RidgeRegressionWithSGD(0.5, 60, 0.3, 1.0).setIntercept(intercept).run(data)
  def lasso(data: RDD[LabeledPoint], intercept: Boolean): LassoModel =
    new LassoWithSGD(0.5, 60, 0.3, 1.0).setIntercept(intercept).run(data)
  def logistic(data: RDD[LabeledPoint], intercept: Boolean): LogisticRegressionModel =
    new LogisticRegressionWithSGD(0.5, 60, 0.1, 1.0).setIntercept(intercept).run(data)
}
