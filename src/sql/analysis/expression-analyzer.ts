import { AnalysisException } from '../errors.ts'
import { structOf } from '../functions/collections.ts'
import { isAggregate, resolveAggregate, resolveScalar } from '../functions/registry.ts'
import { parseDate, parseTimestamp } from '../functions/runtime/date-time.ts'
import { castTo } from '../functions/signature.ts'
import type { Expression, UnresolvedAttribute, UnresolvedFunction } from '../plan/expression.ts'
import type { SqlSettings } from '../plan/scalar-spec.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import {
  ArrayType,
  BinaryType,
  DateType,
  IntegerType,
  MapType,
  StringType,
  StructType,
  TimestampNTZType,
  TimestampType,
} from '../types/data-type.ts'
import { prettyName } from './pretty-name.ts'
import { type FoundName, type Scope, unresolvedColumn } from './scope.ts'

/** What an expression may be made of beside its scope. */
export interface ExpressionRules {
  readonly settings: SqlSettings
  /** Called for each aggregate; null where none may stand. */
  readonly onAggregate: ((call: TypedExpression & { kind: 'aggregate' }) => TypedExpression) | null
  /** Tried for names that the scope does not have: the aliases of a select list. */
  readonly fallback?: (name: readonly string[]) => TypedExpression | null
}

const NO_TIME_ZONE = /(?:Z|[+-]\d{1,2}(?::\d{2})?|[A-Za-z]+\/[A-Za-z_]+)$/

/** Gives an expression's names their columns and its parts their types. */
export class ExpressionAnalyzer {
  readonly #scope: Scope
  readonly #rules: ExpressionRules

  constructor(scope: Scope, rules: ExpressionRules) {
    this.#scope = scope
    this.#rules = rules
  }

  /** @throws AnalysisException for names that are not there and types that do not fit. */
  analyze(expression: Expression): TypedExpression {
    const { origin } = expression
    switch (expression.kind) {
      case 'literal':
        return {
          kind: 'constant',
          type: expression.type,
          value: expression.value,
          nullable: expression.value === null,
          origin,
        }
      case 'typedLiteral':
        return this.#typedLiteral(expression.typeName, expression.text, origin)
      case 'attribute':
        return this.#attribute(expression)
      case 'alias':
        return this.analyze(expression.child)
      case 'cast':
        return this.#cast(expression)
      case 'function':
        return this.#call(expression)
      case 'extract':
        return this.#extract(this.analyze(expression.child), this.analyze(expression.key))
      default:
        throw unsupported(
          expression.kind === 'subquery'
            ? 'subqueries within expressions'
            : `this expression (${prettyName(expression)})`,
          origin,
        )
    }
  }

  #typedLiteral(typeName: string, text: string, origin: Expression['origin']): TypedExpression {
    const { timeZone } = this.#rules.settings
    if (typeName === 'X') {
      const bytes = Uint8Array.from(Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex'))
      return { kind: 'constant', type: BinaryType, value: bytes, nullable: false, origin }
    }
    const isNtz = typeName === 'TIMESTAMP_NTZ'
    const value =
      typeName === 'DATE'
        ? parseDate(text)
        : isNtz && NO_TIME_ZONE.test(text) && !/-\d{2}$/.test(text)
          ? null
          : parseTimestamp(text, isNtz ? null : timeZone)
    const type = typeName === 'DATE' ? DateType : isNtz ? TimestampNTZType : TimestampType
    if (value !== null) return { kind: 'constant', type, value, nullable: false, origin }
    throw new AnalysisException(
      'INVALID_TYPED_LITERAL',
      `The value of the typed literal "${typeName}" is invalid: '${text}'.`,
      {
        sqlState: '42604',
        parameters: { valueType: `"${typeName}"`, value: `'${text}'` },
        origin,
      },
    )
  }

  #attribute(expression: UnresolvedAttribute & { readonly origin?: Expression['origin'] }): TypedExpression {
    const found = this.#scope.find(expression)
    if (found !== null) return this.#column(found, expression.origin)
    const other = this.#rules.fallback?.(expression.name) ?? null
    if (other !== null) return other
    throw unresolvedColumn(expression.name, this.#scope, expression.origin)
  }

