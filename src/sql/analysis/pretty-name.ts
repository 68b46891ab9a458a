import { decimalText } from '../functions/runtime/decimal.ts'
import { doubleText, floatText } from '../functions/runtime/double-text.ts'
import type { Expression, Literal, UnresolvedFunction } from '../plan/expression.ts'
import type { DecimalType } from '../types/data-type.ts'

const INFIX = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  'div',
  '&',
  '|',
  '^',
  '=',
  '<=>',
  '<',
  '<=',
  '>',
  '>=',
  'and',
  'or',
  '<<',
  '>>',
  '>>>',
])

/** Functions whose names Spark prints in capitals. */
const UPPER_CASE = new Set([
  'sqrt',
  'cbrt',
  'exp',
  'expm1',
  'power',
  'sin',
  'cos',
  'tan',
  'cot',
  'asin',
  'acos',
  'atan',
  'atan2',
  'sinh',
  'cosh',
  'tanh',
  'log10',
  'log2',
  'log1p',
  'ceil',
  'floor',
  'signum',
  'hypot',
  'degrees',
  'radians',
  'pi',
  'e',
])
/** Types as functions, whose names Spark leaves out. */
const CASTS = new Set(['string', 'double', 'int', 'bigint', 'date', 'timestamp'])
/** What Spark prints for arguments that were left out, by the number of those that are there. */
const DEFAULT_ARGUMENTS: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  split: { 2: ['-1'] },
  round: { 1: ['0'] },
  bround: { 1: ['0'] },
  lpad: { 2: [' '] },
  rpad: { 2: [' '] },
  locate: { 2: ['1'] },
  position: { 2: ['1'] },
}

/** The name of a column that has none of its own: its expression as Spark prints it (`usePrettyExpression`). */
export function prettyName(expression: Expression): string {
  switch (expression.kind) {
    case 'alias':
      return expression.names.join(', ')
    case 'literal':
      return literalText(expression)
    case 'typedLiteral':
      return expression.typeName === 'X'
        ? `X'${expression.text}'`
        : `${expression.typeName.replace('_LTZ', '')} '${expression.text}'`
    case 'attribute':
      return expression.name.at(-1)!
    case 'cast':
      return `${expression.isTry ? 'TRY_CAST' : 'CAST'}(${part(expression.child)} AS ${expression.type.sql})`
    case 'extract': {
      const { key } = expression
      if (key.kind === 'literal' && typeof key.value === 'string' && key.origin === undefined) return key.value
      return `${part(expression.child)}[${part(key)}]`
    }
    case 'function':
      return callText(expression)
    case 'lambda':
      return `lambdafunction(${part(expression.body)}, ${expression.parameters.join(', ')})`
    case 'lambdaVariable':
      return expression.name
    case 'sortOrder':
      return `${part(expression.child)} ${expression.isDescending ? 'DESC' : 'ASC'} NULLS ${expression.isNullsFirst ? 'FIRST' : 'LAST'}`
    case 'window':
      return windowText(expression)
    case 'subquery':
      return expression.type === 'scalar'
        ? 'scalarsubquery()'
        : expression.type === 'exists'
          ? 'exists()'
          : `(${(expression.values ?? []).map(part).join(', ')} IN (listquery()))`
    case 'namedArgument':
      return `${expression.name} => ${part(expression.value)}`
    case 'star':
      return '*'
    default:
      return ''
  }
}

/** As part of another name: a column by its whole name. */
function part(expression: Expression): string {
  return expression.kind === 'attribute' ? expression.name.join('.') : prettyName(expression)
}

function literalText({ type, value }: Literal): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'decimal':
      return decimalText(value as number | bigint, (type as DecimalType).scale)
    case 'double':
      return doubleText(value as number)
    case 'float':
      return floatText(value as number)
    default:
      return String(value)
  }
}

