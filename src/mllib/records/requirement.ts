import { IllegalArgumentException } from '../../errors.ts'

/** Refuses a wrong argument of a vector in Spark's words. @throws IllegalArgumentException */
export function requireVector(holds: boolean, message: string): asserts holds {
  if (!holds) throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `requirement failed: ${message}`)
}
