/** Where a context is in its life (Spark's `StreamingContextState`). */
export const StreamingContextState = {
  /** Made, and not started yet. */
  INITIALIZED: 'INITIALIZED',
  /** Started, and not stopped yet. */
  ACTIVE: 'ACTIVE',
  /** Stopped, or failed to start; cannot be started again. */
  STOPPED: 'STOPPED',
} as const
/** One of the states. */
export type StreamingContextState = (typeof StreamingContextState)[keyof typeof StreamingContextState]
