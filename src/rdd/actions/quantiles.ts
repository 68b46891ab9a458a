/** The value below which a standard normal number lies with this probability (Acklam's rational approximation, 1e-9 relative). */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY
  if (probability >= 1) return Number.POSITIVE_INFINITY
  if (probability > 0.5) return -normalQuantile(1 - probability)
  if (probability < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(probability))
    return polynomial(TAIL_ABOVE, q) / polynomial(TAIL_BELOW, q)
  }
  const q = probability - 0.5
  const r = q * q
  return (polynomial(CENTRE_ABOVE, r) * q) / polynomial(CENTRE_BELOW, r)
}

/** The value below which a number of Student's distribution lies with this probability. */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  if (probability < 0.5) return -studentQuantile(1 - probability, degreesOfFreedom)
  let high = Math.max(1, normalQuantile(probability))
  while (studentDistribution(high, degreesOfFreedom) < probability && high < 1e12) high *= 2
  return bisect(0, high, (value) => studentDistribution(value, degreesOfFreedom) < probability)
}

/** The least count that a Poisson number of this mean does not exceed with at least this probability. */
export function poissonQuantile(probability: number, mean: number): number {
  if (mean <= 0 || probability <= 0) return 0
  if (probability >= 1) return Number.POSITIVE_INFINITY
  // Far from 0 the sum of the single probabilities is long, and the normal approximation (with its skew) exact to a count or two.
  if (mean > 10_000) {
    const z = normalQuantile(probability)
    return Math.max(0, Math.round(mean + z * Math.sqrt(mean) + (z * z - 1) / 6))
  }
  let count = 0
  let logTerm = -mean
  let total = Math.exp(logTerm)
  while (total < probability && count < mean * 20 + 1000) {
    count++
    logTerm += Math.log(mean / count)
    total += Math.exp(logTerm)
  }
  return count
}

const CENTRE_ABOVE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
]
const CENTRE_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
]
const TAIL_ABOVE = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const TAIL_BELOW = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1]

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}

function bisect(from: number, to: number, isBelow: (value: number) => boolean): number {
  let low = from
  let high = to
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (isBelow(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** How likely a number of Student's distribution lies below a value that is not negative. */
function studentDistribution(value: number, degreesOfFreedom: number): number {
  const x = degreesOfFreedom / (degreesOfFreedom + value * value)
  return 1 - 0.5 * incompleteBeta(x, degreesOfFreedom / 2, 0.5)
}

/** The regularised incomplete beta function, by its continued fraction. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d)
    c = 1 + even / c
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d)
    c = 1 + odd / c
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-14) break
  }
  return front * fraction
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** The logarithm of the gamma function of a positive number, by Lanczos's approximation. */
function logGamma(x: number): number {
  const t = x + 6.5
  const series = LANCZOS.reduce((sum, coefficient, i) => sum + (i === 0 ? coefficient : coefficient / (x - 1 + i)), 0)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series)
}
