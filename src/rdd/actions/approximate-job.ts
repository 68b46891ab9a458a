import type { ResultSink } from '../../task/program.ts'
import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'
import { PartialResult } from './partial-result.ts'

/** Makes an answer of the results of partitions as they arrive (Spark's `ApproximateEvaluator`). */
export interface ApproximateEvaluator<U, R> {
  /** Takes the result of a partition. @param outputId the partition's index. */
  merge(outputId: number, taskResult: U): void
  /** The answer from what was merged so far. */
  currentResult(): R
}

/** Waits for a job until its end or the time is up, and answers with what has arrived; the job goes on for the final value. */
export async function runApproximateJob<U, R>(
  rdd: RDDCore<unknown>,
  sink: ResultSink,
  evaluator: ApproximateEvaluator<U, R>,
  timeoutMs: number,
): Promise<PartialResult<R>> {
  const onResult = (index: number, value: unknown) => evaluator.merge(index, value as U)
  const final = runJob<U>(rdd, 'runApproximateJob', sink, { onResult }).then(() => evaluator.currentResult())
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<'timeUp'>((resolve) => {
    timer = setTimeout(() => resolve('timeUp'), timeoutMs)
  })
  try {
    const first = await Promise.race([final.then((value) => ({ value })), timeUp])
    if (first !== 'timeUp') return new PartialResult(first.value, Promise.resolve(first.value), true)
    return new PartialResult(evaluator.currentResult(), final, false)
  } finally {
    clearTimeout(timer)
  }
}
