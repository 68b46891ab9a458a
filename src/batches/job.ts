import type { BatchOutput } from '../events/stream-events.ts'
import type { Time } from './time.ts'

/** One output operation of one batch, ready to run. */
export class Job {
  readonly time: Time
  /** The operation's place among the output operations, from 0. */
  readonly outputOpId: number
  /** The operation and the user's line. */
  readonly callSite: string
  readonly run: () => unknown
  /** Whether the actions in `run` are named after the output operation: those of a built-in one, in which the user has no line. */
  readonly namesActions: boolean
  /** Milliseconds since the epoch, once the job has begun. */
  startTime: number | undefined
  /** Milliseconds since the epoch, once the job is over. */
  endTime: number | undefined
  /** The text of the error that the job threw; undefined when the job did not fail. */
  failureReason: string | undefined

  constructor(time: Time, outputOpId: number, callSite: string, run: () => unknown, namesActions: boolean) {
    this.time = time
    this.outputOpId = outputOpId
    this.callSite = callSite
    this.run = run
    this.namesActions = namesActions
  }

  /** The same operation of the same batch, to be run another time. */
  static again({ time, outputOpId, callSite, run, namesActions }: Job): Job {
    return new Job(time, outputOpId, callSite, run, namesActions)
  }

  toString(): string {
    return `streaming job ${this.time}.${this.outputOpId}`
  }
}

/** The output operation as it is now, for listeners. */
export function outputOf({ time, outputOpId, callSite, startTime, endTime, failureReason }: Job): BatchOutput {
  return {
    batchTime: time.milliseconds,
    outputOpId,
    callSite,
    startTime: startTime ?? null,
    endTime: endTime ?? null,
    failureReason: failureReason ?? null,
  }
}
