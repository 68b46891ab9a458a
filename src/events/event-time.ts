/** When an event happened. */
export interface EventTime {
  /** Milliseconds since the epoch; of streams by their context's clock. */
  readonly time: number
}
