import { createHash } from 'node:crypto'
import type { Edit } from './edit.ts'

/** A function whose text was changed for workers: what is needed to tell a column of the user's script from one of the changed text. */
interface EditedCode {
  readonly line: number
  readonly column: number
  /** The changed text, whose lines are the user's. */
  readonly text: string
  readonly edits: readonly Edit[]
}

const MARK = '#closure'
const MAX_EDITED = 5000
const edited = new Map<string, EditedCode>()

/**
 * The file name under which a function is compiled on a worker: the script's URL and a mark, so that frames of rebuilt functions are told from
 * frames of modules that the worker has loaded itself, which Node maps to their sources.
 */
export function workerFilename(url: string, code: EditedCode): string {
  const base = url === '' ? 'anonymous' : url
  if (code.edits.length === 0) return base + MARK
  const id = createHash('sha1')
    .update(`${base}:${code.line}:${code.column}:${code.text}`)
    .digest('base64url')
    .replace(/[-_]/g, '')
    .slice(0, 8)
  if (!edited.has(id)) {
    if (edited.size >= MAX_EDITED) edited.delete(edited.keys().next().value as string)
    edited.set(id, code)
  }
  return `${base}${MARK}-${id}`
}

/** Takes the mark off a worker's file name; `undefined` when it bears none. */
export function unmark(filename: string): { readonly url: string; readonly id: string } | undefined {
  const at = filename.lastIndexOf(MARK)
  if (at < 0) return undefined
  const id = filename.slice(at + MARK.length)
  return { url: filename.slice(0, at), id: id.startsWith('-') ? id.slice(1) : '' }
}

/** The user's column (one-based) for a place in a rebuilt function. */
export function originalColumn(id: string, line: number, column: number): number {
  const code = edited.get(id)
  if (code === undefined) return column
  const lineInText = line - 1 - code.line
  let lineStart = 0
  for (let count = 0; count < lineInText; count++) lineStart = code.text.indexOf('\n', lineStart) + 1
  const first = lineInText === 0 ? code.column : 0
  const offset = lineStart + column - 1 - first
  return column - shiftAt(code, lineStart, offset)
}

/** Returns by how many columns the edits before `offset`, on the same line, have moved the text at `offset`. */
function shiftAt({ edits }: EditedCode, lineStart: number, offset: number): number {
  let moved = 0
  let shift = 0
  for (const { start, end, text } of edits) {
    const at = start + moved
    if (at >= offset) break
    const growth = text.length - (end - start)
    moved += growth
    // A position inside a replacement maps to the start of the replaced text.
    if (at + text.length > offset) return shift + (offset - at)
    if (at >= lineStart) shift += growth
  }
  return shift
}
