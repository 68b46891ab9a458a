package org.apache.spark.mllib {
  import org.apache.spark.mllib.optimization._

  /** Spark keeps the constructor of its gradient descent to its own packages. */
  object OwnDescents {
    def of(gradient: Gradient, updater: Updater): GradientDescent = new GradientDescent(gradient, updater)
  }
}

import org.apache.spark.mllib.OwnDescents
import org.apache.spark.mllib.optimization._

object Descents {
  def linear(iterations: Int): GradientDescent =
    OwnDescents.of(new LeastSquaresGradient, new SimpleUpdater).setStepSize(0.5).setNumIterations(iterations).setConvergenceTol(0)
  def logistic(iterations: Int): GradientDescent =
    OwnDescents.of(new LogisticGradient, new SquaredL2Updater)
      .setStepSize(1).setNumIterations(iterations).setRegParam(0.01).setConvergenceTol(0)
}
