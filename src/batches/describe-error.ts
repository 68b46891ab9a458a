/** An error's text for logs and listeners: its stack, which begins with its name and message, and what caused it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const text = error.stack ?? `${error.name}: ${error.message}`
  return error.cause === undefined ? text : `${text}\nCaused by: ${describeError(error.cause)}`
}
