import { commonType, widerType } from '../analysis/coercion.ts'
import type { CodeWriter, Emitted, ScalarSpec } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import { BooleanType, type DataType, type DecimalType } from '../types/data-type.ts'
import { binaryMismatch } from './arithmetic.ts'
import { castTo, type FunctionContext, type ResolveCall, scalar } from './signature.ts'

type Comparator = '=' | '<' | '<=' | '>' | '>='
/** Types whose values JavaScript's operators compare as SQL does. */
const PLAIN = new Set([
  'boolean',
  'byte',
  'short',
  'integer',
  'long',
  'date',
  'timestamp',
  'timestampNtz',
  'yearMonthInterval',
  'dayTimeInterval',
])

/** The code of a comparison of two values that are not null. */
export function comparison(operator: Comparator, type: DataType, a: string, b: string, writer: CodeWriter): string {
  const js = operator === '=' ? '===' : operator
  if (PLAIN.has(type.kind)) return `(${a} ${js} ${b})`
  if (type.kind === 'string' && operator === '=') return `(${a} === ${b})`
  if (type.kind === 'decimal') {
    if (operator === '=') return `(${a} === ${b})`
    const { scale } = type as DecimalType
    return `(rt.compareDecimal(${a}, ${scale}, ${b}, ${scale}) ${js} 0)`
  }
  if (type.kind === 'double' || type.kind === 'float') return `(rt.compareDouble(${a}, ${b}) ${js} 0)`
  if (type.kind === 'string') return `(rt.compareText(${a}, ${b}) ${js} 0)`
  const name = operator === '=' && type.kind === 'map' ? 'equalityOf' : 'comparisonOf'
  const code = writer.once(`rt.${name}(rt.typeOfJson(${JSON.stringify(type.json)}))`)
  return name === 'equalityOf' ? `${code}(${a}, ${b})` : `(${code}(${a}, ${b}) ${js} 0)`
}

function meeting(
  operator: string,
  a: TypedExpression,
  b: TypedExpression,
): readonly [TypedExpression, TypedExpression] {
  const type = widerType(a.type, b.type)
  if (type === null) throw binaryMismatch(operator, a, b)
  return [castTo(a, type), castTo(b, type)]
}

function compare(operator: Comparator): ResolveCall {
  const spec: ScalarSpec = {
    name: operator,
    emit: (args, _types, writer) => {
      const [a, b] = args as readonly [TypedExpression, TypedExpression]
      const emitted = [writer.emit(a), writer.emit(b)]
      return strict(writer, emitted, ([x, y]) => comparison(operator, a.type, x!, y!, writer))
    },
  }
  return ([a, b]) => {
    const args = meeting(operator, a!, b!)
    return { spec, args, type: BooleanType, nullable: a!.nullable || b!.nullable }
  }
}

function strict(writer: CodeWriter, args: readonly Emitted[], js: (values: readonly string[]) => string): Emitted {
  return writer.strict(args, BooleanType, false, js)
}

const nullSafeEqual: ScalarSpec = {
  name: '<=>',
  emit: (args, _types, writer) => {
    const [a, b] = args as readonly [TypedExpression, TypedExpression]
    const x = writer.emit(a)
    const y = writer.emit(b)
    const equal = comparison('=', a.type, x.value, y.value, writer)
    if (x.isNull === 'false' && y.isNull === 'false') return { value: equal, isNull: 'false' }
    return { value: `(${x.isNull} ? ${y.isNull} : !(${y.isNull}) && ${equal})`, isNull: 'false' }
  },
}

