/** An error as plain data, fit for `postMessage` and `v8.serialize`. */
export interface SerializedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** `[error]` when there is one: the cause may be anything, `undefined` included. */
  readonly cause: readonly [SerializedThrown] | undefined
  /** The errors of an `AggregateError`; undefined for any other error. */
  readonly errors: readonly SerializedThrown[] | undefined
  /** Own enumerable properties that are plain data: `code`, `errno`, `path` … */
  readonly fields: Readonly<Record<string, unknown>>
  /** The thrown value, when that was not an error. */
  readonly thrown: readonly [unknown] | undefined
}

export type SerializedThrown = { readonly error: SerializedError } | { readonly value: unknown }
