import { positionOf } from './function-facts.ts'

/** A place in the user's source, one-based line, one-based column, as stacks show it. */
export interface SourceLocation {
  readonly url: string
  readonly line: number
  readonly column: number
}

/** Where a function stands in the user's source, after source maps. */
export function functionLocation(fn: object): SourceLocation | undefined {
  const position = positionOf(fn)
  if (position === undefined || position.url === '') return undefined
  return { url: position.url, line: position.line + 1, column: position.column + 1 }
}

/** `app.ts:12:24`, for messages. */
export function sourcePlace(fn: object): string | undefined {
  const location = functionLocation(fn)
  if (location === undefined) return undefined
  return `${location.url.replace(/^.*[\\/]/, '')}:${location.line}:${location.column}`
}
