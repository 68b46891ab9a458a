import { commonType } from '../analysis/coercion.ts'
import { AnalysisException } from '../errors.ts'
import type { CodeWriter, Emitted, ResolvedCall, ScalarSpec } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import { BooleanType, type DataType, NullType } from '../types/data-type.ts'
import { castTo, type FunctionContext, type ResolveCall } from './signature.ts'

/** The first condition that is true gives its value; the last argument, where their number is odd, is the value otherwise. */
const whenSpec: ScalarSpec = {
  name: 'when',
  emit: (args, { result }, writer) => {
    const target = writer.declare(result)
    branch(args, 0, target, writer)
    return target
  },
}

function branch(args: readonly TypedExpression[], at: number, target: Emitted, writer: CodeWriter): void {
  if (at >= args.length) return
  if (at === args.length - 1) {
    writer.assign(target, writer.emit(args[at]!))
    return
  }
  const { value, isNull } = writer.emit(args[at]!)
  writer.block(isNull === 'false' ? `if (${value})` : `if (!(${isNull}) && ${value})`, () =>
    writer.assign(target, writer.emit(args[at + 1]!)),
  )
  if (at + 2 < args.length) writer.block('else', () => branch(args, at + 2, target, writer))
}

const coalesceSpec: ScalarSpec = {
  name: 'coalesce',
  emit: (args, { result }, writer) => {
    const target = writer.declare(result)
    for (const [index, arg] of args.entries()) {
      const assign = () => writer.assign(target, writer.emit(arg))
      if (index === 0) assign()
      else writer.block(`if (${target.isNull})`, assign)
    }
    return target
  },
}

export function meet(args: readonly TypedExpression[], { name }: FunctionContext): DataType {
  const type = commonType(args.map((arg) => arg.type))
  if (type !== null) return type
  const types = args.map((arg) => `"${arg.type.sql}"`).join(', ')
  throw new AnalysisException(
    'DATATYPE_MISMATCH.DATA_DIFF_TYPES',
    `Cannot resolve "${name}" due to data type mismatch: Input to \`${name}\` should all be the same type, but it's [${types}].`,
    { sqlState: '42K09', parameters: { functionName: `\`${name}\``, dataType: `[${types}]` }, origin: args[0]?.origin },
  )
}

const when: ResolveCall = (args, context) => {
  const values = args.filter((_, index) => index % 2 === 1 || index === args.length - 1)
  const type = meet(values, context)
  const isOdd = args.length % 2 === 1
  const casts = args.map((arg, index) =>
    index % 2 === 1 || (isOdd && index === args.length - 1) ? castTo(arg, type) : castTo(arg, BooleanType),
  )
  return { spec: whenSpec, args: casts, type, nullable: !isOdd || values.some(({ nullable }) => nullable) }
}

const coalesce: ResolveCall = (args, context) => {
  const type = meet(args, context)
  return {
    spec: coalesceSpec,
    args: args.map((arg) => castTo(arg, type)),
    type,
    nullable: args.every(({ nullable }) => nullable),
  }
}

const nullIf: ResolveCall = ([a, b], context): ResolvedCall => {
  const equal: TypedExpression = { kind: 'call', ...context.resolve('=', [a!, b!]) }
  const nothing: TypedExpression = { kind: 'constant', type: NullType, value: null, nullable: true }
  return when([equal, nothing, a!], context)
}

export const conditional: Readonly<Record<string, ResolveCall>> = {
  when,
  if: ([condition, yes, no], context) => when([condition!, yes!, no!], context),
  coalesce,
  ifnull: coalesce,
  nvl: coalesce,
  nullif: nullIf,
  nvl2: ([a, yes, no], context) => {
    const isThere: TypedExpression = { kind: 'call', ...context.resolve('isnotnull', [a!]) }
    return when([isThere, yes!, no!], context)
  },
}
