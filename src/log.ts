import { appendFileSync } from 'node:fs'
import { aFunction, orNull } from './arguments/argument.ts'
import { checkArgument } from './arguments/check-arguments.ts'
import { IllegalArgumentException } from './errors.ts'
import { systemTimeMs } from './system-clock.ts'

const LEVELS = ['ALL', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'OFF'] as const

/** The severity of a log line; `ALL` and `OFF` mean all lines and none. */
export type LogLevel = (typeof LEVELS)[number]

/** One line of the log, as {@link setLogDestination}'s function gets it. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The severity of the line. */
  readonly level: Exclude<LogLevel, 'ALL' | 'OFF'>
  /** The class that speaks, for instance `JobScheduler`. */
  readonly logger: string
  /** May have several lines. */
  readonly message: string
}

/** What {@link configureLog} sets. What is absent stays as it is. */
export interface LogOptions {
  readonly level?: string | undefined
  /** Levels of single components: `JobScheduler=DEBUG,ReceiverTracker=OFF`. */
  readonly levels?: string | undefined
  readonly format?: string | undefined
  /** A file that lines are appended to; without one they go to standard error. */
  readonly file?: string | undefined
}

const DEFAULT_LEVEL: LogLevel = 'WARN'
let threshold: LogLevel = DEFAULT_LEVEL
let componentLevels: ReadonlyMap<string, LogLevel> = new Map()
let format: (entry: LogLine) => string = textLine
let file: string | undefined
let destination: ((entry: LogLine) => void) | null = null

/**
 * Lines below this level are not written; `WARN` unless set. Follows `SparkContext.setLogLevel`. Levels of single components stay.
 * @throws IllegalArgumentException for a level that does not exist.
 */
export function setLogLevel(level: string): void {
  threshold = parseLevel(level)
}

/** The level that {@link setLogLevel} set. */
export function logLevel(): LogLevel {
  return threshold
}

/**
 * Gives every line of the log to a function instead of writing it: into a logger of the program's own, for instance. Holds for the whole process.
 * @param write told of each line that its component's level lets through. Called within the library's work, so it should be quick; what it throws is
 *   ignored. `null` writes lines to standard error, or to the file that the settings name, again.
 * @example setLogDestination(({ level, logger, message }) => pino[level.toLowerCase()]({ logger }, message))
 */
export function setLogDestination(write: ((entry: LogLine) => void) | null): void {
  checkArgument('setLogDestination', orNull(aFunction('write')), write)
  destination = write
}

/** Sets what the settings of a SparkContext say of the log. @throws IllegalArgumentException for a level that does not exist. */
export function configureLog(options: LogOptions): void {
  if (options.level !== undefined) setLogLevel(options.level)
  if (options.levels !== undefined) componentLevels = parseLevels(options.levels)
  if (options.format !== undefined) format = options.format === 'json' ? jsonLine : textLine
  if (options.file !== undefined) file = options.file
}

/** Whether a component's lines of a level are written: asked before a message that costs something is made. */
export function isLogged(level: LogLine['level'], source: string): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(componentLevels.get(source) ?? threshold)
}

/** Whether some component writes lines of a level. */
export function isLoggedSomewhere(level: LogLine['level']): boolean {
  return [threshold, ...componentLevels.values()].some((lowest) => LEVELS.indexOf(level) >= LEVELS.indexOf(lowest))
}

/**
 * Writes one line to standard error as Spark does: `26/11/23 09:00:24 WARN StreamingContext: …`.
 * @param source the class that speaks
 */
export function log(level: LogLine['level'], source: string, message: string): void {
  if (!isLogged(level, source)) return
  const entry: LogLine = { time: systemTimeMs(), level, logger: source, message }
  if (destination !== null) {
    try {
      destination(entry)
    } catch {
      // A log that cannot be written must not stop the work that it tells of.
    }
    return
  }
  write(`${format(entry)}\n`)
}

function write(line: string): void {
  if (file === undefined) {
    process.stderr.write(line)
    return
  }
  try {
    appendFileSync(file, line)
  } catch (error) {
    const { message } = error as Error
    process.stderr.write(
      `The log cannot be written to ${file} and goes to standard error from here on: ${message}\n${line}`,
    )
    file = undefined
  }
}

function parseLevels(text: string): ReadonlyMap<string, LogLevel> {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  return new Map(
    parts.map((part) => {
      const [component = '', level = ''] = part.split('=')
      return [component.trim(), parseLevel(level.trim())]
    }),
  )
}

function parseLevel(level: string): LogLevel {
  const known = LEVELS.find((candidate) => candidate === String(level).toUpperCase())
  if (known !== undefined) return known
  throw new IllegalArgumentException(
    'ILLEGAL_ARGUMENT',
    `requirement failed: Supplied level ${level} did not match one of: ALL,DEBUG,ERROR,WARN,INFO,OFF,FATAL,TRACE`,
  )
}

function textLine({ time, level, logger, message }: LogLine): string {
  return `${timestamp(new Date(time))} ${level} ${logger}: ${message}`
}

/** The keys are those of Spark's structured log. */
function jsonLine({ time, level, logger, message }: LogLine): string {
  return JSON.stringify({ ts: new Date(time).toISOString(), level, msg: message, logger })
}

function timestamp(at: Date): string {
  const two = (part: number) => String(part % 100).padStart(2, '0')
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('/')
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  return `${date} ${time}`
}
