/** What a stream learns about the earlier run when its data is restored. Times are milliseconds. */
export interface RecoveredRun {
  /** The last batch that the earlier run had generated. */
  readonly checkpointTime: number
  /** Whether the batch at `time` runs in this run: it was pending, or comes after {@link checkpointTime}. */
  runs(time: number): boolean
}
