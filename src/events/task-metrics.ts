/** A worker's measurements of one task. Tasks are measured only while there is a listener for their ends. */
export interface TaskMetrics {
  /** The time that the task took on the worker, in milliseconds. */
  readonly runTimeMs: number
  /** Processor time of the worker's thread meanwhile; null where the platform does not tell (Node before 23.9 on other systems than Linux). */
  readonly cpuTimeMs: number | null
  /** Time that the worker's thread spent collecting garbage. Node tells late, so the last collections of a task count for the next one. */
  readonly gcTimeMs: number
  /** Bytes of the result as it was sent to the driver; 0 of a map output, which is `shuffleBytesWritten`. */
  readonly resultBytes: number
  /** Records and bytes read from files, received blocks, collections of the driver, and persisted partitions. */
  readonly recordsRead: number
  readonly bytesRead: number
  /** Records and bytes that the task wrote into files by a saving action. */
  readonly recordsWritten: number
  readonly bytesWritten: number
  readonly shuffleRecordsRead: number
  readonly shuffleBytesRead: number
  readonly shuffleRecordsWritten: number
  readonly shuffleBytesWritten: number
  /** Bytes written to disk because memory was short: of tables, of sort buffers, and of map outputs above their share of memory. */
  readonly diskBytesSpilled: number
  /** The largest heap of the worker that was seen while the task ran, in bytes. */
  readonly peakMemoryBytes: number
}
