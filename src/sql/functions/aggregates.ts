import { boundedDecimal, isIntegral } from '../analysis/coercion.ts'
import type { ResolvedAggregate } from '../plan/aggregate-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import { ArrayType, BooleanType, type DataType, DecimalType, DoubleType, LongType } from '../types/data-type.ts'
import type { AggregateMakerName } from './aggregate-functions.ts'
import { castTo, type FunctionContext, fitted, type ParameterKind, wrongCount } from './signature.ts'

/** Checks a call of an aggregate and gives its types. @throws AnalysisException when it does not fit. */
export type ResolveAggregate = (
  args: readonly TypedExpression[],
  context: FunctionContext,
  ignoresNulls: boolean,
) => ResolvedAggregate

function aggregate(
  name: string,
  maker: AggregateMakerName,
  params: readonly ParameterKind[],
  returns: (args: readonly DataType[]) => DataType,
  nullable = true,
): ResolveAggregate {
  return (args, context, ignoresNulls) => {
    if (args.length !== params.length) throw wrongCount(name, String(params.length), args.length, args[0]?.origin)
    const casts = args.map((arg, index) => fitted(context, arg, params[index]!, index))
    return {
      spec: { name, maker, options: { ignoresNulls } },
      args: casts,
      type: returns(casts.map(({ type }) => type)),
      nullable,
    }
  }
}

const sumType = ([type]: readonly DataType[]): DataType => {
  if (type instanceof DecimalType) return boundedDecimal(type.precision + 10, type.scale)
  return isIntegral(type!) ? LongType : DoubleType
}
const averageType = ([type]: readonly DataType[]): DataType =>
  type instanceof DecimalType ? boundedDecimal(type.precision + 4, type.scale + 4) : DoubleType
const same = ([type]: readonly DataType[]): DataType => type!
const double = (): DataType => DoubleType

const sum: ResolveAggregate = (args, context, ignoresNulls) => {
  const made = aggregate('sum', 'sum', ['number'], sumType)(args, context, ignoresNulls)
  const [arg] = made.args
  const own = made.type instanceof DecimalType ? arg! : castTo(arg!, made.type)
  return { ...made, args: [own] }
}
const average: ResolveAggregate = (args, context, ignoresNulls) => {
  const made = aggregate('avg', 'average', ['number'], averageType)(args, context, ignoresNulls)
  const [arg] = made.args
  return { ...made, args: [arg!.type instanceof DecimalType ? arg! : castTo(arg!, DoubleType)] }
}
/** With one argument, or with a second one that says whether nulls are left out. */
const firstOrLast =
  (name: string, maker: 'first' | 'last'): ResolveAggregate =>
  (args, context, ignoresNulls) => {
    const [value, flag] = args
    const ignores = ignoresNulls || (flag?.kind === 'constant' && flag.value === true)
    return aggregate(name, maker, ['any'], same)([value!], context, ignores)
  }
const collect = (name: string): ResolveAggregate =>
  aggregate(name, 'collect', ['any'], ([type]) => new ArrayType(type!, false), false)

export const aggregates: Readonly<Record<string, ResolveAggregate>> = {
  count: (args) => ({ spec: { name: 'count', maker: 'count' }, args, type: LongType, nullable: false }),
  sum,
  avg: average,
  mean: average,
  min: aggregate('min', 'min', ['any'], same),
  max: aggregate('max', 'max', ['any'], same),
  min_by: aggregate('min_by', 'minBy', ['any', 'any'], same),
  max_by: aggregate('max_by', 'maxBy', ['any', 'any'], same),
  first: firstOrLast('first', 'first'),
  first_value: firstOrLast('first_value', 'first'),
  any_value: firstOrLast('any_value', 'first'),
  last: firstOrLast('last', 'last'),
  last_value: firstOrLast('last_value', 'last'),
  collect_list: collect('collect_list'),
  array_agg: collect('collect_list'),
  collect_set: collect('collect_set'),
  every: aggregate('bool_and', 'every', ['boolean'], () => BooleanType),
  bool_and: aggregate('bool_and', 'every', ['boolean'], () => BooleanType),
  some: aggregate('bool_or', 'some', ['boolean'], () => BooleanType),
  any: aggregate('bool_or', 'some', ['boolean'], () => BooleanType),
  bool_or: aggregate('bool_or', 'some', ['boolean'], () => BooleanType),
  var_samp: aggregate('var_samp', 'varianceSample', ['double'], double),
  variance: aggregate('variance', 'varianceSample', ['double'], double),
  var_pop: aggregate('var_pop', 'variancePopulation', ['double'], double),
  stddev: aggregate('stddev', 'deviationSample', ['double'], double),
  stddev_samp: aggregate('stddev_samp', 'deviationSample', ['double'], double),
  stddev_pop: aggregate('stddev_pop', 'deviationPopulation', ['double'], double),
}
