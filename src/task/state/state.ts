import { IllegalArgumentException } from '../../errors.ts'
import { NoSuchElementException } from '../errors.ts'
import { settled } from '../settled.ts'
import { textOf } from '../text-of.ts'

/**
 * The state of a key, for the function of `mapWithState` to read and change (Spark's `State`). The object is valid during one call: the next call gets
 * the same object with another key's state.
 *
 * A state should be replaced, not changed in place: a batch that has to be computed again starts from the state before it, which an object
 * changed in place no longer is.
 */
export class State<S> {
  #value: S | undefined
  #isDefined = false
  #isTimingOut = false
  #isUpdated = false
  #isRemoved = false

  /** Whether the key has a state. */
  exists(): boolean {
    return this.#isDefined
  }

  /** @throws NoSuchElementException when the key has no state. */
  get(): S {
    if (this.#isDefined) return this.#value as S
    throw new NoSuchElementException(
      'STATE_NOT_SET',
      'State is not set: ask exists(), or use getOption(), which gives undefined for a key without a state',
    )
  }

  /** The state, or undefined when the key has none. */
  getOption(): S | undefined {
    return this.#value
  }

  /** Gives the key a new state. @throws IllegalArgumentException after `remove`, or while the key is timing out. */
  update(newState: S): void {
    requireThat(!this.#isRemoved, 'Cannot update the state after it has been removed')
    requireThat(!this.#isTimingOut, 'Cannot update the state that is timing out')
    settled(newState, 'mapWithState')
    this.#value = newState
    this.#isDefined = true
    this.#isUpdated = true
  }

  /** Takes the key's state away. @throws IllegalArgumentException when it was removed already, or while the key is timing out. */
  remove(): void {
    requireThat(!this.#isTimingOut, 'Cannot remove the state that is timing out')
    requireThat(!this.#isRemoved, 'Cannot remove the state that has already been removed')
    this.#value = undefined
    this.#isDefined = false
    this.#isUpdated = false
    this.#isRemoved = true
  }

  /** Whether the key has had no data for as long as the timeout says; its state is taken away after this call. */
  isTimingOut(): boolean {
    return this.#isTimingOut
  }

  /** The state, or that there is none. */
  toString(): string {
    return this.#isDefined ? textOf(this.#value) : '<state not set>'
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  /** Whether the last call gave a new state. @internal */
  get isUpdated(): boolean {
    return this.#isUpdated
  }
  /** Whether the last call took the state away. @internal */
  get isRemoved(): boolean {
    return this.#isRemoved
  }

  /** Takes on a key's state for the next call. @internal */
  wrap(isDefined: boolean, value: S | undefined): void {
    this.#value = value
    this.#isDefined = isDefined
    this.#isTimingOut = false
    this.#isUpdated = false
    this.#isRemoved = false
  }

  /** Takes on the state of a key that is timing out. @internal */
  wrapTimingOut(value: S): void {
    this.wrap(true, value)
    this.#isTimingOut = true
  }
}

/** Spark's `require`. */
function requireThat(condition: boolean, message: string): void {
  if (!condition) throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `requirement failed: ${message}`)
}
