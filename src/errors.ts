import { foldStackOf } from './stack-frames.ts'

/**
 * The base of every error that Millstream raises for a user's mistake or an outside failure: it says what happened, where, and what to do.
 * `code` is stable and fit for programs; `name` is the class name, Spark's condition name where Spark has one. The stack has the user's own frames
 * only, unless `millstream.errors.fullStacks` is set.
 */
export class MillstreamError extends Error {
  /** Stable identifier, upper case with underscores, for instance `CLOSURE_NOT_SHIPPABLE`. */
  readonly code: string
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    foldStackOf(this, true)
  }
}

/** Spark's `SparkException`: a job, a stage or the engine failed. */
export class SparkException extends MillstreamError {}

/** Spark's `IllegalArgumentException`: an argument or a setting is wrong. */
export class IllegalArgumentException extends MillstreamError {}

/** Spark's `IllegalStateException`: the call does not fit the object's state. */
export class IllegalStateException extends MillstreamError {}

/** Spark's `UnsupportedOperationException`: the call cannot be answered, for instance the first element of an empty RDD. */
export class UnsupportedOperationException extends MillstreamError {}
