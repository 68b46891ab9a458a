import type { StructType } from '../types/data-type.ts'
import type { Expression, SortOrder } from './expression.ts'
import type { Origin } from './origin.ts'
import type { SqlValue } from './sql-value.ts'

/**
 * A query before names and types are known: what the parser and DataFrames build. The kinds and their fields follow the messages of Spark Connect's `Relation`;
 * those that only SQL text can say (`generate`, `with`, `tableFunction`) go to Spark as text.
 */
export type Relation = (
  | RddRelation
  | ScopedRelation
  | NamedTable
  | DataSource
  | SqlQuery
  | LocalRelation
  | ValuesTable
  | RangeRelation
  | OneRow
  | Project
  | Filter
  | Join
  | SetOperation
  | Sort
  | Limit
  | Offset
  | Tail
  | Aggregate
  | SubqueryAlias
  | With
  | Sample
  | Deduplicate
  | Repartition
  | RepartitionByExpression
  | Hint
  | Unpivot
  | Generate
  | TableFunction
  | WithColumns
  | WithColumnsRenamed
  | Drop
  | ToDF
  | ToSchema
) & {
  /** The number by which `df.col('a')` refers to the relation. */
  readonly planId?: number
  readonly origin?: Origin | undefined
}

/** The records of an RDD. */
export interface RddRelation {
  readonly kind: 'rdd'
  /** The `RDD`, which the engine alone knows. */
  readonly rdd: object
  /** Null where the records say it: the first ones are looked at. */
  readonly schema: StructType | null
  /** The columns' names, where the program gives them. */
  readonly names: readonly string[]
}

/** A query with the views that there were when it was made. */
export interface ScopedRelation {
  readonly kind: 'scoped'
  readonly input: Relation
  /** By name in lower case. */
  readonly views: ReadonlyMap<string, Relation>
}

/** A table or view of the catalog, or a CTE. */
export interface NamedTable {
  readonly kind: 'table'
  readonly name: readonly string[]
  readonly options: Readonly<Record<string, string>>
  readonly isStreaming?: boolean
}

/** Files, or another source, read by a format. */
export interface DataSource {
  readonly kind: 'dataSource'
  readonly format: string
  readonly schema: StructType | null
  readonly options: Readonly<Record<string, string>>
  readonly paths: readonly string[]
  readonly isStreaming?: boolean
}

/** SQL text, with values for its parameters. */
export interface SqlQuery {
  readonly kind: 'sql'
  readonly text: string
  readonly args: Readonly<Record<string, Expression>> | readonly Expression[]
}

/** Rows of the driver. */
export interface LocalRelation {
  readonly kind: 'local'
  readonly schema: StructType
  readonly rows: readonly (readonly SqlValue[])[]
}

/** `VALUES (…), (…)`: rows of expressions. Columns are `col1`, `col2`, … */
export interface ValuesTable {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
}

/** Numbers from `start` to below `end`; a column `id`. */
export interface RangeRelation {
  readonly kind: 'range'
  readonly start: bigint
  readonly end: bigint
  readonly step: bigint
  readonly partitions: number | null
}

/** One row without columns: what `SELECT 1` reads. */
export interface OneRow {
  readonly kind: 'oneRow'
}

export interface Project {
  readonly kind: 'project'
  readonly input: Relation
  readonly expressions: readonly Expression[]
}

export interface Filter {
  readonly kind: 'filter'
  readonly input: Relation
  readonly condition: Expression
  /** Whether the condition is that of `QUALIFY`, which sees window functions and the columns of the select list below it. */
  readonly isQualify?: boolean
}

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'leftSemi' | 'leftAnti' | 'cross'

export interface Join {
  readonly kind: 'join'
  readonly left: Relation
  readonly right: Relation
  readonly type: JoinType
  readonly condition: Expression | null
  /** Columns that both sides have, which the result has once. `natural` means all that both have. */
  readonly using: readonly string[] | 'natural'
  /** Whether the right side sees the columns of the left one. */
  readonly isLateral: boolean
}

export interface SetOperation {
  readonly kind: 'setOperation'
  readonly left: Relation
  readonly right: Relation
  readonly type: 'union' | 'intersect' | 'except'
  readonly isAll: boolean
  readonly isByName: boolean
  /** Whether columns that one side has not are null there. */
  readonly allowsMissingColumns: boolean
}

export interface Sort {
  readonly kind: 'sort'
  readonly input: Relation
  readonly order: readonly SortOrder[]
  /** Over all partitions, or within each. */
  readonly isGlobal: boolean
}

