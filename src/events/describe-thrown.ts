/**
 * Describes the value that a listener threw, for the log. Never throws itself, whatever was thrown: an object without a prototype, or one whose
 * `toString` throws.
 */
export function describeThrown(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return String(thrown.stack ?? `${thrown.name}: ${thrown.message}`)
    return String(thrown)
  } catch {
    return `a value of type ${typeof thrown} that cannot be shown`
  }
}
