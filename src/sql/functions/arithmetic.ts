import { boundedDecimal, decimalOf, isIntegral, isNumeric, isText, widerType } from '../analysis/coercion.ts'
import { AnalysisException } from '../errors.ts'
import type { ResolvedCall, ScalarSpec } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import {
  type DataType,
  DateType,
  DecimalType,
  DoubleType,
  IntegerType,
  LongType,
  TimestampType,
} from '../types/data-type.ts'
import { castTo, type FunctionContext, type ResolveCall, scalar } from './signature.ts'

type Operator = '+' | '-' | '*' | '/' | '%'
const LONG_NAMES: Readonly<Record<Operator, string>> = {
  '+': 'addLong',
  '-': 'subtractLong',
  '*': 'multiplyLong',
  '/': 'divideLong',
  '%': 'remainderLong',
}
const DECIMAL_NAMES: Readonly<Record<Operator, string>> = {
  '+': 'addDecimal',
  '-': 'addDecimal',
  '*': 'multiplyDecimal',
  '/': 'divideDecimal',
  '%': 'remainderDecimal',
}

/** The type of an operation on two decimals, by the rules of Hive and SQL Server that Spark follows. */
export function decimalResult(operator: Operator, a: DecimalType, b: DecimalType): DecimalType {
  const { precision: p1, scale: s1 } = a
  const { precision: p2, scale: s2 } = b
  switch (operator) {
    case '+':
    case '-': {
      const scale = Math.max(s1, s2)
      return boundedDecimal(Math.max(p1 - s1, p2 - s2) + scale + 1, scale)
    }
    case '*':
      return boundedDecimal(p1 + p2 + 1, s1 + s2)
    case '/': {
      const scale = Math.max(6, s1 + p2 + 1)
      return boundedDecimal(p1 - s1 + s2 + scale, scale)
    }
    case '%':
      return boundedDecimal(Math.min(p1 - s1, p2 - s2) + Math.max(s1, s2), Math.max(s1, s2))
  }
}

function decimalSpec(operator: Operator): ScalarSpec {
  return {
    name: operator,
    js: ([a, b], { args, result }) => {
      const [left, right] = args as readonly DecimalType[]
      const { precision, scale } = result as DecimalType
      const second = operator === '-' ? `rt.negateLong(${b})` : b
      return `rt.${DECIMAL_NAMES[operator]}(${a}, ${left!.scale}, ${second}, ${right!.scale}, ${precision}, ${scale})`
    },
  }
}

const BITS = { byte: 8, short: 16, integer: 32 } as const
const wholeSpec = (operator: Operator): ScalarSpec => ({
  name: operator,
  js: ([a, b], { result }) => {
    if (result.kind === 'long') return `rt.${LONG_NAMES[operator]}(${a}, ${b})`
    if (operator === '%') return `rt.remainderLong(${a}, ${b})`
    return `rt.checkedInt(${a} ${operator} ${b}, ${BITS[result.kind as keyof typeof BITS]})`
  },
})
const doubleSpec = (operator: Operator): ScalarSpec => ({
  name: operator,
  js: ([a, b], { result }) => {
    const code =
      operator === '/'
        ? `rt.divideDouble(${a}, ${b})`
        : operator === '%'
          ? `rt.remainderDouble(${a}, ${b})`
          : `${a} ${operator} ${b}`
    return result.kind === 'float' ? `Math.fround(${code})` : code
  },
})
const SPECS = Object.fromEntries(
  (['+', '-', '*', '/', '%'] as const).map((operator) => [
    operator,
    { whole: wholeSpec(operator), double: doubleSpec(operator), decimal: decimalSpec(operator) },
  ]),
) as Record<Operator, Record<'whole' | 'double' | 'decimal', ScalarSpec>>

function binary(operator: Operator): ResolveCall {
  return (args, context) => {
    const [a, b] = args as readonly [TypedExpression, TypedExpression]
    const moment = operator === '+' || operator === '-' ? onMoments(operator, a, b, context) : null
    if (moment !== null) return moment
    const left = isText(a.type) ? castTo(a, isIntegral(b.type) && operator !== '/' ? LongType : DoubleType) : a
    const right = isText(b.type) ? castTo(b, isIntegral(a.type) && operator !== '/' ? LongType : DoubleType) : b
    const common = numbersMeet(left.type, right.type, operator)
    if (common === null) throw binaryMismatch(operator, a, b)
    const nullable = left.nullable || right.nullable
    if (common === 'decimal') {
      const x = castTo(left, decimalOfOperand(left, right))
      const y = castTo(right, decimalOfOperand(right, left))
      const type = decimalResult(operator, x.type as DecimalType, y.type as DecimalType)
      return { spec: SPECS[operator].decimal, args: [x, y], type, nullable }
    }
    const spec = common.kind === 'double' || common.kind === 'float' ? SPECS[operator].double : SPECS[operator].whole
    return { spec, args: [castTo(left, common), castTo(right, common)], type: common, nullable }
  }
}

/** A whole-number constant counts with the digits that it has. */
function decimalOfOperand(operand: TypedExpression, other: TypedExpression): DecimalType {
  const isConstant = operand.kind === 'constant' && isIntegral(operand.type) && operand.value !== null
  if (isConstant && other.type.kind === 'decimal')
    return new DecimalType(String(operand.value).replace('-', '').length, 0)
  return decimalOf(operand.type)!
}

