import type { StreamInputInfo } from './input-info-tracker.ts'
import type { Time } from './time.ts'

/** One output operation of one batch (Spark's `OutputOperationInfo`). Times are milliseconds since the epoch. */
export interface OutputOperationInfo {
  /** The batch that the operation belongs to. */
  readonly batchTime: Time
  /** The operation's place among the output operations, from 0, in the order in which the program defined them. */
  readonly id: number
  /** The operation and the user's line, for instance `foreachRDD at app.ts:12:8`. */
  readonly name: string
  /** The same as `name`. */
  readonly description: string
  /** When the operation began; undefined before. */
  readonly startTime: number | undefined
  /** When the operation ended; undefined before. */
  readonly endTime: number | undefined
  /** The error's text with its stack when the operation failed. */
  readonly failureReason: string | undefined
  /** `endTime - startTime` once both are known. */
  readonly duration: number | undefined
}

/** A batch as listeners see it (Spark's `BatchInfo`). Times are milliseconds since the epoch, delays milliseconds. */
export interface BatchInfo {
  /** The time that names the batch: the end of its interval. */
  readonly batchTime: Time
  /** The records and metadata of each input stream, by the stream's id. */
  readonly streamIdToInputInfo: ReadonlyMap<number, StreamInputInfo>
  /** When its jobs were generated and queued. */
  readonly submissionTime: number
  /** When the first output operation began, once it did. */
  readonly processingStartTime: number | undefined
  /** When the last output operation ended, once it did. */
  readonly processingEndTime: number | undefined
  /** The output operations of the batch, by their ids. */
  readonly outputOperationInfos: ReadonlyMap<number, OutputOperationInfo>
  /** The time from submission to the start of the first output operation. */
  readonly schedulingDelay: number | undefined
  /** The time from the start of the first output operation to the end of the last one. */
  readonly processingDelay: number | undefined
  /** The time from submission to the end of the last output operation. */
  readonly totalDelay: number | undefined
  /** Over all input streams. */
  readonly numRecords: number
}

/** A receiver as listeners see it (Spark's `ReceiverInfo`). */
export interface ReceiverInfo {
  /** The id of the input stream. */
  readonly streamId: number
  /** The class of the receiver and the id of its stream. */
  readonly name: string
  /** Whether it is started. */
  readonly active: boolean
  /** The host on which the receiver runs. */
  readonly location: string
  /** `driver`: receivers run on the main thread. */
  readonly executorId: string
  /** Empty when there was none. */
  readonly lastErrorMessage: string
  /** The error's text with its stack; empty when there was none. */
  readonly lastError: string
  /** Milliseconds since the epoch, -1 when there was none. */
  readonly lastErrorTime: number
}
