import { IllegalArgumentException } from '../errors.ts'

/** Whether a value is a promise, or another object that `await` waits for. */
export function isPending(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/**
 * Code that refuses a promise in a variable of a generated loop, where a call for each record would cost. The loops name `promiseGiven`.
 * @param v the variable, or an expression without side effects. @param operation what the function that gave the value was given to.
 */
export function refusePendingCode(v: string, operation: string): string {
  return `if (typeof ${v} === 'object' && ${v} !== null && typeof ${v}.then === 'function') throw promiseGiven('${operation}')\n`
}

/** A value that is no promise, as it is. @param operation what the function that gave the value was given to. @throws IllegalArgumentException */
export function settled<T>(value: T, operation: string): T {
  if (isPending(value)) throw promiseGiven(operation)
  return value
}

/** The error for a function that gave a promise where its result is needed at once. @param operation what it was given to: `filter`. */
export function promiseGiven(operation: string): IllegalArgumentException {
  return new IllegalArgumentException(
    'ASYNC_FUNCTION',
    `the function given to ${operation} gave a promise, and its result is needed at once. Do what is asynchronous in mapPartitions, foreach or ` +
      'foreachPartition, which wait for promises.',
  )
}
