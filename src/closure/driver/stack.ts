import { foldStack } from '../../stack-frames.ts'
import { originalColumn, unmark } from './code-positions.ts'
import { isOwnCode } from './references.ts'
import { mapToSource, type SourceLocation } from './source-map.ts'
import { spellPlace } from './source-position.ts'

/** The place at the end of a frame's line: in parentheses after a name, or alone. */
const PLACE = /^(\s+at (?:.* \()?)(?:async )?((?:[a-z][\w+.-]*:)?[^()\s][^()]*?):(\d+):(\d+)(\)?)$/

/** Maps the frames of rebuilt functions back to the user's source, and takes the worker's own frames out. */
export function mapStack(stack: string): string {
  return foldStack(stack.split('\n').map(mapFrame).join('\n'))
}

function mapFrame(line: string): string {
  const match = PLACE.exec(line)
  if (match === null) return line
  const [, before, filename, lineNumber, column, after] = match
  const marked = unmark(filename!)
  if (marked === undefined) return line
  const place = {
    url: marked.url,
    line: Number(lineNumber),
    column: originalColumn(marked.id, Number(lineNumber), Number(column)),
  }
  const source = mapToSource(place)
  return `${before}${source.url}:${source.line}:${source.column}${after}`
}

const MAX_FRAMES = 25

/** `app.ts:12:24` of the nearest frame that is not Millstream's nor Node's, for messages and for the names of operations. */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = MAX_FRAMES
  const stack = new Error().stack
  Error.stackTraceLimit = limit
  const place = typeof stack === 'string' ? nearestUserPlace(stack) : undefined
  return place === undefined ? undefined : spellPlace(place)
}

function nearestUserPlace(stack: string): SourceLocation | undefined {
  for (const line of stack.split('\n')) {
    const match = PLACE.exec(line)
    if (match === null) continue
    const [, , url, lineNumber, column] = match
    if (url!.startsWith('node:') || isOwnCode(url!)) continue
    return { url: url!, line: Number(lineNumber), column: Number(column) }
  }
  return undefined
}