  #column({ attribute, fields }: FoundName, origin: Expression['origin']): TypedExpression {
    const { id, name, type, nullable } = attribute
    const column: TypedExpression = { kind: 'column', id, name, type, nullable, origin }
    return fields.reduce<TypedExpression>(
      (value, field) => this.#extract(value, { kind: 'constant', type: StringType, value: field, nullable: false }),
      column,
    )
  }

  #extract(child: TypedExpression, key: TypedExpression): TypedExpression {
    const nullable = child.nullable || key.nullable
    if (child.type instanceof StructType && key.kind === 'constant' && typeof key.value === 'string') {
      const wanted = key.value.toLowerCase()
      const index = child.type.fields.findIndex(({ name }) => name.toLowerCase() === wanted)
      const field = child.type.fields[index]
      if (field === undefined) {
        const fields = child.type.fieldNames.map((name) => `\`${name}\``).join(', ')
        throw new AnalysisException('FIELD_NOT_FOUND', `No such struct field \`${key.value}\` in ${fields}.`, {
          sqlState: '42704',
          parameters: { fieldName: `\`${key.value}\``, fields },
          origin: child.origin,
        })
      }
      const spec = {
        name: `field ${index}`,
        js: ([a]: readonly string[]) => `${a}[${index}]`,
        mayGiveNull: field.nullable,
      }
      return { kind: 'call', spec, args: [child], type: field.dataType, nullable: child.nullable || field.nullable }
    }
    if (child.type instanceof ArrayType) {
      const spec = {
        name: 'element',
        js: ([a, i]: readonly string[]) => `rt.elementAt(${a}, ${i})`,
        mayGiveNull: child.type.containsNull,
      }
      return {
        kind: 'call',
        spec,
        args: [child, castTo(key, IntegerType)],
        type: child.type.elementType,
        nullable: nullable || child.type.containsNull,
      }
    }
    if (child.type instanceof MapType) {
      const spec = { name: 'value', js: ([m, k]: readonly string[]) => `rt.valueOfKey(${m}, ${k})`, mayGiveNull: true }
      return {
        kind: 'call',
        spec,
        args: [child, castTo(key, child.type.keyType)],
        type: child.type.valueType,
        nullable: true,
      }
    }
    throw new AnalysisException(
      'INVALID_EXTRACT_BASE_FIELD_TYPE',
      `Can't extract a value from a "${child.type.sql}". Need a complex type [STRUCT, ARRAY, MAP].`,
      { sqlState: '42000', parameters: { other: `"${child.type.sql}"` }, origin: child.origin },
    )
  }

  #cast(expression: Expression & { kind: 'cast' }): TypedExpression {
    const child = this.analyze(expression.child)
    if (!isCastable(child.type.kind, expression.type.kind)) {
      const sqlExpr = `"${prettyName(expression)}"`
      throw new AnalysisException(
        'DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION',
        `Cannot resolve ${sqlExpr} due to data type mismatch: cannot cast "${child.type.sql}" to "${expression.type.sql}".`,
        {
          sqlState: '42K09',
          parameters: { sqlExpr, srcType: `"${child.type.sql}"`, targetType: `"${expression.type.sql}"` },
          origin: expression.origin,
        },
      )
    }
    return {
      kind: 'cast',
      child,
      type: expression.type,
      nullable: child.nullable || expression.isTry,
      isTry: expression.isTry,
      origin: expression.origin,
    }
  }

  #call(expression: UnresolvedFunction & { readonly origin?: Expression['origin'] }): TypedExpression {
    const { settings, onAggregate } = this.#rules
    const name = expression.name.at(-1)!
    const { origin } = expression
    if (isAggregate(name) && expression.isOperator !== true) {
      if (onAggregate === null) {
        throw new AnalysisException(
          'INVALID_AGGREGATE_FILTER',
          `The aggregate ${prettyName(expression)} cannot stand here.`,
          { sqlState: '42903', origin },
        )
      }
      return onAggregate(this.#aggregate(expression, name))
    }
    const args = expression.args.map((arg) => this.analyze(arg))
    if (name.toLowerCase() === 'struct') {
      const names = expression.args.map((arg, index) => fieldName(arg, index))
      return { kind: 'call', ...structOf(names, args), origin }
    }
    const made = resolveScalar(name, args, settings, origin)
    return { kind: 'call', ...made, origin }
  }

  #aggregate(
    expression: UnresolvedFunction & { readonly origin?: Expression['origin'] },
    name: string,
  ): TypedExpression & { kind: 'aggregate' } {
    const { settings } = this.#rules
    const inner = new ExpressionAnalyzer(this.#scope, { ...this.#rules, onAggregate: null })
    const [first] = expression.args
    const isStar = first?.kind === 'star' && first.target.length === 0 && expression.args.length === 1
    const args = isStar ? [] : expression.args.map((arg) => inner.analyze(arg))
    const made = resolveAggregate(name, args, settings, expression.ignoreNulls ?? false)
    const filter = expression.filter === undefined ? null : inner.analyze(expression.filter)
    const isDistinct = expression.isDistinct === true || made.spec.name === 'collect_set'
    return {
      kind: 'aggregate',
      ...made,
      isDistinct,
      filter,
      ignoresNulls: expression.ignoreNulls ?? false,
      origin: expression.origin,
    }
  }
}

/** The name of a struct's field: that of the column or alias, or `col` and its place. */
function fieldName(expression: Expression, index: number): string {
  if (expression.kind === 'alias') return expression.names[0]!
  if (expression.kind === 'attribute') return expression.name.at(-1)!
  return `col${index + 1}`
}

const NEVER_CAST: Readonly<Partial<Record<string, readonly string[]>>> = {
  date: ['byte', 'short', 'integer', 'long', 'float', 'double', 'decimal', 'boolean', 'binary'],
  binary: [
    'byte',
    'short',
    'integer',
    'long',
    'float',
    'double',
    'decimal',
    'boolean',
    'date',
    'timestamp',
    'timestampNtz',
  ],
}
const NESTED = ['array', 'map', 'struct']

function isCastable(from: string, to: string): boolean {
  if (from === to || from === 'void') return true
  if (NESTED.includes(from)) return to === 'string'
  if (NESTED.includes(to)) return false
  if (to === 'date' && !['string', 'timestamp', 'timestampNtz', 'char', 'varchar'].includes(from)) return false
  return !(NEVER_CAST[from] ?? []).includes(to)
}

export function unsupported(what: string, origin: Expression['origin']): AnalysisException {
  return new AnalysisException('UNSUPPORTED_FEATURE', `The embedded engine does not support ${what} yet.`, {
    sqlState: '0A000',
    origin,
  })
}
