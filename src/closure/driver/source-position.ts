import { positionOf } from './function-facts.ts'
import { mapToSource, type SourceLocation } from './source-map.ts'

const known = new WeakMap<object, SourceLocation>()

/** Where a function stands in the user's source, after source maps; `undefined` for native code and code without a file. */
export function functionLocation(fn: object): SourceLocation | undefined {
  const found = known.get(fn)
  if (found !== undefined) return found
  const position = positionOf(fn)
  if (position === undefined || position.url === '') return undefined
  const location = mapToSource({ url: position.url, line: position.line + 1, column: position.column + 1 })
  known.set(fn, location)
  return location
}

/** `app.ts:12:24`, for messages. */
export function sourcePlace(fn: object): string | undefined {
  const location = functionLocation(fn)
  return location === undefined ? undefined : spellPlace(location)
}

export function spellPlace({ url, line, column }: SourceLocation): string {
  return `${url.replace(/[?#].*$/, '').replace(/^.*[\\/]/, '')}:${line}:${column}`
}
