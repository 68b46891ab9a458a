import { MillstreamError } from '../../errors.ts'

/** The changes of a state since a time are not known any more, or never were: its whole content has to be taken. */
export class StateChangesUnknownError extends MillstreamError {
  constructor(sinceMs: number) {
    super('STATE_CHANGES_UNKNOWN', `what changed in the state since ${sinceMs} ms is not known: take a snapshot`)
  }
}
