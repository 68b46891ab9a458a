import type { DStream } from '../../dstream/dstream.ts'
import { IllegalArgumentException } from '../../errors.ts'
import { require } from '../../rdd/requirement.ts'
import type { BinarySample, StreamingTestResult } from '../records/significance.ts'
import { type GroupSummary, type TestMethod, tTest, withValue } from './t-tests.ts'

const NOTHING: GroupSummary = [0, 0, 0]

/**
 * A significance test of two groups on a stream (Spark's `StreamingTest`): after each batch, how likely the difference of their means is where there is none.
 * Setters return the object.
 *
 * @example
 * const results = new StreamingTest().setPeacePeriod(0).setWindowSize(0).setTestMethod('welch').registerStream(samples)
 * results.print()
 */
export class StreamingTest {
  #peacePeriod = 0
  #windowSize = 0
  #method: TestMethod = 'welch'
  #isExact = false
  #countsFromStart = false

  /** How many batches to leave out at first: 0 unless set. See {@link setPeacePeriodFromStart}. */
  setPeacePeriod(batches: number): this {
    require(Number.isInteger(batches) &&
      batches >= 0, `Peace period must be a nonnegative number of batches but got ${batches}`)
    this.#peacePeriod = batches
    return this
  }

  /** Of how many batches a test is made; all until then, which needs a checkpoint directory, with 0 and unless set. */
  setWindowSize(batches: number): this {
    require(Number.isInteger(batches) &&
      batches >= 0, `Window size must be a nonnegative number of batches but got ${batches}`)
    this.#windowSize = batches
    return this
  }

  /** `welch`, unless set, or `student`. @throws IllegalArgumentException for another name. */
  setTestMethod(method: TestMethod): this {
    if (method !== 'welch' && method !== 'student') {
      throw new IllegalArgumentException(
        'ILLEGAL_ARGUMENT',
        `Unrecognized method name. Supported streaming test methods: welch, student, but got ${String(method)}`,
      )
    }
    this.#method = method
    return this
  }

  /**
   * Whether the peace period is counted from the stream's first batch. Unless set to true it is counted from 1970, as in Spark, so that it has
   * an effect with a clock that begins at 0 only.
   */
  setPeacePeriodFromStart(isFromStart: boolean): this {
    this.#countsFromStart = isFromStart
    return this
  }

  /**
   * Whether variances are those of samples, and Welch's degrees of freedom those of the text book. Unless set to true, the variance of the population
   * stands for it and the degrees are Spark's.
   */
  setExactStatistics(isExact: boolean): this {
    this.#isExact = isExact
    return this
  }

  /**
   * The result of the test after each batch; no result before there is data. The statistic is positive where the control group has the greater mean. A group of
   * fewer than two values fails the batch, and with one group alone it is compared with itself, as in Spark.
   */
  registerStream(data: DStream<BinarySample>): DStream<StreamingTestResult> {
    const [method, isExact] = [this.#method, this.#isExact]
    return this.#summaries(this.#afterPeace(data))
      .map((group): [number, [boolean, GroupSummary]] => [0, group])
      .groupByKey()
      .map(([, groups]) => {
        const control = groups.find(([isExperiment]) => !isExperiment) ?? groups[0]!
        const experiment = groups.find(([isExperiment]) => isExperiment) ?? groups[0]!
        return tTest(control[1], experiment[1], method, isExact)
      })
  }

  #afterPeace(data: DStream<BinarySample>): DStream<BinarySample> {
    const peaceMs = this.#peacePeriod * data.slideDuration.milliseconds
    const isFromStart = this.#countsFromStart
    return data.transform((rdd, time) => {
      const startMs = isFromStart ? data.zeroTime!.milliseconds : 0
      return time.milliseconds - startMs > peaceMs ? rdd : rdd.sparkContext.parallelize<BinarySample>([])
    })
  }

  #summaries(data: DStream<BinarySample>): DStream<[boolean, GroupSummary]> {
    const pairs = data.map(({ isExperiment, value }): [boolean, number] => [isExperiment, value])
    if (this.#windowSize === 0) {
      return pairs.updateStateByKey<boolean, number, GroupSummary>((values, summary = NOTHING) =>
        values.reduce(withValue, summary),
      )
    }
    return pairs
      .groupByKeyAndWindow(data.slideDuration.times(this.#windowSize))
      .mapValues((values) => values.reduce(withValue, NOTHING))
  }
}
