/** The result of an approximate action when its time is over, and a promise of the final value (Spark's `PartialResult`). */
export class PartialResult<R> {
  /** The answer when the action returned. */
  readonly initialValue: R
  /** Whether the job was over by then. */
  readonly isInitialValueFinal: boolean
  readonly #final: Promise<R>

  constructor(initialValue: R, final: Promise<R>, isInitialValueFinal: boolean) {
    this.initialValue = initialValue
    this.isInitialValueFinal = isInitialValueFinal
    this.#final = final
    // A program that does not ask for the final value must not fail because of an unhandled rejection.
    final.catch(() => {})
  }

  /** The value of the whole job, once it is over. @throws SparkException when the job fails after all. */
  getFinalValue(): Promise<R> {
    return this.#final
  }

  /** The value, and whether it is final, as Spark prints them. */
  toString(): string {
    const text = this.initialValue instanceof Map ? mapText(this.initialValue) : String(this.initialValue)
    return `(${this.isInitialValueFinal ? 'final' : 'partial'}: ${text})`
  }

  /** What `console.log` prints. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function mapText(map: ReadonlyMap<unknown, unknown>): string {
  return `Map(${[...map].map(([key, value]) => `${String(key)} -> ${String(value)}`).join(', ')})`
}
