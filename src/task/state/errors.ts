import { MillstreamError } from '../../errors.ts'

/** The changes of a state since a time are not known any more, or never were: its whole content has to be taken. */
export class StateChangesUnknownError extends MillstreamError {
  constructor(sinceMs: number) {
    super('STATE_CHANGES_UNKNOWN', `what changed in the state since ${sinceMs} ms is not known: take a snapshot`)
  }
}

/** The outputs of a batch's function are not known any more, because a checkpoint keeps only the state. */
export class StateOutputsUnknownError extends MillstreamError {
  constructor(timeMs: number) {
    super(
      'STATE_OUTPUTS_UNKNOWN',
      `what mapWithState gave in the batch at ${timeMs} ms is not known any more: the worker that had it died after the state was checkpointed. ` +
        'The batch fails, and runs again after a restart, from the state before it',
    )
  }
}

/** States that the heap has no room for could not be moved to the disk, because it is full or cannot be written. */
export class StateNotSpilledError extends MillstreamError {
  constructor(path: string, cause: unknown) {
    super(
      'STATE_NOT_SPILLED',
      `${path}: states that the worker's memory has no room for could not be written: ` +
        `${cause instanceof Error ? cause.message : String(cause)}. Free space, set spark.local.dir to a directory that can be written, ` +
        'or give workers more memory with spark.executor.memory',
      { cause },
    )
  }
}
