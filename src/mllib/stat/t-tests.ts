import { IllegalArgumentException } from '../../errors.ts'
import { StreamingTestResult } from '../records/significance.ts'
import { twoSidedProbability } from './students-t.ts'

/** What is known of a group: how many values, their mean, and the sum of squared distances from it. */
export type GroupSummary = readonly [count: number, mean: number, squares: number]

/** `welch` takes no equal variances for granted, `student` does. */
export type TestMethod = 'welch' | 'student'

const NULL_HYPOTHESIS = 'Both groups have same mean'

/**
 * Tests whether two groups have the same mean.
 * @param isExact whether the variance is the sample's and Welch's degrees of freedom are those of the text book. Spark takes the population's variance for
 *   the sample's, and divides its square by the count in the degrees of freedom that it reports.
 * @throws IllegalArgumentException in the words of the library that Spark uses, for a group of fewer than two.
 */
export function tTest(a: GroupSummary, b: GroupSummary, method: TestMethod, isExact: boolean): StreamingTestResult {
  const [n1, mean1] = a
  const [n2, mean2] = b
  for (const count of [n1, n2]) {
    if (count >= 2) continue
    throw new IllegalArgumentException(
      'INSUFFICIENT_DATA',
      `insufficient data for t statistic, needs at least 2, got ${count}: each group of a significance test must have two values`,
    )
  }
  const v1 = a[2] / (isExact ? n1 - 1 : n1)
  const v2 = b[2] / (isExact ? n2 - 1 : n2)
  if (method === 'student') {
    const freedom = n1 + n2 - 2
    const pooled = ((n1 - 1) * v1 + (n2 - 1) * v2) / freedom
    const statistic = (mean1 - mean2) / Math.sqrt(pooled * (1 / n1 + 1 / n2))
    return result(twoSidedProbability(statistic, freedom), freedom, statistic, "Student's 2-sample t-test")
  }
  const statistic = (mean1 - mean2) / Math.sqrt(v1 / n1 + v2 / n2)
  const freedom = welchFreedom(v1 / n1, n1, v2 / n2, n2)
  const reported = isExact ? freedom : welchFreedom((v1 * v1) / n1, n1, (v2 * v2) / n2, n2)
  return result(twoSidedProbability(statistic, freedom), reported, statistic, "Welch's 2-sample t-test")
}

function welchFreedom(a: number, n1: number, b: number, n2: number): number {
  return (a + b) ** 2 / (a ** 2 / (n1 - 1) + b ** 2 / (n2 - 1))
}

function result(pValue: number, freedom: number, statistic: number, method: string): StreamingTestResult {
  return new StreamingTestResult(pValue, freedom, statistic, method, NULL_HYPOTHESIS)
}

/** A group with one more value, without loss of precision. */
export function withValue([count, mean, squares]: GroupSummary, value: number): GroupSummary {
  const distance = value - mean
  const moved = mean + distance / (count + 1)
  return [count + 1, moved, squares + distance * (value - moved)]
}
