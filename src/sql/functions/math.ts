import { boundedDecimal, isIntegral } from '../analysis/coercion.ts'
import { AnalysisException } from '../errors.ts'
import type { ScalarSpec } from '../plan/scalar-spec.ts'
import {
  BinaryType,
  type DataType,
  DecimalType,
  DoubleType,
  IntegerType,
  LongType,
  StringType,
} from '../types/data-type.ts'
import { meet } from './conditional.ts'
import { castTo, fitted, type ResolveCall, scalar } from './signature.ts'

const double = (name: string, js: (a: string) => string): ResolveCall =>
  scalar(name, { params: ['double'], returns: DoubleType, js: ([a]) => js(a!) })

/** `round` and `bround`: the second argument, a constant, says at which place. */
function rounding(name: string, isHalfEven: boolean): ResolveCall {
  return (args, context) => {
    const value = fitted(context, args[0]!, 'number', 0)
    const place = args[1] ?? { kind: 'constant', type: IntegerType, value: 0, nullable: false }
    if (place.kind !== 'constant') {
      throw new AnalysisException(
        'DATATYPE_MISMATCH.NON_FOLDABLE_INPUT',
        `Cannot resolve "${name}" due to data type mismatch: the input scale should be a foldable "INT" expression.`,
        { sqlState: '42K09', origin: place.origin },
      )
    }
    const places = Number(place.value)
    const { type } = value
    const result = type instanceof DecimalType ? roundedType(type, places) : type
    const spec: ScalarSpec = {
      name: `${name}(${places})`,
      js: ([a]) => {
        if (type instanceof DecimalType)
          return `rt.roundDecimal(${a}, ${type.scale}, ${places}, ${(result as DecimalType).scale}, ${isHalfEven})`
        if (isIntegral(type)) return `rt.roundWhole(${a}, ${places}, ${isHalfEven})`
        return `rt.roundDouble(${a}, ${places}, ${isHalfEven})`
      },
    }
    return { spec, args: [value], type: result, nullable: value.nullable }
  }
}

function roundedType({ precision, scale }: DecimalType, places: number): DecimalType {
  const whole = precision - scale + 1
  return places < 0
    ? boundedDecimal(Math.max(whole, -places + 1), 0)
    : boundedDecimal(whole + Math.min(scale, places), Math.min(scale, places))
}

function toWhole(name: string, isUp: boolean): ResolveCall {
  return (args, context) => {
    const value = fitted(context, args[0]!, 'number', 0)
    const { type } = value
    const isDecimal = type instanceof DecimalType
    const result: DataType = isDecimal ? boundedDecimal(type.precision - type.scale + 1, 0) : LongType
    const own = isIntegral(type) ? castTo(value, LongType) : value
    const spec: ScalarSpec = {
      name,
      js: ([a]) =>
        isDecimal
          ? `rt.floorDecimal(${a}, ${type.scale}, ${isUp})`
          : isIntegral(type)
            ? a!
            : `rt.${isUp ? 'ceilToLong' : 'floorToLong'}(${a})`,
    }
    return { spec, args: [own], type: result, nullable: value.nullable }
  }
}

/** `greatest` and `least`, which pass over nulls. */
function extreme(name: string, sign: 1 | -1): ResolveCall {
  const spec: ScalarSpec = {
    name,
    mayGiveNull: true,
    emit: (args, { result }, writer) => {
      const values = args.map((arg) => {
        const { value, isNull } = writer.emit(arg)
        return isNull === 'false' ? value : `(${isNull} ? null : ${value})`
      })
      const compare = writer.once(`rt.comparisonOf(rt.typeOfJson(${JSON.stringify(result.json)}))`)
      return writer.strict([], result, true, () => `rt.extreme([${values.join(', ')}], ${compare}, ${sign})`)
    },
  }
  return (args, context) => {
    const type = meet(args, context)
    return { spec, args: args.map((arg) => castTo(arg, type)), type, nullable: args.every(({ nullable }) => nullable) }
  }
}

/** `try_add` and its kin: null where the operation is an error. */
function tolerant(name: string, operator: string): ResolveCall {
  return (args, context) => {
    const made = context.resolve(operator, args)
    const inner = made.spec
    const spec: ScalarSpec = {
      name,
      mayGiveNull: true,
      js: (values, types, code) => `rt.orNullOf(() => ${inner.js!(values, types, code)})`,
    }
    return { ...made, spec, nullable: true }
  }
}

function shift(name: string, direction: 'left' | 'right' | 'unsigned', operator: string): ResolveCall {
  return (args, context) => {
    const value = args[0]!.type.kind === 'long' ? args[0]! : fitted(context, args[0]!, 'integer', 0)
    const by = fitted(context, args[1]!, 'integer', 1)
    const spec: ScalarSpec = {
      name,
      js: ([a, b], { result }) =>
        result.kind === 'long'
          ? `rt.shiftLong(${a}, ${b}, '${direction}')`
          : direction === 'unsigned'
            ? `((${a} ${operator} ${b}) | 0)`
            : `(${a} ${operator} ${b})`,
    }
    return { spec, args: [value, by], type: value.type, nullable: value.nullable || by.nullable }
  }
}

