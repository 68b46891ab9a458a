import { MillstreamError } from '../../errors.ts'

/** A value cannot be a key: it has no equality by value, so equal keys could not meet in one partition. */
export class KeyNotHashableError extends MillstreamError {
  /** The kind of the value, for instance `a function`. */
  readonly kind: string

  constructor(kind: string) {
    super(
      'KEY_NOT_HASHABLE',
      `${kind} cannot be a key, nor be part of one: keys are compared by value and hashed alike in every process. ` +
        'Use a string, number, bigint, boolean, Date, bytes, or an array or plain object of those.',
    )
    this.kind = kind
  }
}
