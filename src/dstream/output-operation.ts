import { Job } from '../batches/job.ts'
import { type MaybePromise, whenReady } from '../batches/maybe-promise.ts'
import type { Time } from '../batches/time.ts'
import type { RDD } from '../rdd/rdd.ts'
import type { DStreamNode } from './dstream-node.ts'

/** An output operation, which runs a function on each batch of a stream. Streams are computed only for output operations (Spark's `ForEachDStream`). */
export class OutputOperation<T> {
  readonly parent: DStreamNode<T>
  /** The operation and the user's line: `foreachRDD at app.ts:12:8`. */
  readonly creationSite: string
  readonly #run: (rdd: RDD<T>, time: Time) => unknown
  readonly #isUserFunction: boolean

  /** @param isUserFunction whether the actions within `run` stand in the user's code. */
  constructor(
    parent: DStreamNode<T>,
    creationSite: string,
    run: (rdd: RDD<T>, time: Time) => unknown,
    isUserFunction: boolean,
  ) {
    this.parent = parent
    this.creationSite = creationSite
    this.#run = run
    this.#isUserFunction = isUserFunction
  }

  /** The job of the batch at `time`, or null when the stream has no RDD then. */
  generateJob(time: Time, outputOpId: number): MaybePromise<Job | null> {
    return whenReady(this.parent.getOrCompute(time), (rdd) => {
      if (rdd === null) return null
      return new Job(time, outputOpId, this.creationSite, () => this.#run(rdd, time), !this.#isUserFunction)
    })
  }
}
