/**
 * The gradient of a linear model's loss (Spark's `Gradient`), told by what the loss makes of the dot product of features and weights: the gradient of
 * a row is its features times a factor. Methods run on workers.
 */
export interface Gradient {
  /** The factor of a row. @param dot of features and weights. */
  factor(dot: number, label: number): number
  /** The loss of a row. */
  loss(dot: number, label: number): number
}

/** Of squared errors, for linear regression: the loss is half of the square. */
export class LeastSquaresGradient implements Gradient {
  factor(dot: number, label: number): number {
    return dot - label
  }
  loss(dot: number, label: number): number {
    const difference = dot - label
    return (difference * difference) / 2
  }
}

/** Of the logistic loss, for labels 0 and 1. */
export class LogisticGradient implements Gradient {
  factor(dot: number, label: number): number {
    return 1 / (1 + Math.exp(-dot)) - label
  }
  loss(dot: number, label: number): number {
    const margin = -dot
    const log1pExp = (margin > 0 ? margin : 0) + Math.log1p(Math.exp(-Math.abs(margin)))
    return label > 0 ? log1pExp : log1pExp - margin
  }
}
