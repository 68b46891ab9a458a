import type { CodeWriter, Emitted, SqlSettings } from '../plan/scalar-spec.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import type { DataType } from '../types/data-type.ts'

/** How values of a type begin where a variable is declared before it has one. */
export function initialValue(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'false'
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'timestampNtz':
    case 'yearMonthInterval':
    case 'dayTimeInterval':
      return '0'
    case 'string':
      return "''"
    default:
      return 'null'
  }
}

/** Types whose values are JavaScript numbers alone. */
const NUMBERS = new Set(['byte', 'short', 'integer', 'float', 'double', 'date', 'yearMonthInterval'])

/**
 * Writes the JavaScript of a stage's expressions. A value is a pair of variables, one for the value and one for whether it is null, so that numbers stay numbers
 * (as in Spark's whole-stage code generation).
 */
export class StageWriter implements CodeWriter {
  readonly settings: SqlSettings
  readonly origin = 'null'
  readonly constants: unknown[] = []
  readonly #prelude: string[] = []
  readonly #preludeNames = new Map<string, string>()
  readonly #column: (id: number) => Emitted
  readonly #lambdaVariables = new Map<number, Emitted>()
  /** What was computed in the present row and block, by fingerprint of the column reference. */
  #lines: string[] = []
  #names = 0

  /** @param column the names of an input column's value. */
  constructor(settings: SqlSettings, column: (id: number) => Emitted) {
    this.settings = settings
    this.#column = column
  }

  /** The statements so far, and none from then on. */
  takeLines(): string[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  /** What is computed once, before the first row. */
  get prelude(): readonly string[] {
    return this.#prelude
  }

  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`
  }

  write(statement: string): void {
    this.#lines.push(statement)
  }

  constant(value: unknown): string {
    return `k[${this.constants.push(value) - 1}]`
  }

  /** A name for what an expression gives that depends on no row. */
  once(expression: string): string {
    let name = this.#preludeNames.get(expression)
    if (name === undefined) {
      name = this.fresh('once')
      this.#preludeNames.set(expression, name)
      this.#prelude.push(`const ${name} = ${expression}`)
    }
    return name
  }

  /** The code of a type, for what is computed once. */
  typeCode(type: DataType): string {
    return this.once(`rt.typeOfJson(${JSON.stringify(type.json)})`)
  }

  block(head: string, body: () => void): void {
    this.write(`${head} {`)
    body()
    this.write('}')
  }

  declare(type: DataType): { readonly value: string; readonly isNull: string } {
    const value = this.fresh('v')
    const isNull = this.fresh('n')
    this.write(`let ${value} = ${initialValue(type)}, ${isNull} = true`)
    return { value, isNull }
  }

  emit(expression: TypedExpression): Emitted {
    switch (expression.kind) {
      case 'constant':
        return this.#constantValue(expression)
      case 'column':
        return this.#column(expression.id)
      case 'lambdaReference':
        return this.#lambdaVariables.get(expression.id)!
      case 'call': {
        const { spec, args, type } = expression
        const types = { args: args.map((arg) => arg.type), result: type }
        if (spec.emit !== undefined) return spec.emit(args, types, this)
        const emitted = args.map((arg) => this.emit(arg))
        return this.strict(emitted, type, spec.mayGiveNull ?? false, (values) => spec.js!(values, types, this))
      }
      case 'cast':
        return this.#cast(expression.child, expression.type, expression.isTry)
      case 'lambda':
      case 'aggregate':
        throw new Error(`${expression.kind} has no value of its own`)
    }
  }

  /** The code of a value that is null where one of the arguments is. */
  strict(
    args: readonly Emitted[],
    type: DataType,
    mayGiveNull: boolean,
    js: (values: readonly string[]) => string,
  ): Emitted {
    if (args.some(({ isNull }) => isNull === 'true')) return { value: initialValue(type), isNull: 'true' }
    const nulls = [...new Set(args.map(({ isNull }) => isNull).filter((isNull) => isNull !== 'false'))]
    const code = js(args.map(({ value }) => value))
    if (nulls.length === 0 && !mayGiveNull) {
      const value = this.fresh('v')
      this.write(`const ${value} = ${code}`)
      return { value, isNull: 'false' }
    }
    const result = this.declare(type)
    const assign = () => {
      if (!mayGiveNull) {
        this.write(`${result.value} = ${code}; ${result.isNull} = false`)
        return
      }
      const maybe = this.fresh('m')
      this.write(`const ${maybe} = ${code}`)
      this.write(`if (${maybe} !== null) { ${result.value} = ${maybe}; ${result.isNull} = false }`)
    }
    if (nulls.length === 0) this.block('', assign)
    else this.block(`if (!(${nulls.join(' || ')}))`, assign)
    return result
  }

  /** Gives a value to a variable that was declared. */
  assign(target: Emitted, { value, isNull }: Emitted): void {
    if (isNull === 'true') this.write(`${target.isNull} = true`)
    else if (isNull === 'false') this.write(`${target.value} = ${value}; ${target.isNull} = false`)
    else this.write(`${target.value} = ${value}; ${target.isNull} = ${isNull}`)
  }

  lambda(expression: TypedExpression): string {
    if (expression.kind !== 'lambda') throw new Error('a lambda is needed')
    const name = this.fresh('f')
    const parameters = expression.parameters.map((parameter) => {
      const value = this.fresh('p')
      this.#lambdaVariables.set(parameter.id, {
        value,
        isNull: parameter.nullable ? `(${value} === null)` : 'false',
      })
      return value
    })
    this.write(`const ${name} = (${parameters.join(', ')}) => {`)
    const body = this.emit(expression.body)
    this.write(`return ${nullableCode(body)}`)
    this.write('}')
    return name
  }

  #constantValue({ value, type }: TypedExpression & { kind: 'constant' }): Emitted {
    if (value === null) return { value: initialValue(type), isNull: 'true' }
    const code = plainCode(value)
    if (code !== null) return { value: code.startsWith('-') ? `(${code})` : code, isNull: 'false' }
    return { value: this.constant(value), isNull: 'false' }
  }

  #cast(child: TypedExpression, type: DataType, isTry: boolean): Emitted {
    const emitted = this.emit(child)
    if (child.type.equals(type)) return emitted
    if (child.type.kind === 'void') return { value: initialValue(type), isNull: 'true' }
    const from = child.type.kind
    const isWidening =
      (NUMBERS.has(from) &&
        (type.kind === 'double' || type.kind === 'long' || type.kind === 'integer') &&
        from !== 'float' &&
        from !== 'double' &&
        from !== 'date' &&
        !(from === 'integer' && type.kind === 'integer')) ||
      (from === 'float' && type.kind === 'double')
    if (isWidening) return emitted
    const { timeZone } = this.settings
    const cast = this.once(
      `rt.castFunction(${this.typeCode(child.type)}, ${this.typeCode(type)}, ${JSON.stringify(timeZone)})`,
    )
    return this.strict([emitted], type, isTry, ([value]) =>
      isTry ? `rt.castOrNull(${cast}, ${value})` : `${cast}(${value})`,
    )
  }
}

/** A value as JavaScript writes it; null for those that travel as constants. */
function plainCode(value: SqlValue): string | null {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return `${value}n`
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    default:
      return null
  }
}

/** The code of a value that is JavaScript's null for NULL. */
export function nullableCode({ value, isNull }: Emitted): string {
  if (isNull === 'true') return 'null'
  return isNull === 'false' ? value : `(${isNull} ? null : ${value})`
}
