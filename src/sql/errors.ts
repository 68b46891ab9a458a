import { MillstreamError } from '../errors.ts'
import type { Origin } from './plan/origin.ts'

/** What a SQL error is made of. */
export interface SqlErrorOptions {
  /** The values that stand in the message, by Spark's names for them. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly sqlState?: string
  readonly origin?: Origin | undefined
  readonly cause?: unknown
}

/** The base of the errors of SQL and DataFrames: `code` is Spark's error condition, `sqlState` the SQL standard's. */
export abstract class SqlError extends MillstreamError {
  /** Five characters, for instance `42703`; null where Spark has none. */
  readonly sqlState: string | null
  /** What stands in the message, by the names that Spark's condition gives to it. */
  readonly messageParameters: Readonly<Record<string, string>>
  /** Where in the SQL text the error is; null for what DataFrame calls made. */
  readonly origin: Origin | null

  /** @param condition Spark's error condition. @param text the message without the condition. */
  constructor(condition: string, text: string, options: SqlErrorOptions = {}) {
    const { parameters = {}, sqlState, origin, cause } = options
    const state = sqlState === undefined ? '' : ` SQLSTATE: ${sqlState}`
    super(condition, `[${condition}] ${text}${state}${describeOrigin(origin)}`, cause === undefined ? {} : { cause })
    this.sqlState = sqlState ?? null
    this.messageParameters = parameters
    this.origin = origin ?? null
  }
}

/** SQL text that is no statement (Spark's `ParseException`). */
export class ParseException extends SqlError {}

/** A statement whose names, types or places do not fit (Spark's `AnalysisException`). */
export class AnalysisException extends SqlError {}

/** A row's value that a function cannot take: a division by zero, text that is no number (Spark's `SparkArithmeticException`, `SparkDateTimeException` and their kin). */
export class SqlRuntimeException extends SqlError {
  /** The error that a worker threw, which came to the driver as plain data; null for one of another kind. @internal */
  static ofWorker(error: unknown): SqlRuntimeException | null {
    if (!(error instanceof Error) || error.name !== 'SqlRuntimeException') return null
    if (error instanceof SqlRuntimeException) return error
    return Object.setPrototypeOf(error, SqlRuntimeException.prototype) as SqlRuntimeException
  }
}

/** Line from 1 and position from 0 of a character of a text. */
export function lineAndPosition(text: string, index: number): { line: number; position: number } {
  const before = text.slice(0, index)
  const lastBreak = before.lastIndexOf('\n')
  return { line: before.split('\n').length, position: index - lastBreak - 1 }
}

function describeOrigin(origin: Origin | undefined): string {
  if (origin?.sqlText === undefined || origin.start === undefined) return ''
  const { line, position } = lineAndPosition(origin.sqlText, origin.start)
  const lines = origin.sqlText.split('\n')
  const length = Math.max(
    1,
    Math.min((origin.stop ?? origin.start + 1) - origin.start, lines[line - 1]!.length - position),
  )
  const marked = lines.toSpliced(line, 0, `${'-'.repeat(position)}${'^'.repeat(length)}`)
  return `; line ${line} pos ${position}\n\n== SQL ==\n${marked.join('\n')}\n`
}
