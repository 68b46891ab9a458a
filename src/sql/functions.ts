import { Column, type ColumnLike, expressionOf, literal, namedColumn } from './dataframe/column.ts'
import { parseExpression } from './parser/parse.ts'
import { call, type Expression } from './plan/expression.ts'

/** A column by its name, or a column as it is. */
export type ColumnOrName = Column | string

const named = (column: ColumnOrName): Expression =>
  typeof column === 'string' ? namedColumn(column) : column.expression
const of = (name: string, ...args: readonly ColumnOrName[]): Column => new Column(call(name, args.map(named)))
const withValues = (name: string, column: ColumnOrName, ...values: readonly ColumnLike[]): Column =>
  new Column(call(name, [named(column), ...values.map(expressionOf)]))

/** A column by its name: `col('word')`, `col('t.word')`, `col('*')`. */
export const col = (name: string): Column => new Column(namedColumn(name))
export const column = col
/** A column with the same value in each row. */
export const lit = (value: unknown): Column => new Column(literal(value))
/** A column that SQL text says: `expr('n * 2')`. */
export const expr = (text: string): Column => new Column(parseExpression(text))
/** The call of a function by its name in SQL. */
export const call_function = (name: string, ...columns: readonly ColumnOrName[]): Column => of(name, ...columns)

/** The number of rows in which the column is not null; `count('*')` of all rows. */
export const count = (column: ColumnOrName): Column => of('count', column)
export const countDistinct = (...columns: readonly [ColumnOrName, ...ColumnOrName[]]): Column =>
  new Column({ ...call('count', columns.map(named)), isDistinct: true })
export const count_distinct = countDistinct
export const sum = (column: ColumnOrName): Column => of('sum', column)
export const sum_distinct = (column: ColumnOrName): Column =>
  new Column({ ...call('sum', [named(column)]), isDistinct: true })
export const avg = (column: ColumnOrName): Column => of('avg', column)
export const mean = avg
export const min = (column: ColumnOrName): Column => of('min', column)
export const max = (column: ColumnOrName): Column => of('max', column)
export const min_by = (value: ColumnOrName, by: ColumnOrName): Column => of('min_by', value, by)
export const max_by = (value: ColumnOrName, by: ColumnOrName): Column => of('max_by', value, by)
export const first = (column: ColumnOrName, ignoreNulls = false): Column =>
  new Column({ ...call('first', [named(column)]), ignoreNulls })
export const last = (column: ColumnOrName, ignoreNulls = false): Column =>
  new Column({ ...call('last', [named(column)]), ignoreNulls })
export const collect_list = (column: ColumnOrName): Column => of('collect_list', column)
export const collect_set = (column: ColumnOrName): Column => of('collect_set', column)
export const stddev = (column: ColumnOrName): Column => of('stddev', column)
export const variance = (column: ColumnOrName): Column => of('variance', column)

export const asc = (name: string): Column => col(name).asc()
export const desc = (name: string): Column => col(name).desc()

/** The value where a condition holds; further cases by `Column.when`, the rest by `Column.otherwise`. */
export const when = (condition: Column, value: ColumnLike): Column =>
  new Column(call('when', [condition.expression, expressionOf(value)], true))
export const coalesce = (...columns: readonly ColumnOrName[]): Column => of('coalesce', ...columns)
export const isnull = (column: ColumnOrName): Column => of('isnull', column)
export const not = (column: Column): Column => column.not()

export const upper = (column: ColumnOrName): Column => of('upper', column)
export const lower = (column: ColumnOrName): Column => of('lower', column)
export const initcap = (column: ColumnOrName): Column => of('initcap', column)
export const length = (column: ColumnOrName): Column => of('length', column)
export const trim = (column: ColumnOrName): Column => of('trim', column)
export const ltrim = (column: ColumnOrName): Column => of('ltrim', column)
export const rtrim = (column: ColumnOrName): Column => of('rtrim', column)
export const reverse = (column: ColumnOrName): Column => of('reverse', column)
export const concat = (...columns: readonly ColumnOrName[]): Column => of('concat', ...columns)
export const concat_ws = (separator: string, ...columns: readonly ColumnOrName[]): Column =>
  new Column(call('concat_ws', [literal(separator), ...columns.map(named)]))
export const substring = (column: ColumnOrName, position: ColumnLike, length: ColumnLike): Column =>
  withValues('substring', column, position, length)
export const split = (column: ColumnOrName, pattern: string, limit = -1): Column =>
  withValues('split', column, pattern, limit)
export const lpad = (column: ColumnOrName, length: number, pad: string): Column =>
  withValues('lpad', column, length, pad)
export const rpad = (column: ColumnOrName, length: number, pad: string): Column =>
  withValues('rpad', column, length, pad)
export const instr = (column: ColumnOrName, part: string): Column => withValues('instr', column, part)
export const abs = (column: ColumnOrName): Column => of('abs', column)
export const sqrt = (column: ColumnOrName): Column => of('sqrt', column)
export const exp = (column: ColumnOrName): Column => of('exp', column)
export const pow = (base: ColumnOrName, exponent: ColumnLike): Column => withValues('pow', base, exponent)
export const array = (...columns: readonly ColumnOrName[]): Column => of('array', ...columns)
export const struct = (...columns: readonly ColumnOrName[]): Column => of('struct', ...columns)
export const size = (column: ColumnOrName): Column => of('size', column)
