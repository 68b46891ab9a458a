import { UnsupportedOperationException } from '../errors.ts'
import type { AccumulatorForm } from '../task/shared-variables.ts'
import { AccumulatorV2 } from './accumulator-v2.ts'

/** Spark's `CollectionAccumulator`: everything that was added, in the order in which tasks ended. */
export class CollectionAccumulator<T> extends AccumulatorV2<T, readonly T[]> {
  #values: T[] = []

  override get isZero(): boolean {
    return this.#values.length === 0
  }

  /** A copy: later additions do not show in it. */
  override get value(): readonly T[] {
    return [...this.#values]
  }

  override copy(): CollectionAccumulator<T> {
    const copied = new CollectionAccumulator<T>()
    copied.#values = [...this.#values]
    return copied
  }

  override reset(): void {
    this.#values = []
  }

  override add(value: T): void {
    this.#values.push(value)
  }

  override merge(other: AccumulatorV2<T, readonly T[]>): void {
    if (!(other instanceof CollectionAccumulator)) {
      throw new UnsupportedOperationException(
        'ACCUMULATOR_CLASS_MISMATCH',
        `Cannot merge ${this.constructor.name} with ${other.constructor.name}`,
      )
    }
    this.mergeTaskUpdate(other.value)
  }

  override get form(): AccumulatorForm {
    return 'collection'
  }

  override mergeTaskUpdate(update: unknown): void {
    for (const value of update as T[]) this.#values.push(value)
  }

  /** The accumulator's id, name and value, as Spark prints them. */
  override toString(): string {
    return super.toString().replace(/value: .*\)$/s, `value: [${this.#values.map(String).join(', ')}])`)
  }
}
