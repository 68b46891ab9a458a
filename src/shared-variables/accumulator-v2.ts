import { SHIP } from '../closure/wire/closure-error.ts'
import { IllegalStateException } from '../errors.ts'
import type { AccumulatorForm, ShippedAccumulator } from '../task/shared-variables.ts'
import { textOf } from '../task/text-of.ts'
import { accumulatorMetadata, requireRegistered } from './accumulator-registry.ts'

/**
 * Spark's `AccumulatorV2`: the base of accumulators that tasks add to and the driver reads. Extend it, make an instance, `sc.register` it,
 * and use it in functions. Updates made in an action count once for each task that succeeded; those made in a transformation may count
 * again when it is computed again.
 *
 * A task's copy of your class comes back as its fields, which are given to `merge`. When the class has private `#fields`, which cannot be
 * read from outside, the added values come back instead, one by one.
 */
export abstract class AccumulatorV2<IN, OUT> {
  /** Whether nothing was added since it was made or reset. */
  abstract get isZero(): boolean
  /** A new accumulator of the same value. */
  abstract copy(): AccumulatorV2<IN, OUT>
  /** Sets it to zero, so that `isZero` is true. */
  abstract reset(): void
  /** Takes in a value; called in tasks. */
  abstract add(value: IN): void
  /** Takes in the value of another accumulator of this class. */
  abstract merge(other: AccumulatorV2<IN, OUT>): void
  /** The current value; meant for the driver. */
  abstract get value(): OUT

  /** Whether `sc.register` knows it. */
  get isRegistered(): boolean {
    return accumulatorMetadata(this) !== undefined
  }

  /** Unique in this process. @throws IllegalStateException when not registered. */
  get id(): number {
    return metadataOf(this).id
  }

  /** The name it was registered under, or null. @throws IllegalStateException when not registered. */
  get name(): string | null {
    return metadataOf(this).name
  }

  /** A new accumulator of this class with nothing added. */
  copyAndReset(): AccumulatorV2<IN, OUT> {
    const copied = this.copy()
    copied.reset()
    return copied
  }

  /** How tasks gather values for it. @internal */
  get form(): AccumulatorForm {
    return 'state'
  }

  /** @internal */
  mergeTaskUpdate(update: unknown): void {
    const other = this.copyAndReset()
    if (accumulatorMetadata(this)?.form === 'added') for (const value of update as IN[]) other.add(value)
    else Object.assign(other, update)
    this.merge(other)
  }

  /** What stands for it in a function that travels; a class's prototype is no accumulator and travels as it is. @internal */
  get [SHIP](): (() => { kind: 'accumulator'; data: ShippedAccumulator }) | undefined {
    if (Object.hasOwn(this, 'constructor')) return undefined
    return () => ({ kind: 'accumulator', data: { ...requireRegistered(this) } })
  }

  /** The accumulator's id, name and value, as Spark prints them. */
  toString(): string {
    const metadata = accumulatorMetadata(this)
    const { name: className } = this.constructor
    if (metadata === undefined) return `Un-registered Accumulator: ${className}`
    const name = metadata.name === null ? 'None' : `Some(${metadata.name})`
    return `${className}(id: ${metadata.id}, name: ${name}, value: ${textOf(this.value)})`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

// A function and not a private method: an instance with private members of this package could not travel to a worker.
function metadataOf(accumulator: object): ShippedAccumulator {
  const metadata = accumulatorMetadata(accumulator)
  if (metadata !== undefined) return metadata
  throw new IllegalStateException(
    'ACCUMULATOR_NOT_REGISTERED',
    'The metadata of this accumulator has not been assigned yet. Register it with sc.register(accumulator) first.',
  )
}
