/** How likely a t statistic is that lies this far from 0 or farther, on both sides, for so many degrees of freedom. */
export function twoSidedProbability(t: number, degreesOfFreedom: number): number {
  if (Number.isNaN(t) || Number.isNaN(degreesOfFreedom)) return Number.NaN
  return regularizedBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
}

const RELATIVE = 1e-15
const TINY = 1e-300
const MAX_TERMS = 10_000

/** The regularised incomplete beta function I_x(a, b). */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast on the left of the mean; the other side is its complement.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a)
  const logFront = a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logBeta(a, b)
  return Math.exp(logFront) * betaFraction(x, a, b)
}

/** The continued fraction of the incomplete beta function, by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let numerator = 1
  let denominator = inverse(1 - ((a + b) * x) / (a + 1))
  let fraction = denominator
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    denominator = inverse(1 + even * denominator)
    numerator = nonZero(1 + even / numerator)
    fraction *= denominator * numerator
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    denominator = inverse(1 + odd * denominator)
    numerator = nonZero(1 + odd / numerator)
    const factor = denominator * numerator
    fraction *= factor
    if (Math.abs(factor - 1) < RELATIVE) break
  }
  return fraction
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

function inverse(value: number): number {
  return 1 / nonZero(value)
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** From here on Stirling's series is exact to the last digit. */
const STIRLING_FROM = 12

function logGamma(x: number): number {
  let shifted = x
  let product = 1
  while (shifted < STIRLING_FROM) product *= shifted++
  const square = 1 / (shifted * shifted)
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188))))) / shifted
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
}