function callText({ name, args, isDistinct, isOperator, filter }: UnresolvedFunction): string {
  const [first, second, third] = args.map(part)
  const base = name.at(-1)!.toLowerCase()
  if (isOperator === true) {
    if (INFIX.has(base)) return `(${first} ${base === 'and' || base === 'or' ? base.toUpperCase() : base} ${second})`
    switch (base) {
      case 'not':
        return `(NOT ${first})`
      case 'negative':
        return `(- ${first})`
      case 'positive':
        return `(+ ${first})`
      case '~':
        return `~${first}`
      case '||':
        return `concat(${flatConcat(args).join(', ')})`
      case 'isnull':
        return `(${first} IS NULL)`
      case 'isnotnull':
        return `(${first} IS NOT NULL)`
      case 'in':
        return `(${first} IN (${args.slice(1).map(part).join(', ')}))`
      case 'between':
        return `between(${first}, ${second}, ${third})`
      case 'like':
      case 'ilike':
        return third === undefined
          ? base === 'ilike'
            ? `ilike(${first}, ${second})`
            : `${first} LIKE ${second}`
          : `${first} LIKE ${second} ESCAPE '${third}'`
      case 'rlike':
        return `RLIKE(${first}, ${second})`
      case 'when':
        return caseText(args)
      case 'struct':
        return `struct(${args.map(part).join(', ')})`
    }
  }
  const defaults = DEFAULT_ARGUMENTS[base]?.[args.length]
  if (CASTS.has(base)) return first!
  if (base === 'extract') return `extract(${first} FROM ${second})`
  if (base === 'log' && args.length === 1) return `LOG(E(), ${first})`
  if ((base === 'ceil' || base === 'floor') && args.length > 1) return `${base}(${args.map(part).join(', ')})`
  if (UPPER_CASE.has(base)) return `${base.toUpperCase()}(${args.map(part).join(', ')})`
  if (base === 'positive') return `(+ ${first})`
  if (base === 'if') return `(IF(${first}, ${second}, ${third}))`
  if (base === 'count' && args.length === 1 && args[0]!.kind === 'star' && isDistinct !== true)
    return `count(1)${filterText(filter)}`
  const all = [...args.map(part), ...(defaults ?? [])].join(', ')
  return `${base}(${isDistinct === true ? 'DISTINCT ' : ''}${all})${filterText(filter)}`
}

const filterText = (filter: Expression | undefined): string =>
  filter === undefined ? '' : ` FILTER (WHERE ${part(filter)})`

function flatConcat(args: readonly Expression[]): string[] {
  return args.map(part)
}

function caseText(args: readonly Expression[]): string {
  let text = 'CASE'
  let at = 0
  for (; at + 1 < args.length; at += 2) text += ` WHEN ${part(args[at]!)} THEN ${part(args[at + 1]!)}`
  if (at < args.length) text += ` ELSE ${part(args[at]!)}`
  return `${text} END`
}

function windowText({ function: f, partitionBy, orderBy, frame }: Expression & { kind: 'window' }): string {
  const clauses: string[] = []
  if (partitionBy.length > 0) clauses.push(`PARTITION BY ${partitionBy.map(part).join(', ')}`)
  if (orderBy.length > 0) clauses.push(`ORDER BY ${orderBy.map(prettyName).join(', ')}`)
  const bound = (one: NonNullable<typeof frame>['lower'], way: string) =>
    one === 'currentRow'
      ? 'CURRENT ROW'
      : one === 'unboundedPreceding'
        ? 'UNBOUNDED PRECEDING'
        : one === 'unboundedFollowing'
          ? 'UNBOUNDED FOLLOWING'
          : `${part(one)} ${way}`
  const [type, lower, upper] =
    frame === undefined
      ? orderBy.length > 0
        ? ['RANGE', 'UNBOUNDED PRECEDING', 'CURRENT ROW']
        : ['ROWS', 'UNBOUNDED PRECEDING', 'UNBOUNDED FOLLOWING']
      : [frame.type.toUpperCase(), bound(frame.lower, 'FOLLOWING'), bound(frame.upper, 'FOLLOWING')]
  clauses.push(`${type} BETWEEN ${lower} AND ${upper}`)
  return `${prettyName(f)} OVER (${clauses.join(' ')})`
}