const left = shift('shiftleft', 'left', '<<')
const right = shift('shiftright', 'right', '>>')
const unsigned = shift('shiftrightunsigned', 'unsigned', '>>>')

const hex: ResolveCall = (args, context) => {
  const [arg] = args
  const isText = arg!.type.kind === 'string' || arg!.type.kind === 'binary'
  const value = isText ? castTo(arg!, BinaryType) : fitted(context, arg!, 'long', 0)
  const spec: ScalarSpec = { name: 'hex', js: ([a]) => (isText ? `rt.hexOfBytes(${a})` : `rt.hexOfLong(${a})`) }
  return { spec, args: [value], type: StringType, nullable: arg!.nullable }
}

export const math: Readonly<Record<string, ResolveCall>> = {
  round: rounding('round', false),
  bround: rounding('bround', true),
  floor: toWhole('floor', false),
  ceil: toWhole('ceil', true),
  ceiling: toWhole('ceiling', true),
  greatest: extreme('greatest', 1),
  least: extreme('least', -1),
  sign: double('sign', (a) => `Math.sign(${a})`),
  signum: double('signum', (a) => `Math.sign(${a})`),
  rint: double('rint', (a) => `rt.roundDouble(${a}, 0, true)`),
  cbrt: double('cbrt', (a) => `Math.cbrt(${a})`),
  sinh: double('sinh', (a) => `Math.sinh(${a})`),
  cosh: double('cosh', (a) => `Math.cosh(${a})`),
  tanh: double('tanh', (a) => `Math.tanh(${a})`),
  asin: double('asin', (a) => `Math.asin(${a})`),
  acos: double('acos', (a) => `Math.acos(${a})`),
  atan: double('atan', (a) => `Math.atan(${a})`),
  expm1: double('expm1', (a) => `Math.expm1(${a})`),
  log1p: double('log1p', (a) => `Math.log1p(${a})`),
  radians: double('radians', (a) => `(${a} / 180 * Math.PI)`),
  degrees: double('degrees', (a) => `(${a} * 180 / Math.PI)`),
  atan2: scalar('atan2', {
    params: ['double', 'double'],
    returns: DoubleType,
    js: ([a, b]) => `Math.atan2(${a}, ${b})`,
  }),
  hypot: scalar('hypot', {
    params: ['double', 'double'],
    returns: DoubleType,
    js: ([a, b]) => `Math.hypot(${a}, ${b})`,
  }),
  pi: scalar('pi', { params: [], returns: DoubleType, js: () => 'Math.PI' }),
  e: scalar('e', { params: [], returns: DoubleType, js: () => 'Math.E' }),
  log: (args, context) => {
    if (args.length === 1) return context.resolve('ln', args)
    return scalar('log', {
      params: ['double', 'double'],
      returns: DoubleType,
      mayGiveNull: true,
      js: ([base, a]) => `(${base} <= 0 || ${a} <= 0 ? null : Math.log(${a}) / Math.log(${base}))`,
    })(args, context)
  },
  factorial: scalar('factorial', {
    params: ['integer'],
    returns: LongType,
    mayGiveNull: true,
    js: ([a]) => `rt.factorial(${a})`,
  }),
  hex,
  pmod: (args, context) => {
    const made = context.resolve('%', args)
    const inner = made.spec
    const spec: ScalarSpec = {
      name: 'pmod',
      js: ([a, b], types, code) =>
        ['long', 'decimal'].includes(types.result.kind)
          ? `rt.addLong(0, ${inner.js!([a!, b!], types, code)})`
          : `(${b} === 0 ? ${inner.js!([a!, b!], types, code)} : rt.positiveModulo(${a}, ${b}))`,
    }
    return { ...made, spec }
  },
  shiftleft: left,
  '<<': left,
  shiftright: right,
  '>>': right,
  shiftrightunsigned: unsigned,
  '>>>': unsigned,
  try_add: tolerant('try_add', '+'),
  try_subtract: tolerant('try_subtract', '-'),
  try_multiply: tolerant('try_multiply', '*'),
  try_divide: tolerant('try_divide', '/'),
  try_mod: tolerant('try_mod', '%'),
  zeroifnull: (args, context) =>
    context.resolve('coalesce', [args[0]!, { kind: 'constant', type: IntegerType, value: 0, nullable: false }]),
  nullifzero: (args, context) =>
    context.resolve('nullif', [args[0]!, { kind: 'constant', type: IntegerType, value: 0, nullable: false }]),
  double: ([a]) => ({
    spec: { name: 'double', js: ([x]) => x! },
    args: [castTo(a!, DoubleType)],
    type: DoubleType,
    nullable: a!.nullable,
  }),
  int: ([a]) => ({
    spec: { name: 'int', js: ([x]) => x! },
    args: [castTo(a!, IntegerType)],
    type: IntegerType,
    nullable: a!.nullable,
  }),
  bigint: ([a]) => ({
    spec: { name: 'bigint', js: ([x]) => x! },
    args: [castTo(a!, LongType)],
    type: LongType,
    nullable: a!.nullable,
  }),
}
