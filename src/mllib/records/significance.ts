import { javaDouble } from './java-double.ts'

/** An observation of one of two groups (Spark's `BinarySample`). */
export class BinarySample {
  /** Whether it is of the experiment's group; of the control group otherwise. */
  readonly isExperiment: boolean
  /** The measured value. */
  readonly value: number

  constructor(isExperiment: boolean, value: number) {
    this.isExperiment = isExperiment
    this.value = value
  }

  /** `(true, 1.0)`. */
  toString(): string {
    return `(${this.isExperiment}, ${javaDouble(this.value)})`
  }
}

/** What a test of two groups says (Spark's `StreamingTestResult`). */
export class StreamingTestResult {
  /** How likely a difference this great is where the groups have the same mean. */
  readonly pValue: number
  /** The degrees of freedom of the test. */
  readonly degreesOfFreedom: number
  /** The t statistic. */
  readonly statistic: number
  /** `Welch's 2-sample t-test` or `Student's 2-sample t-test`. */
  readonly method: string
  /** The hypothesis that a small `pValue` speaks against, in words. */
  readonly nullHypothesis: string

  constructor(pValue: number, degreesOfFreedom: number, statistic: number, method: string, nullHypothesis: string) {
    this.pValue = pValue
    this.degreesOfFreedom = degreesOfFreedom
    this.statistic = statistic
    this.method = method
    this.nullHypothesis = nullHypothesis
  }

  /** A summary of several lines, as Spark prints it. */
  toString(): string {
    return [
      'Streaming test summary:',
      `method: ${this.method}`,
      `degrees of freedom = ${javaDouble(this.degreesOfFreedom)} `,
      `statistic = ${javaDouble(this.statistic)} `,
      `pValue = ${javaDouble(this.pValue)} `,
      `${presumption(this.pValue)} against null hypothesis: ${this.nullHypothesis}.`,
    ].join('\n')
  }
}

function presumption(pValue: number): string {
  if (pValue <= 0.01) return 'Very strong presumption'
  if (pValue <= 0.05) return 'Strong presumption'
  return pValue <= 0.1 ? 'Low presumption' : 'No presumption'
}
