import type { DataType } from '../types/data-type.ts'
import type { Origin } from './origin.ts'
import type { Relation } from './relation.ts'
import type { SqlValue } from './sql-value.ts'

/**
 * An expression before names and types are known: what the parser and `Column` build. The kinds and their fields follow the messages of Spark Connect's
 * `Expression`, so that an expression goes to Spark as it is.
 */
export type Expression = (
  | Literal
  | TypedLiteral
  | IntervalLiteral
  | UnresolvedAttribute
  | UnresolvedStar
  | UnresolvedFunction
  | ExpressionString
  | Alias
  | Cast
  | SortOrder
  | WindowExpression
  | LambdaFunction
  | LambdaVariable
  | ExtractValue
  | SubqueryExpression
  | NamedArgument
  | Parameter
  | UpdateFields
) & { readonly origin?: Origin | undefined }

/** A value of a type. */
export interface Literal {
  readonly kind: 'literal'
  readonly type: DataType
  readonly value: SqlValue
}

/** `DATE '2024-01-31'` and its kin. The text becomes a value in the analysis, which knows the session's time zone. */
export interface TypedLiteral {
  readonly kind: 'typedLiteral'
  /** In upper case: `DATE`, `TIMESTAMP`, `TIMESTAMP_NTZ`, `TIMESTAMP_LTZ`, `INTERVAL`, `X`. */
  readonly typeName: string
  readonly text: string
}

/** `INTERVAL 1 DAY 2 HOURS`, or `INTERVAL '1-2' YEAR TO MONTH`, where there is one part and `to`. Units are in upper case, in the singular. */
export interface IntervalLiteral {
  readonly kind: 'interval'
  readonly parts: readonly { readonly value: string; readonly unit: string }[]
  readonly to: string | null
}

/** A column, a field of one, or an alias: `t.a.b`. */
export interface UnresolvedAttribute {
  readonly kind: 'attribute'
  readonly name: readonly string[]
  /** The relation that the column was taken of by `df.col('a')`. */
  readonly planId?: number
}

/** All columns: `*`, `t.*`, with those left out that `EXCEPT` names. */
export interface UnresolvedStar {
  readonly kind: 'star'
  readonly target: readonly string[]
  readonly except?: readonly (readonly string[])[]
  readonly planId?: number
}

/** A call of a function, an operator or an aggregate by name: `upper(a)`, `a + b` is `+`. */
export interface UnresolvedFunction {
  readonly kind: 'function'
  readonly name: readonly string[]
  readonly args: readonly Expression[]
  readonly isDistinct?: boolean
  /** Only rows for which it is true are aggregated. */
  readonly filter?: Expression
  readonly ignoreNulls?: boolean
  /** `WITHIN GROUP (ORDER BY …)`. */
  readonly withinGroup?: readonly SortOrder[]
  /** Whether the call stood as an operator or another special form (`a IN (b)`, `CASE`), and not as a function's name with parentheses. */
  readonly isOperator?: boolean
}

/** SQL text for an expression: `expr('a + 1')`. */
export interface ExpressionString {
  readonly kind: 'text'
  readonly text: string
}

/** An expression under a name, or a generator's columns under several. */
export interface Alias {
  readonly kind: 'alias'
  readonly child: Expression
  readonly names: readonly string[]
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface Cast {
  readonly kind: 'cast'
  readonly child: Expression
  readonly type: DataType
  /** Whether a value that cannot be cast gives null (`TRY_CAST`). */
  readonly isTry: boolean
}

export interface SortOrder {
  readonly kind: 'sortOrder'
  readonly child: Expression
  readonly isDescending: boolean
  readonly isNullsFirst: boolean
}

/** One end of a window's frame: an expression that gives the offset, from the current row, negative before it. */
export type FrameBound = 'unboundedPreceding' | 'unboundedFollowing' | 'currentRow' | Expression

export interface WindowFrame {
  readonly type: 'rows' | 'range'
  readonly lower: FrameBound
  readonly upper: FrameBound
}

export interface WindowExpression {
  readonly kind: 'window'
  readonly function: Expression
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortOrder[]
  readonly frame?: WindowFrame
  /** A window that the query defines under a name, instead of the above. */
  readonly windowName?: string
}

export interface LambdaFunction {
  readonly kind: 'lambda'
  readonly parameters: readonly string[]
  readonly body: Expression
}

/** A parameter within the body of a lambda that `Column` calls build. */
export interface LambdaVariable {
  readonly kind: 'lambdaVariable'
  readonly name: string
}

/** An element, a value or a field: `a[1]`, `m['key']`, `s.field`. */
export interface ExtractValue {
  readonly kind: 'extract'
  readonly child: Expression
  readonly key: Expression
}

export interface SubqueryExpression {
  readonly kind: 'subquery'
  readonly type: 'scalar' | 'exists' | 'in' | 'table'
  readonly plan: Relation
  /** The values that `IN` looks for. */
  readonly values?: readonly Expression[]
}

/** An argument of a function by name: `key => value`. */
export interface NamedArgument {
  readonly kind: 'namedArgument'
  readonly name: string
  readonly value: Expression
}

/** A parameter of the statement: `:name`, or `?` by its place from 0. */
export interface Parameter {
  readonly kind: 'parameter'
  readonly name: string | number
}

/** A struct with a field set, or dropped where there is no value. */
export interface UpdateFields {
  readonly kind: 'updateFields'
  readonly child: Expression
  readonly field: readonly string[]
  readonly value: Expression | null
}

/** A call by name; operators have their signs as names. */
export function call(name: string, args: readonly Expression[], isOperator = false): UnresolvedFunction {
  return { kind: 'function', name: [name], args, ...(isOperator && { isOperator }) }
}
