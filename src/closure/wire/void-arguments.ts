/** A value that anything may be read, destructured or called from, so that no default value of a parameter is computed. */
const VOID: unknown = new Proxy(function nothing() {}, {
  get: (_target, key) => (key === Symbol.iterator ? voidIterator : VOID),
  ownKeys: () => [],
  getOwnPropertyDescriptor: () => undefined,
})

/** Arguments for a call whose body must not run: entering the function with them has no effect. */
export const VOID_ARGUMENTS: readonly unknown[] = new Array(32).fill(VOID)

function voidIterator(): IterableIterator<unknown> {
  return VOID_ARGUMENTS[Symbol.iterator]()
}
