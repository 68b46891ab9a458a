import { SHIP } from '../closure/wire/closure-error.ts'
import type { ShippedAccumulator } from '../task/shared-variables.ts'
import { textOf } from '../task/text-of.ts'
import { requireRegistered } from './accumulator-registry.ts'

/** PySpark's `AccumulatorParam`: how values of a type are added up. Both methods may change and return their first argument. */
export interface AccumulatorParam<T> {
  /** A zero of the same shape as the initial value, for instance a vector of as many zeros. */
  zero(initial: T): T
  /** The sum of two values; may change and return `a`. */
  addInPlace(a: T, b: T): T
}

/** Adds numbers: the default of `sc.accumulator(0)`. */
export const NUMBER_PARAM: AccumulatorParam<number> = Object.freeze({
  zero: () => 0,
  addInPlace: (a: number, b: number) => a + b,
})

/**
 * PySpark's `Accumulator`, made by `sc.accumulator(initial, param)`: tasks `add` to it, the driver reads and sets its `value`.
 * Updates made in an action count once for each task that succeeded.
 */
export class Accumulator<T> {
  /** On the driver: the initial value and all updates. */
  value: T
  readonly #param: AccumulatorParam<T>

  /** Made by `sc.accumulator` only. */
  constructor(initial: T, param: AccumulatorParam<T>) {
    this.value = initial
    this.#param = param
  }

  /** Unique in this process. */
  get id(): number {
    return requireRegistered(this).id
  }

  /** Adds a term, in a task or on the driver. */
  add(term: T): void {
    this.value = this.#param.addInPlace(this.value, term)
  }

  /** @internal */
  mergeTaskUpdate(update: unknown): void {
    const gathered = update as { sum: T } | { value: T }
    this.add('value' in gathered ? gathered.value : gathered.sum)
  }

  /** What stands for it in a function that travels. @internal */
  [SHIP](): { kind: 'accumulator'; data: ShippedAccumulator } {
    return { kind: 'accumulator', data: { ...requireRegistered(this) } }
  }

  /** The accumulator's id, name and value, as Spark prints them. */
  toString(): string {
    return textOf(this.value)
  }

  /** What `console.log` prints, as PySpark shows it: `Accumulator<id=0, value=3>`. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Accumulator<id=${this.id}, value=${textOf(this.value)}>`
  }
}
