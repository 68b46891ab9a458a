import type { BatchInput } from './batch-input.ts'
import type { Duration } from './duration.ts'
import type { Job } from './job.ts'
import type { StateFloor } from './ledger/needed-batches.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { Time } from './time.ts'

/** The streams and output operations of a context, as the job generator sees them: they make the jobs of each batch. */
export interface BatchGraph {
  readonly batchDuration: Duration
  /** The longest time for which an input stream must remember its records, in milliseconds. */
  readonly maxInputStreamRememberDuration: Duration
  /** The inputs that bring data into the batches. */
  readonly inputs: readonly BatchInput[]
  /** Where the states of the streams are on the disk. */
  stateFloors(): readonly StateFloor[]
  /**
   * Readies the streams for the batches after `zeroTime`, and starts the input streams.
   * @throws IllegalArgumentException when a stream's settings do not fit together.
   */
  start(zeroTime: Time): MaybePromise<void>
  /** The jobs of the batch at `time`, in the order in which their operations were defined. */
  generateJobs(time: Time): MaybePromise<readonly Job[]>
  /** Makes every stream forget the RDDs that are not needed any more, after an attempt to run the batch at `time` is over. */
  clearMetadata(time: Time, isUnpersisting: boolean): void
}
