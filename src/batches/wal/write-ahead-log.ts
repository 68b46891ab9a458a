import type { PlainData } from '../checkpoint/plain-data.ts'
import type { MaybePromise } from '../maybe-promise.ts'

/** Where a log has a record: plain data, which checkpoints hold. Spark's `WriteAheadLogRecordHandle`. */
export type WriteAheadLogRecordHandle = PlainData

/**
 * A log for what receivers have stored (Spark's `WriteAheadLog`), for those who want it elsewhere than in files of the checkpoint directory. A
 * module whose default export extends it is named by `spark.streaming.receiver.writeAheadLog.class`. Each stream makes one, with the SparkConf
 * and the stream's directory.
 */
export abstract class WriteAheadLog {
  /**
   * Takes a record; the next is given once this one is done. It must be durable when the promise resolves.
   * @param time milliseconds since the epoch, for {@link clean}. @returns what {@link read} is given.
   */
  abstract write(record: Uint8Array, time: number): MaybePromise<WriteAheadLogRecordHandle>
  /** Reads the record of a handle, which may come from an earlier run. */
  abstract read(handle: WriteAheadLogRecordHandle): MaybePromise<Uint8Array>
  /** All records that were not cleaned, of earlier runs too, in the order in which they were written. */
  abstract readAll(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** The records written before a time are not needed any more. @param waitForCompletion whether they are to be gone when this resolves. */
  abstract clean(threshTime: number, waitForCompletion: boolean): MaybePromise<void>
  /** Closes the log. No write follows. */
  abstract close(): MaybePromise<void>
}

/** The type of the class that `spark.streaming.receiver.writeAheadLog.class` names. */
export type WriteAheadLogClass = new (conf: { get(key: string): string }, logDirectory: string) => WriteAheadLog
