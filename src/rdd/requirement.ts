import { IllegalArgumentException, UnsupportedOperationException } from '../errors.ts'

/** Refuses a wrong argument in Spark's words. @throws IllegalArgumentException */
export function require(holds: boolean, message: string): asserts holds {
  if (!holds) throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `requirement failed: ${message}`)
}

/** The error of actions that need a record when the RDD has none. */
export function emptyCollection(): UnsupportedOperationException {
  return new UnsupportedOperationException('EMPTY_COLLECTION', 'empty collection')
}
