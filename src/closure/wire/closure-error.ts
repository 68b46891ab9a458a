import { MillstreamError } from '../../errors.ts'

/** A function cannot be sent to a worker, because it uses something that exists on the driver only; Spark's "Task not serializable". */
export class ClosureError extends MillstreamError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('CLOSURE_NOT_SHIPPABLE', message, options)
  }
}

/**
 * An object whose method of this name returns `{ kind, data }` travels as that pair, and the worker's reviver for `kind` makes of `data`
 * (plain structured-cloneable data) what the function sees there.
 */
export const SHIP: unique symbol = Symbol.for('millstream.ship')

/** An object that has this property, own or inherited, never travels; its text says why and what to do instead. */
export const REFUSE: unique symbol = Symbol.for('millstream.refuse')