export interface Limit {
  readonly kind: 'limit'
  readonly input: Relation
  readonly limit: Expression
}

export interface Offset {
  readonly kind: 'offset'
  readonly input: Relation
  readonly offset: Expression
}

export interface Tail {
  readonly kind: 'tail'
  readonly input: Relation
  readonly limit: Expression
}

/** How rows are grouped. `pivot` has its values, or null for those that there are. */
export type GroupingKind =
  | { readonly kind: 'groupBy' | 'rollup' | 'cube' }
  | { readonly kind: 'groupingSets'; readonly sets: readonly (readonly Expression[])[] }
  | { readonly kind: 'pivot'; readonly column: Expression; readonly values: readonly Expression[] | null }

export interface Aggregate {
  readonly kind: 'aggregate'
  readonly input: Relation
  readonly grouping: GroupingKind
  readonly groupBy: readonly Expression[]
  /** The columns of the result. Of DataFrame calls the grouping columns come before them. */
  readonly aggregates: readonly Expression[]
  /** Whether the result begins with the grouping columns (DataFrames), or has what `aggregates` says (SQL). */
  readonly hasGroupingColumns: boolean
  readonly having?: Expression
}

export interface SubqueryAlias {
  readonly kind: 'alias'
  readonly input: Relation
  readonly name: readonly string[]
  /** New names of the columns; empty for the old ones. */
  readonly columns: readonly string[]
}

/** Queries under names, for the query behind them (`WITH`). */
export interface With {
  readonly kind: 'with'
  readonly ctes: readonly CommonTable[]
  readonly input: Relation
  readonly isRecursive: boolean
}

export interface CommonTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly query: Relation
  readonly maxRecursion?: Expression
}

export interface Sample {
  readonly kind: 'sample'
  readonly input: Relation
  readonly lower: number
  readonly upper: number
  readonly withReplacement: boolean
  readonly seed: bigint | null
}

export interface Deduplicate {
  readonly kind: 'deduplicate'
  readonly input: Relation
  /** Empty for all columns. */
  readonly columns: readonly string[]
  readonly isWithinWatermark: boolean
}

export interface Repartition {
  readonly kind: 'repartition'
  readonly input: Relation
  readonly partitions: number
  readonly isShuffling: boolean
}

export interface RepartitionByExpression {
  readonly kind: 'repartitionBy'
  readonly input: Relation
  readonly expressions: readonly Expression[]
  readonly partitions: number | null
}

export interface Hint {
  readonly kind: 'hint'
  readonly input: Relation
  readonly name: string
  readonly parameters: readonly Expression[]
}

export interface Unpivot {
  readonly kind: 'unpivot'
  readonly input: Relation
  /** Null for all columns that are not values. */
  readonly ids: readonly Expression[] | null
  /** Sets of columns, each with the name it has in the variable column; null for all columns that are not ids. */
  readonly values: readonly { readonly columns: readonly Expression[]; readonly alias: string | null }[] | null
  readonly variableName: string
  readonly valueNames: readonly string[]
  readonly includesNulls: boolean
}

/** The rows that a generator makes of each row: `LATERAL VIEW`. */
export interface Generate {
  readonly kind: 'generate'
  readonly input: Relation
  readonly generator: Expression
  /** Whether a row of which nothing is made stays, with nulls. */
  readonly isOuter: boolean
  readonly qualifier: string
  readonly columns: readonly string[]
}

/** A function that gives rows: `range(10)`, `explode(array(1))` behind `FROM`. */
export interface TableFunction {
  readonly kind: 'tableFunction'
  readonly name: readonly string[]
  readonly args: readonly Expression[]
}

export interface WithColumns {
  readonly kind: 'withColumns'
  readonly input: Relation
  readonly columns: readonly { readonly name: string; readonly value: Expression }[]
}

export interface WithColumnsRenamed {
  readonly kind: 'withColumnsRenamed'
  readonly input: Relation
  readonly renames: readonly { readonly from: string; readonly to: string }[]
}

export interface Drop {
  readonly kind: 'drop'
  readonly input: Relation
  readonly columns: readonly Expression[]
  readonly names: readonly string[]
}

export interface ToDF {
  readonly kind: 'toDF'
  readonly input: Relation
  readonly names: readonly string[]
}

export interface ToSchema {
  readonly kind: 'toSchema'
  readonly input: Relation
  readonly schema: StructType
}
