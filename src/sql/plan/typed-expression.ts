import type { DataType } from '../types/data-type.ts'
import type { AggregateSpec } from './aggregate-spec.ts'
import type { Origin } from './origin.ts'
import type { ScalarSpec } from './scalar-spec.ts'
import type { SqlValue } from './sql-value.ts'

/** An expression whose names and types are known. */
export type TypedExpression =
  | TypedConstant
  | ColumnReference
  | ScalarCall
  | CastCall
  | AggregateCall
  | TypedLambda
  | LambdaReference

interface Typed {
  readonly type: DataType
  /** Whether the value may be null. */
  readonly nullable: boolean
  readonly origin?: Origin | undefined
}

export interface TypedConstant extends Typed {
  readonly kind: 'constant'
  readonly value: SqlValue
}

/** A column of the input, by the id that it has in the whole query. */
export interface ColumnReference extends Typed {
  readonly kind: 'column'
  readonly id: number
  readonly name: string
}

/** A function of a row's values; the arguments have the types that it takes. */
export interface ScalarCall extends Typed {
  readonly kind: 'call'
  readonly spec: ScalarSpec
  readonly args: readonly TypedExpression[]
}

export interface CastCall extends Typed {
  readonly kind: 'cast'
  readonly child: TypedExpression
  readonly isTry: boolean
}

/** A function of a group's rows. It stands in an aggregation alone; elsewhere its result is a column. */
export interface AggregateCall extends Typed {
  readonly kind: 'aggregate'
  readonly spec: AggregateSpec
  readonly args: readonly TypedExpression[]
  readonly isDistinct: boolean
  readonly filter: TypedExpression | null
  readonly ignoresNulls: boolean
}

export interface TypedLambda extends Typed {
  readonly kind: 'lambda'
  readonly parameters: readonly LambdaReference[]
  readonly body: TypedExpression
}

export interface LambdaReference extends Typed {
  readonly kind: 'lambdaReference'
  readonly id: number
}

/** The expressions that an expression is made of. */
export function partsOf(expression: TypedExpression): readonly TypedExpression[] {
  switch (expression.kind) {
    case 'constant':
    case 'column':
    case 'lambdaReference':
      return []
    case 'call':
      return expression.args
    case 'cast':
      return [expression.child]
    case 'aggregate':
      return expression.filter === null ? expression.args : [...expression.args, expression.filter]
    case 'lambda':
      return [expression.body]
  }
}

/** The expression with each of its parts replaced by what `f` makes of it. */
export function mapParts(expression: TypedExpression, f: (part: TypedExpression) => TypedExpression): TypedExpression {
  switch (expression.kind) {
    case 'constant':
    case 'column':
    case 'lambdaReference':
      return expression
    case 'call':
      return { ...expression, args: expression.args.map(f) }
    case 'cast':
      return { ...expression, child: f(expression.child) }
    case 'aggregate':
      return { ...expression, args: expression.args.map(f), filter: expression.filter && f(expression.filter) }
    case 'lambda':
      return { ...expression, body: f(expression.body) }
  }
}

/** Whether the expression, or a part of it, is one for which `test` holds. */
export function contains(expression: TypedExpression, test: (one: TypedExpression) => boolean): boolean {
  return test(expression) || partsOf(expression).some((part) => contains(part, test))
}

/** What is the same of two expressions, places in the text left out: equal text for equal expressions. */
export function fingerprint(expression: TypedExpression): string {
  switch (expression.kind) {
    case 'constant':
      return `${expression.type.simpleString}:${typeof expression.value === 'bigint' ? `${expression.value}n` : JSON.stringify(expression.value)}`
    case 'column':
      return `#${expression.id}`
    case 'lambdaReference':
      return `λ${expression.id}`
    case 'call':
      return `${expression.spec.name}(${expression.args.map(fingerprint).join()})`
    case 'cast':
      return `${expression.isTry ? 'try_' : ''}cast(${fingerprint(expression.child)} ${expression.type.simpleString})`
    case 'aggregate': {
      const { spec, args, isDistinct, filter, ignoresNulls } = expression
      return `${spec.name}[${isDistinct}${ignoresNulls}](${args.map(fingerprint).join()}|${filter === null ? '' : fingerprint(filter)})`
    }
    case 'lambda':
      return `(${expression.parameters.map(({ id }) => id).join()})->${fingerprint(expression.body)}`
  }
}
