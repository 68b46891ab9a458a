import type { RDD } from '../../rdd/rdd.ts'
import type { JoinType } from '../plan/relation.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import type { AggregateCall, TypedExpression } from '../plan/typed-expression.ts'
import type { DataType, FieldMetadata } from '../types/data-type.ts'

/** A column of a plan's output. Its id is unique in the query. */
export interface Attribute {
  readonly id: number
  readonly name: string
  readonly type: DataType
  readonly nullable: boolean
  /** The table, or its alias, that the column is of. */
  readonly qualifier: readonly string[]
  readonly metadata?: FieldMetadata
}

/** A query whose names and types are known. Plans are plain objects and share parts. */
export type LogicalPlan =
  | LocalRows
  | RddRows
  | NumberRange
  | ProjectPlan
  | FilterPlan
  | JoinPlan
  | AggregatePlan
  | SortPlan
  | LimitPlan
  | UnionPlan
  | RepartitionPlan

interface Plan {
  readonly output: readonly Attribute[]
}

/** Rows of the driver. */
export interface LocalRows extends Plan {
  readonly kind: 'localRows'
  readonly rows: readonly (readonly SqlValue[])[]
}

/** Rows of an RDD, each an array of values. */
export interface RddRows extends Plan {
  readonly kind: 'rddRows'
  readonly rdd: RDD<readonly SqlValue[]>
}

export interface NumberRange extends Plan {
  readonly kind: 'range'
  readonly start: bigint
  readonly end: bigint
  readonly step: bigint
  readonly partitions: number | null
}

/** A column that is computed: `id` is that of the output. */
export interface ComputedColumn {
  readonly id: number
  readonly expression: TypedExpression
}

export interface ProjectPlan extends Plan {
  readonly kind: 'project'
  readonly input: LogicalPlan
  readonly columns: readonly ComputedColumn[]
}

export interface FilterPlan extends Plan {
  readonly kind: 'filter'
  readonly input: LogicalPlan
  readonly condition: TypedExpression
}

export interface JoinPlan extends Plan {
  readonly kind: 'join'
  readonly left: LogicalPlan
  readonly right: LogicalPlan
  readonly type: JoinType
  readonly condition: TypedExpression | null
}

/** One row for each group; the output is the keys and then the aggregates. */
export interface AggregatePlan extends Plan {
  readonly kind: 'aggregate'
  readonly input: LogicalPlan
  readonly keys: readonly ComputedColumn[]
  readonly aggregates: readonly { readonly id: number; readonly call: AggregateCall }[]
}

export interface SortKey {
  readonly expression: TypedExpression
  readonly isDescending: boolean
  readonly isNullsFirst: boolean
}

export interface SortPlan extends Plan {
  readonly kind: 'sort'
  readonly input: LogicalPlan
  readonly order: readonly SortKey[]
  readonly isGlobal: boolean
}

export interface LimitPlan extends Plan {
  readonly kind: 'limit'
  readonly input: LogicalPlan
  /** Null for all rows behind the offset. */
  readonly limit: number | null
  readonly offset: number
}

/** The rows of all inputs, whose columns have the same types in the same order. */
export interface UnionPlan extends Plan {
  readonly kind: 'union'
  readonly inputs: readonly LogicalPlan[]
}

export interface RepartitionPlan extends Plan {
  readonly kind: 'repartition'
  readonly input: LogicalPlan
  readonly partitions: number | null
  /** Rows with the same values go to the same partition; none for rows dealt out one by one. */
  readonly keys: readonly TypedExpression[]
}
