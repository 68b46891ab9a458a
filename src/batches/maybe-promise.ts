/** A value, or a promise of the value. Most batches are generated without waiting, and need no promise. */
export type MaybePromise<T> = T | Promise<T>

/** Applies `f` to the value: at once to a plain value, and to a promised value when the promise is fulfilled. */
export function whenReady<T, U>(value: MaybePromise<T>, f: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(f) : f(value)
}

/** `f` of each item, one after another, each begun when the one before is done; stays synchronous as long as every result is. */
export function mapInOrder<T, U>(
  items: readonly T[],
  f: (item: T, index: number) => MaybePromise<U>,
): MaybePromise<U[]> {
  const results: U[] = []
  for (let i = 0; i < items.length; i++) {
    const result = f(items[i] as T, i)
    if (result instanceof Promise) return finishInOrder(items, f, results, result)
    results.push(result)
  }
  return results
}

async function finishInOrder<T, U>(
  items: readonly T[],
  f: (item: T, index: number) => MaybePromise<U>,
  results: U[],
  pending: Promise<U>,
): Promise<U[]> {
  results.push(await pending)
  for (let i = results.length; i < items.length; i++) results.push(await f(items[i] as T, i))
  return results
}
