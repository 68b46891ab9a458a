import type { DataType } from '../types/data-type.ts'
import type { SqlSettings } from './scalar-spec.ts'
import type { TypedExpression } from './typed-expression.ts'

/**
 * A function of a group's values, as operations on a group's state. The state is plain data, so that states of parts of a group can travel to be merged. The
 * functions run on workers.
 */
export interface AggregateFunction<S = unknown> {
  /** The state of a group without rows. */
  create(): S
  /** The state with one more row's arguments, nulls among them; may change and return the old one. */
  update(state: S, args: readonly unknown[]): S
  merge(a: S, b: S): S
  finish(state: S): unknown
}

/** An aggregate by name. */
export interface AggregateSpec {
  readonly name: string
  /** The module-level name of {@link AggregateFunction}s' makers, by which workers find it: see `functions/aggregate-functions.ts`. */
  readonly maker: string
  /** What the maker is given beside the types. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** What makes an aggregate for arguments of certain types. */
export type AggregateMaker = (
  types: AggregateTypes,
  settings: SqlSettings,
  options: Readonly<Record<string, unknown>>,
) => AggregateFunction

export interface AggregateTypes {
  readonly args: readonly DataType[]
  readonly result: DataType
}

/** A call that fits the aggregate. */
export interface ResolvedAggregate {
  readonly spec: AggregateSpec
  readonly args: readonly TypedExpression[]
  readonly type: DataType
  readonly nullable: boolean
}
