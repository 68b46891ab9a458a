import { aNumber, anObject } from '../arguments/argument.ts'
import { checkArgument } from '../arguments/check-arguments.ts'
import { UnsupportedOperationException } from '../errors.ts'
import type { AccumulatorForm } from '../task/shared-variables.ts'
import { AccumulatorV2 } from './accumulator-v2.ts'

const ADDED = aNumber('value')

/** The common part of Spark's long and double accumulators: a sum and a count. */
abstract class SumAccumulator<IN extends number | bigint> extends AccumulatorV2<IN, number> {
  #sum = 0
  #count = 0

  override get isZero(): boolean {
    return this.#sum === 0 && this.#count === 0
  }

  override get value(): number {
    return this.#sum
  }

  /** The sum of what was added. */
  get sum(): number {
    return this.#sum
  }

  /** How many values were added. */
  get count(): number {
    return this.#count
  }

  /** The mean of what was added; NaN when nothing was. */
  get avg(): number {
    return this.#sum / this.#count
  }

  override reset(): void {
    this.#sum = 0
    this.#count = 0
  }

  override add(value: IN): void {
    if (typeof value !== 'number' && typeof value !== 'bigint')
      checkArgument(`${this.constructor.name}.add`, ADDED, value)
    this.#sum += Number(value)
    this.#count++
  }

  /** @throws UnsupportedOperationException for an accumulator of another class. */
  override merge(other: AccumulatorV2<IN, number>): void {
    checkArgument(`${this.constructor.name}.merge`, anObject('other', 'an accumulator'), other)
    if (!(other instanceof SumAccumulator) || other.constructor !== this.constructor) {
      throw new UnsupportedOperationException(
        'ACCUMULATOR_CLASS_MISMATCH',
        `Cannot merge ${this.constructor.name} with ${other.constructor.name}`,
      )
    }
    this.mergeTaskUpdate({ sum: other.sum, count: other.count })
  }

  override get form(): AccumulatorForm {
    return 'sum'
  }

  override mergeTaskUpdate(update: unknown): void {
    const { sum, count } = update as { sum: number; count: number }
    this.#sum += sum
    this.#count += count
  }
}

/** Spark's `LongAccumulator`: sum, count and average of whole numbers, exact up to 2^53. */
export class LongAccumulator extends SumAccumulator<number | bigint> {
  override copy(): LongAccumulator {
    const copied = new LongAccumulator()
    copied.merge(this)
    return copied
  }
}

/** Spark's `DoubleAccumulator`: sum, count and average of numbers. */
export class DoubleAccumulator extends SumAccumulator<number> {
  override copy(): DoubleAccumulator {
    const copied = new DoubleAccumulator()
    copied.merge(this)
    return copied
  }
}