/** `AND` and `OR`: the right side is not evaluated where the left one decides. */
function logical(name: 'and' | 'or'): ResolveCall {
  const decides = name === 'or'
  const spec: ScalarSpec = {
    name,
    emit: (args, _types, writer) => {
      const [a, b] = args as readonly [TypedExpression, TypedExpression]
      const x = writer.emit(a)
      const value = writer.fresh('v')
      const isNull = writer.fresh('n')
      writer.write(`let ${value} = ${decides}, ${isNull} = false`)
      const isDecided = decides ? x.value : `!${x.value}`
      writer.block(`if (${x.isNull === 'false' ? `!(${isDecided})` : `${x.isNull} || !(${isDecided})`})`, () => {
        const y = writer.emit(b)
        const yDecides = decides ? y.value : `!${y.value}`
        writer.write(`if (!${paren(y.isNull)} && ${yDecides}) { ${value} = ${decides} }`)
        writer.write(`else if (${x.isNull} || ${y.isNull}) { ${isNull} = true; ${value} = false }`)
        writer.write(`else { ${value} = ${!decides} }`)
      })
      return { value, isNull }
    },
  }
  return ([a, b], context) => ({
    spec,
    args: [condition(a!, context), condition(b!, context)],
    type: BooleanType,
    nullable: a!.nullable || b!.nullable,
  })
}

const paren = (code: string): string => (/^\w+$/.test(code) ? code : `(${code})`)

function condition(arg: TypedExpression, context: FunctionContext): TypedExpression {
  if (arg.type === BooleanType) return arg
  if (arg.type.kind === 'void' || arg.type.kind === 'string') return castTo(arg, BooleanType)
  throw binaryMismatch(context.name.toUpperCase(), arg, arg)
}

const inSpec: ScalarSpec = {
  name: 'in',
  emit: (args, _types, writer) => {
    const [first, ...rest] = args as readonly [TypedExpression, ...TypedExpression[]]
    const x = writer.emit(first)
    const result = writer.declare(BooleanType)
    writer.block(`if (!${paren(x.isNull)})`, () => {
      const found = writer.fresh('b')
      const sawNull = writer.fresh('b')
      writer.write(`let ${found} = false, ${sawNull} = false`)
      for (const item of rest) {
        writer.block(`if (!${found})`, () => {
          const y = writer.emit(item)
          writer.write(
            `if (${y.isNull}) ${sawNull} = true; else ${found} = ${comparison('=', first.type, x.value, y.value, writer)}`,
          )
        })
      }
      writer.write(`${result.isNull} = !${found} && ${sawNull}; ${result.value} = ${found}`)
    })
    return result
  },
}

const between: ResolveCall = ([value, lower, upper], context) => {
  const call = (name: '>=' | '<=', a: TypedExpression, b: TypedExpression): TypedExpression => {
    const made = compare(name)([a, b], context)
    return { kind: 'call', ...made }
  }
  return logical('and')([call('>=', value!, lower!), call('<=', value!, upper!)], context)
}

export const predicates: Readonly<Record<string, ResolveCall>> = {
  '=': compare('='),
  '==': compare('='),
  '<': compare('<'),
  '<=': compare('<='),
  '>': compare('>'),
  '>=': compare('>='),
  '<=>': ([a, b]) => ({ spec: nullSafeEqual, args: meeting('<=>', a!, b!), type: BooleanType, nullable: false }),
  and: logical('and'),
  or: logical('or'),
  not: scalar('not', { params: ['boolean'], returns: BooleanType, js: ([a]) => `!${a}` }),
  between,
  in: (args) => {
    const type = commonType(args.map((arg) => arg.type))
    if (type === null)
      throw binaryMismatch('IN', args[0]!, args.find((arg) => widerType(args[0]!.type, arg.type) === null) ?? args[1]!)
    return {
      spec: inSpec,
      args: args.map((arg) => castTo(arg, type)),
      type: BooleanType,
      nullable: args.some(({ nullable }) => nullable),
    }
  },
  isnull: scalar('isnull', {
    params: ['any'],
    returns: BooleanType,
    nullable: () => false,
    emit: ([a], _types, writer) => ({ value: paren(writer.emit(a!).isNull), isNull: 'false' }),
  }),
  isnotnull: scalar('isnotnull', {
    params: ['any'],
    returns: BooleanType,
    nullable: () => false,
    emit: ([a], _types, writer) => ({ value: `!${paren(writer.emit(a!).isNull)}`, isNull: 'false' }),
  }),
  isnan: scalar('isnan', {
    params: ['double'],
    returns: BooleanType,
    nullable: () => false,
    emit: ([a], _types, writer) => {
      const { value, isNull } = writer.emit(a!)
      return { value: `(!${paren(isNull)} && Number.isNaN(${value}))`, isNull: 'false' }
    },
  }),
}
