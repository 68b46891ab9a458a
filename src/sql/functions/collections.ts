import { AnalysisException } from '../errors.ts'
import type { ScalarSpec } from '../plan/scalar-spec.ts'
import {
  ArrayType,
  type DataType,
  IntegerType,
  LongType,
  MapType,
  NullType,
  StringType,
  StructField,
  StructType,
} from '../types/data-type.ts'
import { meet } from './conditional.ts'
import { castTo, type ResolveCall, scalar } from './signature.ts'

/** Values, nulls among them, as one array. */
function gather(name: string): ScalarSpec {
  return {
    name,
    emit: (args, _types, writer) => {
      const emitted = args.map((arg) => writer.emit(arg))
      const items = emitted.map(({ value, isNull }) => (isNull === 'false' ? value : `(${isNull} ? null : ${value})`))
      return { value: `[${items.join(', ')}]`, isNull: 'false' }
    },
  }
}

const array: ResolveCall = (args, context) => {
  const type = args.length === 0 ? NullType : meet(args, context)
  return {
    spec: gather('array'),
    args: args.map((arg) => castTo(arg, type)),
    type: new ArrayType(
      type,
      args.some(({ nullable }) => nullable),
    ),
    nullable: false,
  }
}

const map: ResolveCall = (args, context) => {
  const keys = args.filter((_, index) => index % 2 === 0)
  const values = args.filter((_, index) => index % 2 === 1)
  if (keys.length !== values.length) {
    throw new AnalysisException('WRONG_NUM_ARGS.WITHOUT_SUGGESTION', 'The `map` requires 2n (n > 0) parameters.', {
      sqlState: '42605',
    })
  }
  const keyType = keys.length === 0 ? NullType : meet(keys, context)
  const valueType = values.length === 0 ? NullType : meet(values, context)
  const spec: ScalarSpec = {
    name: 'map',
    emit: (all, _types, writer) => {
      const emitted = all.map((arg) => writer.emit(arg))
      const items = emitted.map(({ value, isNull }) => (isNull === 'false' ? value : `(${isNull} ? null : ${value})`))
      const side = (rest: number) => items.filter((_, index) => index % 2 === rest).join(', ')
      return { value: `rt.makeMap([${side(0)}], [${side(1)}])`, isNull: 'false' }
    },
  }
  const casts = args.map((arg, index) => castTo(arg, index % 2 === 0 ? keyType : valueType))
  return {
    spec,
    args: casts,
    type: new MapType(
      keyType,
      valueType,
      values.some(({ nullable }) => nullable),
    ),
    nullable: false,
  }
}

const namedStruct: ResolveCall = (args) => {
  const values = args.filter((_, index) => index % 2 === 1)
  const fields = values.map((value, index) => {
    const name = args[index * 2]!
    return new StructField(
      name.kind === 'constant' ? String(name.value) : `col${index + 1}`,
      value.type,
      value.nullable,
    )
  })
  return { spec: gather('named_struct'), args: values, type: new StructType(fields), nullable: false }
}

/** A struct of values whose names the analysis gives. */
export function structOf(names: readonly string[], args: Parameters<ResolveCall>[0]): ReturnType<ResolveCall> {
  const fields = args.map(({ type, nullable }, index) => new StructField(names[index]!, type, nullable))
  return { spec: gather('named_struct'), args, type: new StructType(fields), nullable: false }
}

const size: ResolveCall = scalar('size', {
  params: ['any'],
  returns: IntegerType,
  js: ([a], { args }) => (args[0]!.kind === 'map' ? `${a}.keys.length` : `${a}.length`),
})

const elementType = ([type]: readonly DataType[]): DataType => (type instanceof ArrayType ? type.elementType : NullType)

export const collections: Readonly<Record<string, ResolveCall>> = {
  array,
  map,
  named_struct: namedStruct,
  size,
  cardinality: size,
  array_contains: scalar('array_contains', {
    params: ['any', 'any'],
    returns: LongType,
    js: ([a, b]) => `${a}.includes(${b})`,
  }),
  map_keys: scalar('map_keys', {
    params: ['any'],
    returns: ([type]) => new ArrayType((type as MapType).keyType, false),
    js: ([a]) => `${a}.keys`,
  }),
  map_values: scalar('map_values', {
    params: ['any'],
    returns: ([type]) => new ArrayType((type as MapType).valueType, (type as MapType).valueContainsNull),
    js: ([a]) => `${a}.values`,
  }),
  array_join: scalar('array_join', {
    params: ['any', 'string', 'string'],
    optional: 1,
    returns: StringType,
    js: ([a, separator, nulls]) => `rt.joinArray(${a}, ${separator}, ${nulls ?? 'null'})`,
  }),
  array_distinct: scalar('array_distinct', {
    params: ['any'],
    returns: ([type]) => type!,
    js: ([a], { args }) =>
      `rt.distinctOf(${a}, rt.groupKeyOf(rt.typeOfJson(${JSON.stringify(elementType(args).json)})))`,
  }),
}
