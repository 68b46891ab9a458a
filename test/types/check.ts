/** Whether two types are the same, for assertions that only the compiler evaluates. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only where the condition is true: `assertType<Same<typeof counts, RDD<[string, number]>>>()`. */
export function assertType<Condition extends true>(): Condition | undefined {
  return undefined
}
