import type { DataType } from '../types/data-type.ts'
import type { TypedExpression } from './typed-expression.ts'

/** Session settings that functions depend on. */
export interface SqlSettings {
  /** `spark.sql.session.timeZone`. */
  readonly timeZone: string
}

/** What a function's code may ask of the stage that it becomes part of. */
export interface CodeContext {
  readonly settings: SqlSettings
  /** The name under which the generated code has a value that travels with it: a compiled pattern's text, a table. */
  constant(value: unknown): string
  /** The code that makes the error's place known: the name of a constant with the origin, or `null`. */
  readonly origin: string
}

/** A value in generated code: JavaScript expressions without effects. `isNull` is `false` where the value is never null. */
export interface Emitted {
  readonly value: string
  readonly isNull: string
}

/** Writes the code of a function whose arguments are not all evaluated, or which takes nulls. */
export interface CodeWriter extends CodeContext {
  /** Writes what computes an expression, and gives the names of its value. */
  emit(expression: TypedExpression): Emitted
  /** Adds a statement. */
  write(statement: string): void
  /** A name that is used nowhere else. */
  fresh(prefix: string): string
  /** Declares a variable for a value that is null at first. */
  declare(type: DataType): { readonly value: string; readonly isNull: string }
  /** What `write` writes within goes between braces behind `head`. */
  block(head: string, body: () => void): void
  /** A name for what an expression gives that depends on no row: it is computed before the first one. */
  once(code: string): string
  /** The code of a value that is null where one of the arguments is. */
  strict(
    args: readonly Emitted[],
    type: DataType,
    mayGiveNull: boolean,
    js: (values: readonly string[]) => string,
  ): Emitted
  /** Gives a value to a variable of {@link declare}. */
  assign(target: Emitted, from: Emitted): void
  /** A function of the lambda's parameters, each a value or null, that gives a value or null. */
  lambda(expression: TypedExpression): string
}

/** A function of one row's values. */
export interface ScalarSpec {
  readonly name: string
  /**
   * The code of the value, of arguments that are not null. It may give null only where {@link mayGiveNull} says so. Absent where `emit` is there.
   * @param args JavaScript expressions, each evaluated at most as often as it stands in the code: names or constants.
   */
  readonly js?: (args: readonly string[], types: CallTypes, code: CodeContext) => string
  /** The code of functions that take nulls or do not evaluate all of their arguments. */
  readonly emit?: (args: readonly TypedExpression[], types: CallTypes, writer: CodeWriter) => Emitted
  readonly mayGiveNull?: boolean
  /** Whether it gives another value each time: it is then not computed ahead for constant arguments. */
  readonly isNondeterministic?: boolean
}

export interface CallTypes {
  readonly args: readonly DataType[]
  readonly result: DataType
}

/** A call that fits the function: its arguments with the casts that it needs, and its type. */
export interface ResolvedCall {
  readonly spec: ScalarSpec
  readonly args: readonly TypedExpression[]
  readonly type: DataType
  readonly nullable: boolean
}
