import { IllegalArgumentException } from './errors.ts'
import { systemTimeMs } from './system-clock.ts'

const LEVELS = ['ALL', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'OFF'] as const

/** How grave a log line is; `ALL` and `OFF` stand for all lines and none. */
export type LogLevel = (typeof LEVELS)[number]

let threshold: LogLevel = 'WARN'

/**
 * Lines below this level are not written; `WARN` unless set. Follows `SparkContext.setLogLevel`.
 * @throws IllegalArgumentException for a level that does not exist.
 */
export function setLogLevel(level: string): void {
  const known = LEVELS.find((candidate) => candidate === level.toUpperCase())
  if (known === undefined) {
    throw new IllegalArgumentException(
      'ILLEGAL_ARGUMENT',
      `requirement failed: Supplied level ${level} did not match one of: ALL,DEBUG,ERROR,WARN,INFO,OFF,FATAL,TRACE`,
    )
  }
  threshold = known
}

/** The level that {@link setLogLevel} set. */
export function logLevel(): LogLevel {
  return threshold
}

/**
 * Writes one line to standard error as Spark does: `26/11/23 09:00:24 WARN StreamingContext: …`.
 * @param source the class that speaks
 */
export function log(level: Exclude<LogLevel, 'ALL' | 'OFF'>, source: string, message: string): void {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(threshold)) return
  process.stderr.write(`${timestamp(new Date(systemTimeMs()))} ${level} ${source}: ${message}\n`)
}

function timestamp(at: Date): string {
  const two = (part: number) => String(part % 100).padStart(2, '0')
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('/')
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  return `${date} ${time}`
}
