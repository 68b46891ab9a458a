/** Says how fast a stream may take records in, from how its last batches went (Spark's `RateEstimator`). */
export interface RateEstimator {
  /**
   * @param time when the batch was done, milliseconds since the epoch.
   * @param numElements records of the stream in the batch.
   * @param processingDelayMs how long the batch's jobs ran.
   * @param schedulingDelayMs how long they waited before.
   * @returns records per second, or undefined when this batch tells nothing.
   */
  compute(time: number, numElements: number, processingDelayMs: number, schedulingDelayMs: number): number | undefined
}