function numbersMeet(a: DataType, b: DataType, operator: Operator): DataType | 'decimal' | null {
  if (a.kind === 'void' && b.kind === 'void') return DoubleType
  const left = a.kind === 'void' ? b : a
  const right = b.kind === 'void' ? a : b
  if (!isNumeric(left) || !isNumeric(right)) return null
  const hasDecimal = left.kind === 'decimal' || right.kind === 'decimal'
  const hasDouble = [left, right].some(({ kind }) => kind === 'float' || kind === 'double')
  if (hasDecimal) return hasDouble ? DoubleType : 'decimal'
  return operator === '/' ? DoubleType : widerType(left, right)
}

/** Dates and timestamps with days; differences of them come with the intervals. */
function onMoments(
  operator: '+' | '-',
  a: TypedExpression,
  b: TypedExpression,
  _context: FunctionContext,
): ResolvedCall | null {
  const isDays = (type: DataType) => type.kind === 'integer' || type.kind === 'short' || type.kind === 'byte'
  if (a.type === DateType && isDays(b.type)) {
    const spec: ScalarSpec = { name: `date${operator}`, js: ([x, y]) => `(${x} ${operator} ${y})` }
    return { spec, args: [a, castTo(b, IntegerType)], type: DateType, nullable: a.nullable || b.nullable }
  }
  if (operator === '+' && b.type === DateType && isDays(a.type)) return onMoments('+', b, a, _context)
  return null
}

export function binaryMismatch(operator: string, a: TypedExpression, b: TypedExpression): AnalysisException {
  const sql = `(${describe(a)} ${operator} ${describe(b)})`
  return new AnalysisException(
    'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES',
    `Cannot resolve "${sql}" due to data type mismatch: the left and right operands of the binary operator have incompatible types ("${a.type.sql}" and "${b.type.sql}").`,
    {
      sqlState: '42K09',
      parameters: { sqlExpr: `"${sql}"`, left: `"${a.type.sql}"`, right: `"${b.type.sql}"` },
      origin: a.origin,
    },
  )
}

const describe = (expression: TypedExpression): string =>
  expression.kind === 'column' ? expression.name : expression.kind === 'constant' ? String(expression.value) : '…'

function unary(name: string, js: (value: string, type: DataType) => string): ResolveCall {
  return scalar(name, { params: ['number'], returns: ([type]) => type!, js: ([a], { result }) => js(a!, result) })
}

const isFloating = ({ kind }: DataType): boolean => kind === 'double' || kind === 'float'

export const arithmetic: Readonly<Record<string, ResolveCall>> = {
  '+': binary('+'),
  '-': binary('-'),
  '*': binary('*'),
  '/': binary('/'),
  '%': binary('%'),
  mod: binary('%'),
  div: scalar('div', { params: ['long', 'long'], returns: LongType, js: ([a, b]) => `rt.divideLong(${a}, ${b})` }),
  negative: unary('negative', (a, type) =>
    isFloating(type)
      ? `-${a}`
      : type.kind in BITS
        ? `rt.checkedInt(0 - ${a}, ${BITS[type.kind as keyof typeof BITS]})`
        : `rt.negateLong(${a})`,
  ),
  positive: unary('positive', (a) => a),
  abs: unary('abs', (a, type) =>
    isFloating(type)
      ? `Math.abs(${a})`
      : type.kind in BITS
        ? `rt.checkedInt(Math.abs(${a}), ${BITS[type.kind as keyof typeof BITS]})`
        : `(${a} < 0 ? rt.negateLong(${a}) : ${a})`,
  ),
  sqrt: math('sqrt', (a) => `Math.sqrt(${a})`),
  exp: math('exp', (a) => `Math.exp(${a})`),
  ln: math('ln', (a) => `(${a} <= 0 ? null : Math.log(${a}))`, true),
  log10: math('log10', (a) => `(${a} <= 0 ? null : Math.log10(${a}))`, true),
  log2: math('log2', (a) => `(${a} <= 0 ? null : Math.log2(${a}))`, true),
  sin: math('sin', (a) => `Math.sin(${a})`),
  cos: math('cos', (a) => `Math.cos(${a})`),
  tan: math('tan', (a) => `Math.tan(${a})`),
  pow: scalar('pow', { params: ['double', 'double'], returns: DoubleType, js: ([a, b]) => `Math.pow(${a}, ${b})` }),
  power: scalar('power', { params: ['double', 'double'], returns: DoubleType, js: ([a, b]) => `Math.pow(${a}, ${b})` }),
  unix_micros: scalar('unix_micros', { params: ['timestamp'], returns: LongType, js: ([a]) => a! }),
  timestamp_micros: scalar('timestamp_micros', { params: ['long'], returns: TimestampType, js: ([a]) => a! }),
}

function math(name: string, js: (a: string) => string, mayGiveNull = false): ResolveCall {
  return scalar(name, {
    params: ['double'],
    returns: DoubleType,
    js: ([a]) => js(a!),
    ...(mayGiveNull && { mayGiveNull }),
  })
}
