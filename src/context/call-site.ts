import { findSourceMap } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mapRunningPlace } from '../closure/driver/index.ts'

/** Where in the user's program a call came from. */
export interface CallSite {
  /** `map at app.ts:12:24`. */
  readonly short: string
  /** The user's frames, innermost first, one a line: Spark's long form. */
  readonly long: string
}

interface Frame {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The folder of the library's modules: frames in it are not the user's, unless they are tests. */
const LIBRARY = new URL('..', import.meta.url).href
const TEST_FILE = /\.test\.[cm]?[jt]s$/
const MAX_FRAMES = 50
const MAX_MAPPED = 10_000
/** Mapped positions by raw position, because a program calls an operation from few places, each batch again. */
const mapped = new Map<string, Frame>()

/** The innermost frame of the user that calls the library now, as `operation at file:line:column`. */
export function captureCallSite(operation: string): string {
  for (const site of rawFrames()) {
    const raw = userFrame(site)
    if (raw !== null) return `${operation} at ${describe(original(raw))}`
  }
  return `${operation} at <unknown>:0`
}

/** Short and long form; dearer than {@link captureCallSite}. */
export function captureLongCallSite(operation: string): CallSite {
  const frames = rawFrames().flatMap((site) => userFrame(site) ?? [])
  const long = frames.map((raw) => `${raw.name}(${describe(original(raw))})`).join('\n')
  return { short: captureCallSite(operation), long }
}

/** The stack as V8 holds it: formatting it, with source maps on, would cost more than the operation that asks. */
function rawFrames(): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = MAX_FRAMES
    Error.prepareStackTrace = (_error, sites) => sites
    Error.captureStackTrace(holder, rawFrames)
    return holder.stack as readonly NodeJS.CallSite[]
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    else Error.prepareStackTrace = prepareStackTrace
  }
}

function userFrame(site: NodeJS.CallSite): (Frame & { readonly name: string }) | null {
  const file = site.getFileName()
  if (!file || file.startsWith('node:') || site.isNative()) return null
  const url = file.startsWith('/') ? `file://${file}` : file
  if (url.startsWith(LIBRARY) && !TEST_FILE.test(withoutQuery(url))) return null
  return {
    file,
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
    name: site.getFunctionName() ?? '<anonymous>',
  }
}

function original(raw: Frame): Frame {
  const key = `${raw.file}:${raw.line}:${raw.column}`
  let frame = mapped.get(key)
  if (frame === undefined) {
    frame = mapToSource(raw)
    if (mapped.size >= MAX_MAPPED) mapped.clear()
    mapped.set(key, frame)
  }
  return frame
}

function mapToSource(raw: Frame): Frame {
  const origin = findSourceMap(raw.file)?.findOrigin(raw.line, raw.column)
  if (origin === undefined || !('fileName' in origin)) {
    if (raw.file.includes('/node_modules/')) return raw
    const { url, line, column } = mapRunningPlace({ url: raw.file, line: raw.line, column: raw.column })
    return { file: url, line, column }
  }
  return { file: origin.fileName, line: origin.lineNumber, column: origin.columnNumber }
}

function describe({ file, line, column }: Frame): string {
  const path = file.startsWith('file:') ? fileURLToPath(withoutQuery(file)) : withoutQuery(file)
  return `${basename(path)}:${line}:${column}`
}

function withoutQuery(file: string): string {
  return file.replace(/\?.*$/s, '')
}
