import { IllegalArgumentException } from '../../errors.ts'
import { prettyName } from '../analysis/pretty-name.ts'
import { int64 } from '../functions/runtime/int64.ts'
import { parseDataType } from '../parser/parse.ts'
import { call, type Expression, type SortOrder } from '../plan/expression.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import {
  BooleanType,
  DataType,
  DoubleType,
  IntegerType,
  LongType,
  NullType,
  StringType,
  TimestampType,
} from '../types/data-type.ts'

/** What a column is compared with, or computed from: another column, or a value. */
export type ColumnLike = Column | string | number | boolean | bigint | Date | null

/**
 * An expression over a DataFrame's columns (Spark's `Column`): `col('price').multiply(2).as('twice')`. JavaScript has no operators of one's own, so the operators
 * have the names that Spark's Java API gives them: `plus`, `equalTo`, `gt`, …
 */
export class Column {
  /** @internal */
  readonly expression: Expression

  /** @internal */
  constructor(expression: Expression) {
    this.expression = expression
  }

  #operate(name: string, other: ColumnLike): Column {
    return new Column(call(name, [this.expression, expressionOf(other)], true))
  }
  #is(name: string): Column {
    return new Column(call(name, [this.expression], true))
  }

  plus(other: ColumnLike): Column {
    return this.#operate('+', other)
  }
  minus(other: ColumnLike): Column {
    return this.#operate('-', other)
  }
  multiply(other: ColumnLike): Column {
    return this.#operate('*', other)
  }
  /** Whole numbers give a double; a division by zero is an error (`DIVIDE_BY_ZERO`). */
  divide(other: ColumnLike): Column {
    return this.#operate('/', other)
  }
  /** The remainder, with the sign of this column. */
  mod(other: ColumnLike): Column {
    return this.#operate('%', other)
  }
  /** Null where one side is null; see {@link eqNullSafe}. */
  equalTo(other: ColumnLike): Column {
    return this.#operate('=', other)
  }
  notEqual(other: ColumnLike): Column {
    return new Column(call('not', [this.equalTo(other).expression], true))
  }
  /** Equal, with nulls equal to nulls: never null. */
  eqNullSafe(other: ColumnLike): Column {
    return this.#operate('<=>', other)
  }
  gt(other: ColumnLike): Column {
    return this.#operate('>', other)
  }
  geq(other: ColumnLike): Column {
    return this.#operate('>=', other)
  }
  lt(other: ColumnLike): Column {
    return this.#operate('<', other)
  }
  leq(other: ColumnLike): Column {
    return this.#operate('<=', other)
  }
  and(other: ColumnLike): Column {
    return this.#operate('and', other)
  }
  or(other: ColumnLike): Column {
    return this.#operate('or', other)
  }
  not(): Column {
    return this.#is('not')
  }
  negate(): Column {
    return this.#is('negative')
  }
  isNull(): Column {
    return this.#is('isnull')
  }
  isNotNull(): Column {
    return this.#is('isnotnull')
  }
  isNaN(): Column {
    return new Column(call('isnan', [this.expression]))
  }
  /** Whether the value is one of these. */
  isin(...values: readonly ColumnLike[] | [readonly ColumnLike[]]): Column {
    const all = Array.isArray(values[0]) ? values[0] : (values as readonly ColumnLike[])
    return new Column(call('in', [this.expression, ...all.map(expressionOf)], true))
  }
  /** At least `lower` and at most `upper`. */
  between(lower: ColumnLike, upper: ColumnLike): Column {
    return this.geq(lower).and(this.leq(upper))
  }
  /** Matches a SQL pattern, with `%` and `_`. */
  like(pattern: ColumnLike): Column {
    return this.#operate('like', pattern)
  }
  ilike(pattern: ColumnLike): Column {
    return this.#operate('ilike', pattern)
  }
  /** Has a part that matches a regular expression of Java's. */
  rlike(pattern: ColumnLike): Column {
    return this.#operate('rlike', pattern)
  }
  startsWith(part: ColumnLike): Column {
    return new Column(call('startswith', [this.expression, expressionOf(part)]))
  }
  endsWith(part: ColumnLike): Column {
    return new Column(call('endswith', [this.expression, expressionOf(part)]))
  }
  contains(part: ColumnLike): Column {
    return new Column(call('contains', [this.expression, expressionOf(part)]))
  }
  /** Part of a text: from a position counted from 1. */
  substr(position: ColumnLike, length: ColumnLike): Column {
    return new Column(call('substr', [this.expression, expressionOf(position), expressionOf(length)]))
  }
  /** The element of an array at an index from 0, or the value of a map's key. */
  getItem(key: ColumnLike): Column {
    return new Column({ kind: 'extract', child: this.expression, key: expressionOf(key) })
  }
  /** A field of a struct. */
  getField(name: string): Column {
    return this.getItem(name)
  }

  /** The value as another type: `cast('int')`, `cast(IntegerType)`. A value that cannot be cast is an error; see {@link try_cast}. */
  cast(type: string | DataType): Column {
    return new Column({ kind: 'cast', child: this.expression, type: typeOf(type), isTry: false })
  }
  /** {@link cast} that gives null for a value that cannot be cast. */
  try_cast(type: string | DataType): Column {
    return new Column({ kind: 'cast', child: this.expression, type: typeOf(type), isTry: true })
  }

  /** The column under a name, or a generator's columns under several. */
  as(...names: readonly string[]): Column {
    return new Column({ kind: 'alias', child: this.expression, names })
  }
  alias(...names: readonly string[]): Column {
    return this.as(...names)
  }
  name(name: string): Column {
    return this.as(name)
  }

  /** Ascending, nulls first. */
  asc(): Column {
    return this.#sorted(false, true)
  }
  asc_nulls_first(): Column {
    return this.#sorted(false, true)
  }
  asc_nulls_last(): Column {
    return this.#sorted(false, false)
  }
  /** Descending, nulls last. */
  desc(): Column {
    return this.#sorted(true, false)
  }
  desc_nulls_first(): Column {
    return this.#sorted(true, true)
  }
  desc_nulls_last(): Column {
    return this.#sorted(true, false)
  }
  #sorted(isDescending: boolean, isNullsFirst: boolean): Column {
    return new Column({ kind: 'sortOrder', child: this.expression, isDescending, isNullsFirst })
  }

  /** One more case behind `functions.when`. @throws IllegalArgumentException when the column is no `when`. */
  when(condition: Column, value: ColumnLike): Column {
    return new Column(call('when', [...casesOf(this.expression), condition.expression, expressionOf(value)], true))
  }
  /** What the value is when no case holds; null unless given. @throws IllegalArgumentException when the column is no `when`. */
  otherwise(value: ColumnLike): Column {
    return new Column(call('when', [...casesOf(this.expression), expressionOf(value)], true))
  }

  /** As Spark prints it: the name that the column has in a result. */
  toString(): string {
    return prettyName(this.expression)
  }
}

