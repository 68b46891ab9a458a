import { MillstreamError } from '../errors.ts'
import { isLogged, log } from '../log.ts'
import { hasFullStacks } from '../stack-frames.ts'

/** An error's text for listeners: its stack, which begins with its name and message, and what caused it. Never throws, whatever was thrown. */
export function describeError(error: unknown): string {
  const texts: string[] = []
  const seen = new Set<unknown>()
  for (let next = error; !seen.has(next); ) {
    seen.add(next)
    texts.push(describeOne(next))
    const cause = causeOf(next)
    if (cause === undefined) break
    next = cause
  }
  return texts.join('\nCaused by: ')
}

function describeOne(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error)
    return stackOf(error)
  } catch {
    return `a value of type ${typeof error} that cannot be shown`
  }
}

function causeOf(error: unknown): unknown {
  try {
    return error instanceof Error ? error.cause : undefined
  } catch {
    return undefined
  }
}

/** Lines of a failure in the log, so that it is read at a glance. */
const MAX_LINES = 9
const MAX_MESSAGE_LINES = 3
const MAX_FRAMES = 4

/**
 * An error's text for people, in at most nine lines: first the error of the user's own function with the user's lines, then what failed because of it.
 * All of it with `millstream.errors.fullStacks`.
 */
export function describeFailure(error: unknown): string {
  if (hasFullStacks()) return describeError(error)
  try {
    return describeInBrief(error)
  } catch {
    // What was thrown cannot be looked at: an object without a prototype, or one with a getter that throws.
    return describeError(error)
  }
}

function describeInBrief(error: unknown): string {
  const outer: Error[] = []
  let at = error
  while (at instanceof MillstreamError && at.cause instanceof Error) {
    outer.push(at)
    at = at.cause
  }
  if (!(at instanceof Error)) return [String(at), ...outer.reverse().map((one) => `  ${headOf(one)}`)].join('\n')
  const reason = headOf(at)
  const lines = [...shortStack(at), ...causesOf(at)]
  const context = outer.reverse().map((one) => `  ${oneLine(headOf(one).replace(`: ${reason}`, ''))}`)
  return [...lines.slice(0, MAX_LINES - context.length), ...context].join('\n')
}

/** Two lines for each cause of a user's error: its message and where it was thrown. */
function causesOf(error: Error): string[] {
  if (!(error.cause instanceof Error)) return []
  return [...`Caused by: ${shortStack(error.cause).join('\n')}`.split('\n').slice(0, 2), ...causesOf(error.cause)]
}

function shortStack(error: Error): string[] {
  const lines = stackOf(error).split('\n')
  const first = lines.findIndex((line) => /^\s+at /.test(line))
  const message = first === -1 ? lines : lines.slice(0, first)
  const frames = first === -1 ? [] : lines.slice(first)
  return [
    ...message.slice(0, MAX_MESSAGE_LINES),
    ...(message.length > MAX_MESSAGE_LINES ? ['    …'] : []),
    ...frames.slice(0, MAX_FRAMES),
    ...(frames.length > MAX_FRAMES ? [`    … ${frames.length - MAX_FRAMES} more`] : []),
  ]
}

function stackOf(error: Error): string {
  return typeof error.stack === 'string' ? error.stack : headOf(error)
}

function headOf({ name, message }: Error): string {
  return `${name}: ${message}`
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ')
}

/** Marks errors that were logged, for whichever copy of this library ends the program. */
const LOGGED = Symbol.for('millstream.logged')

/** Logs an error with a message in front of its first line, and marks the error as logged. */
export function logFailure(source: string, message: string, error: unknown): void {
  if (!isLogged('ERROR', source)) return
  log('ERROR', source, `${message}: ${describeFailure(error)}`)
  if (error instanceof Error && Object.isExtensible(error)) {
    Object.defineProperty(error, LOGGED, { value: true, configurable: true })
  }
}

/** Remembers what failed because of an error. The code that ends the program shows this text. */
const FAILED = Symbol.for('millstream.failed')

/** Notes what an error failed, for instance a job of a batch. */
export function noteFailed(error: unknown, what: string): void {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return
  Object.defineProperty(error, FAILED, { value: what, configurable: true })
}

/** The text that {@link noteFailed} remembered for an error. */
export function whatFailed(error: unknown): string | undefined {
  return error instanceof Error ? (Reflect.get(error, FAILED) as string | undefined) : undefined
}

/** Whether {@link logFailure} has told of an error. */
export function wasLogged(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, LOGGED) === true
}
