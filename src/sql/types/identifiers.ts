const PLAIN_IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A name in back quotes, for error messages and for SQL. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** A name as SQL takes it: in back quotes where it must be. */
export function quoteIfNeeded(name: string): string {
  return PLAIN_IDENTIFIER.test(name) ? name : quoteIdentifier(name)
}

/** The parts of a name, each in back quotes, with points between them. */
export function quoteName(parts: readonly string[]): string {
  return parts.map(quoteIdentifier).join('.')
}
