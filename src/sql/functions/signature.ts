import { canWiden, isNumeric } from '../analysis/coercion.ts'
import { AnalysisException } from '../errors.ts'
import type { ResolvedCall, ScalarSpec, SqlSettings } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import {
  BinaryType,
  BooleanType,
  type DataType,
  DateType,
  DoubleType,
  IntegerType,
  LongType,
  StringType,
  TimestampType,
} from '../types/data-type.ts'

/** What a parameter takes: values of a type, to which others are cast where Spark does so by itself, numbers of any type, or anything. */
export type ParameterKind =
  | 'string'
  | 'integer'
  | 'long'
  | 'double'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'binary'
  | 'number'
  | 'any'

/** What a function's resolution may ask of the session. */
export interface FunctionContext {
  readonly settings: SqlSettings
  /** The name under which the function was called. */
  readonly name: string
  /** Another function's call, for one that is made of others. */
  resolve(name: string, args: readonly TypedExpression[]): ResolvedCall
}

/** Checks a call and gives its types. @throws AnalysisException when it does not fit. */
export type ResolveCall = (args: readonly TypedExpression[], context: FunctionContext) => ResolvedCall

const TYPES: Readonly<Partial<Record<ParameterKind, DataType>>> = {
  string: StringType,
  integer: IntegerType,
  long: LongType,
  double: DoubleType,
  boolean: BooleanType,
  date: DateType,
  timestamp: TimestampType,
  binary: BinaryType,
}

export function castTo(expression: TypedExpression, type: DataType): TypedExpression {
  if (expression.type.equals(type)) return expression
  if (expression.kind === 'constant' && expression.value === null) return { ...expression, type }
  return {
    kind: 'cast',
    child: expression,
    type,
    nullable: expression.nullable,
    isTry: false,
    origin: expression.origin,
  }
}

export function mismatch(
  _name: string,
  index: number,
  arg: TypedExpression,
  required: string,
  sql: string,
): AnalysisException {
  const ordinal = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'][index] ?? `${index + 1}th`
  const parameters = {
    sqlExpr: `"${sql}"`,
    paramIndex: ordinal,
    requiredType: required,
    inputType: `"${arg.type.sql}"`,
  }
  return new AnalysisException(
    'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
    `Cannot resolve "${sql}" due to data type mismatch: The ${ordinal} parameter requires the ${required} type, however the argument has the type "${arg.type.sql}".`,
    { sqlState: '42K09', parameters, origin: arg.origin },
  )
}

export function wrongCount(
  name: string,
  expected: string,
  actual: number,
  origin?: TypedExpression['origin'],
): AnalysisException {
  return new AnalysisException(
    'WRONG_NUM_ARGS.WITHOUT_SUGGESTION',
    `The \`${name}\` requires ${expected} parameters but the actual number is ${actual}.`,
    {
      sqlState: '42605',
      parameters: { functionName: `\`${name}\``, expectedNum: expected, actualNum: String(actual) },
      origin,
    },
  )
}

/** The argument as a value of what the parameter takes. */
export function fitted(
  context: FunctionContext,
  arg: TypedExpression,
  kind: ParameterKind,
  index: number,
): TypedExpression {
  if (kind === 'any') return arg
  if (kind === 'number') {
    if (isNumeric(arg.type)) return arg
    if (arg.type.kind === 'void' || arg.type.kind === 'string') return castTo(arg, DoubleType)
    throw mismatch(context.name, index, arg, '"NUMERIC"', `${context.name}()`)
  }
  const type = TYPES[kind]!
  if (arg.type.equals(type)) return arg
  const isText = kind === 'string' && !['array', 'map', 'struct'].includes(arg.type.kind)
  const isMoment = kind === 'date' && (arg.type.kind === 'timestamp' || arg.type.kind === 'timestampNtz')
  if (isText || isMoment || canWiden(arg.type, type) || (kind === 'integer' && arg.type.kind === 'long'))
    return castTo(arg, type)
  if (kind === 'double' && isNumeric(arg.type)) return castTo(arg, type)
  throw mismatch(context.name, index, arg, `"${type.sql}"`, `${context.name}()`)
}

/** What {@link scalar} is made of. */
export interface ScalarOptions {
  readonly params: readonly ParameterKind[]
  /** So many of the last parameters may be left out. */
  readonly optional?: number
  /** The last parameter may come any number of times, also never. */
  readonly isVariadic?: boolean
  readonly returns: DataType | ((args: readonly DataType[]) => DataType)
  readonly js?: NonNullable<ScalarSpec['js']>
  readonly emit?: NonNullable<ScalarSpec['emit']>
  readonly mayGiveNull?: boolean
  readonly isNondeterministic?: boolean
  /** Whether the result may be null; where one of the arguments may, unless given. */
  readonly nullable?: (args: readonly TypedExpression[]) => boolean
}

/** A function whose parameters have types of their own, each given by its code. */
export function scalar(name: string, options: ScalarOptions): ResolveCall {
  const {
    params,
    optional = 0,
    isVariadic = false,
    returns,
    nullable,
    js,
    emit,
    mayGiveNull,
    isNondeterministic,
  } = options
  const spec: ScalarSpec = {
    name,
    ...(js && { js }),
    ...(emit && { emit }),
    ...(mayGiveNull && { mayGiveNull }),
    ...(isNondeterministic && { isNondeterministic }),
  }
  const least = params.length - optional - (isVariadic ? 1 : 0)
  return (args, context) => {
    const isTooMany = !isVariadic && args.length > params.length
    if (args.length < least || isTooMany)
      throw wrongCount(context.name, expectedCount(params.length, optional, isVariadic, least), args.length)
    const casts = args.map((arg, index) => fitted(context, arg, params[Math.min(index, params.length - 1)]!, index))
    const type = typeof returns === 'function' ? returns(casts.map((arg) => arg.type)) : returns
    const isNullable = mayGiveNull === true || (nullable?.(casts) ?? casts.some((arg) => arg.nullable))
    return { spec, args: casts, type, nullable: isNullable }
  }
}

function expectedCount(all: number, optional: number, isVariadic: boolean, least: number): string {
  if (isVariadic) return `> ${least - 1}`
  if (optional === 0) return String(all)
  return `[${Array.from({ length: optional + 1 }, (_, i) => all - optional + i).join(', ')}]`
}
