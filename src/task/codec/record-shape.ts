/** The keys of plain objects, in order. */
export function shapeOf(value: object): string[] {
  return Object.keys(value)
}

/** Whether an object's own enumerable keys are these, in this order. */
export function hasShape(value: object, keys: readonly string[]): boolean {
  let at = 0
  // Inherited enumerable keys, which nobody should have, only make the answer no.
  for (const key in value) {
    if (keys[at] !== key) return false
    at++
  }
  return at === keys.length
}
