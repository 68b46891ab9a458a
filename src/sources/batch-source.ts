import type { PlainData } from '../batches/checkpoint/plain-data.ts'
import type { MaybePromise } from '../batches/maybe-promise.ts'
import type { Time } from '../batches/time.ts'
import type { FileSplit } from '../files/input-splits.ts'
import type { RDD } from '../rdd/rdd.ts'

/** How much a batch may read. */
export interface RateLimit {
  /**
   * Records that the batch should read at most, over all partitions; null for no limit. It comes from back-pressure
   * (`spark.streaming.backpressure.enabled`) for a source that says how many records its batches have.
   */
  readonly maxRecords: number | null
}

/** Reads one partition where its task runs, on a worker: gives the records, one by one or as they come. */
export type PartitionReader<T, D extends PlainData = PlainData> = (data: D) => Iterable<T> | AsyncIterable<T>

/**
 * One partition of a batch: data that says what to read, and the function that reads it. The function is shipped to a worker like every function of a
 * program, so it must not use what is of the driver alone; use the same function object in every batch, and what changes is in the data.
 */
export interface ReadPartition<T> {
  /** Tells the kinds of partitions apart. */
  readonly kind: 'read'
  /** What to read, as JSON holds it: the argument of `read`. */
  readonly data: PlainData
  /** Reads the partition on a worker. */
  readonly read: PartitionReader<T, never>
}

/** One partition of a batch that is a piece of a file, read by the engine itself. */
export interface FilePartition {
  /** Tells the kinds of partitions apart. */
  readonly kind: 'file'
  /** The file, and the range of its bytes. */
  readonly split: FileSplit
  /** `text` gives lines, `wholeText` and `binary` give [path, content], `binaryRecords` gives bytes of `recordLength`, `records` what `saveAsObjectFile` wrote. */
  readonly format: 'text' | 'wholeText' | 'binary' | 'binaryRecords' | 'records'
  /** Bytes of each record of `binaryRecords`; 0 otherwise. */
  readonly recordLength: number
}

/** One partition of a batch. */
export type SourcePartition<T> = ReadPartition<T> | FilePartition

/** Information about a batch's input for listeners and status pages. `Description` is shown to people; other entries are the source's own, such as files or offset ranges. */
export type InputInfo = Readonly<Record<string, unknown>>

/** The part of a source that one batch reads. */
export interface BatchPlan<T, P extends PlainData> {
  /** The positions from which a later run reads the same records again, as JSON data. Null for a source whose data does not outlive the process. */
  readonly positions: P
  /** The batch's partitions, or an RDD that the driver has already. */
  readonly partitions: readonly SourcePartition<T>[] | RDD<T>
  /** Records in the batch; null where nobody knows before they are read. */
  readonly records: number | null
  /** What listeners and status pages show of the batch. */
  readonly info?: InputInfo
}

/** How far a source's data is ahead of what batches have read. */
export interface InputLag {
  /** Records that no batch has read yet; null where nobody knows. */
  readonly records: number | null
  /** The time between the newest record of the source and the newest record that a batch has read, in milliseconds; null when the source does not know. */
  readonly milliseconds: number | null
}

/**
 * A source that the driver reads by positions: it says for each batch what the batch reads, and the batch's tasks read it. Kafka, files and every source of
 * this kind implement it, and so may a program; a source that pushes is a `Receiver` instead. It has no counterpart of one name in Spark, whose
 * `InputDStream.compute` and `checkpointData` it takes the place of.
 *
 * A batch's positions are fixed once, in the order of the batches, and are on the disk before anything of the batch runs. A batch that runs another
 * time, in the same run or after a restart, reads the same positions.
 *
 * @typeParam T the records. @typeParam P the positions of one batch.
 */
export interface BatchSource<T, P extends PlainData = PlainData> {
  /**
   * Called once, when the context starts, before anything else.
   * @param restored the positions of the newest batch that an earlier run has planned, or where an earlier run without a batch began; null where there
   * was none.
   */
  open(restored: P | null): MaybePromise<void>
  /**
   * Where the first batch begins, asked after {@link open} when there was nothing to restore: positions without records, which the first checkpoint holds. A
   * source that begins at what is newest has it, so that a run which ends before its first batch loses nothing.
   */
  beginning?(): MaybePromise<P>
  /**
   * Fixes what the batch at `time` reads: what has come since the batch before. When it throws, the batch fails and is asked for again before the next one.
   */
  plan(time: Time, limit: RateLimit): MaybePromise<BatchPlan<T, P>>
  /** The partitions of a batch that runs again. @param positions what {@link plan} gave for it. */
  replan(time: Time, positions: P): MaybePromise<readonly SourcePartition<T>[]>
  /**
   * The batch is completed, and a later run will not run it again: the place to commit offsets. Called in the order of the batches, one call at a time. Behind
   * a batch that is held up, the calls wait for it. When it throws, that is logged, and the next batch's call makes up for it.
   */
  completed?(time: Time, positions: P): MaybePromise<void>
  /** Makes the information about a batch that runs again from its positions: the same that {@link plan} gave. */
  describe?(positions: P): Pick<BatchPlan<T, P>, 'records' | 'info'>
  /** How far batches are behind, for those who watch the stream. */
  lag?(): MaybePromise<InputLag>
  /** Called once, when the context stops, after the last batch. */
  close(): MaybePromise<void>
}