function casesOf(expression: Expression): readonly Expression[] {
  const isCase = expression.kind === 'function' && expression.name[0] === 'when' && expression.args.length % 2 === 0
  if (isCase) return expression.args
  throw new IllegalArgumentException(
    'ILLEGAL_ARGUMENT',
    'when() and otherwise() can only be applied on a Column previously generated by when(), and before otherwise()',
  )
}

const typeOf = (type: string | DataType): DataType => (type instanceof DataType ? type : parseDataType(type))

/** A column's expression; of a value, its literal. */
export function expressionOf(value: ColumnLike): Expression {
  return value instanceof Column ? value.expression : literal(value)
}

/** A literal of a JavaScript value: whole numbers are integers or longs, other numbers doubles, a Date a timestamp. @throws IllegalArgumentException for other values. */
export function literal(value: unknown): Expression {
  const made = (type: DataType, own: SqlValue): Expression => ({ kind: 'literal', type, value: own })
  switch (typeof value) {
    case 'string':
      return made(StringType, value)
    case 'boolean':
      return made(BooleanType, value)
    case 'bigint':
      return made(LongType, int64(value))
    case 'number':
      if (Number.isInteger(value) && !Object.is(value, -0)) {
        if (value === (value | 0)) return made(IntegerType, value)
        if (Number.isSafeInteger(value)) return made(LongType, value)
      }
      return made(DoubleType, value)
  }
  if (value === null || value === undefined) return made(NullType, null)
  if (value instanceof Date) return made(TimestampType, value.getTime() * 1000)
  if (value instanceof Column) return value.expression
  throw new IllegalArgumentException(
    'UNSUPPORTED_FEATURE.LITERAL_TYPE',
    `no literal of SQL can be made of ${String(value)}: give a text, number, bigint, boolean, Date or null`,
  )
}

/** A name as `select('a')` takes it: a column, a star, a field. */
export function namedColumn(name: string): Expression {
  if (name === '*') return { kind: 'star', target: [] }
  if (name.endsWith('.*')) return { kind: 'star', target: partsOf(name.slice(0, -2)) }
  return { kind: 'attribute', name: partsOf(name) }
}

/** Names with points between them; a part in back quotes may have points of its own. */
function partsOf(name: string): string[] {
  return [...name.matchAll(/`((?:[^`]|``)*)`|([^.`]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('``', '`') ?? plain!,
  )
}

/** What `orderBy` sorts by: a column that says no order is ascending, nulls first. */
export function sortOrderOf(column: Column | string): SortOrder {
  const expression = typeof column === 'string' ? namedColumn(column) : column.expression
  return expression.kind === 'sortOrder'
    ? expression
    : { kind: 'sortOrder', child: expression, isDescending: false, isNullsFirst: true }
}
