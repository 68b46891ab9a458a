import { AnalysisException } from '../errors.ts'
import { castTo } from '../functions/signature.ts'
import type { Expression, SortOrder } from '../plan/expression.ts'
import type { JoinType, Relation } from '../plan/relation.ts'
import type { TypedExpression } from '../plan/typed-expression.ts'
import type { DataType } from '../types/data-type.ts'
import type { AggregatePlan, Attribute, ComputedColumn, LogicalPlan, ProjectPlan } from './logical-plan.ts'
import { prettyName } from './pretty-name.ts'

let lastId = 0
/** An id that no other column of this process has. */
export function newId(): number {
  return ++lastId
}

export function attribute(name: string, type: DataType, nullable: boolean): Attribute {
  return { id: newId(), name, type, nullable, qualifier: [] }
}

export function reference({ id, name, type, nullable }: Attribute): TypedExpression {
  return { kind: 'column', id, name, type, nullable }
}

/** A column by its name, for an expression whose names are found again. */
export function columnName({ qualifier, name }: Attribute): Expression {
  return { kind: 'attribute', name: [...qualifier, name] }
}

/** The column that an item of a select list gives: a plain column keeps its id. */
export function itemOutput(item: Expression, expression: TypedExpression): Attribute {
  const { type, nullable } = expression
  const isPlain = item.kind === 'attribute' && expression.kind === 'column'
  const id = isPlain ? expression.id : newId()
  return { id, name: prettyName(item), type, nullable, qualifier: [] }
}

/** One row for each combination of values. */
export function distinctRows(input: LogicalPlan): AggregatePlan {
  const keys = input.output.map((one) => ({ id: one.id, expression: reference(one) }))
  return { kind: 'aggregate', input, keys, aggregates: [], output: input.output }
}

/** The plan with its columns cast to these types. */
export function withTypes(plan: LogicalPlan, types: readonly DataType[]): LogicalPlan {
  if (plan.output.every(({ type }, index) => type.equals(types[index]!))) return plan
  const output = plan.output.map((one, index) =>
    one.type.equals(types[index]!) ? one : { ...one, id: newId(), type: types[index]! },
  )
  const columns = output.map(({ id, type }, index) => ({
    id,
    expression: castTo(reference(plan.output[index]!), type),
  }))
  return { kind: 'project', input: plan, columns, output }
}

/** The columns of a plan in the order that another one has their names in. */
export function byName(plan: LogicalPlan, like: LogicalPlan, origin: Relation['origin']): LogicalPlan {
  const output = like.output.map((wanted) => {
    const found = plan.output.find(({ name }) => name.toLowerCase() === wanted.name.toLowerCase())
    if (found !== undefined) return found
    throw new AnalysisException(
      'UNRESOLVED_COLUMN_AMONG_FIELD_NAMES',
      `Cannot resolve column name "${wanted.name}" among (${plan.output.map(({ name }) => name).join(', ')}).`,
      { sqlState: '42703', origin },
    )
  })
  return {
    kind: 'project',
    input: plan,
    columns: output.map((one) => ({ id: one.id, expression: reference(one) })),
    output,
  }
}

export function joinOutput(left: readonly Attribute[], right: readonly Attribute[], type: JoinType): Attribute[] {
  const optional = (all: readonly Attribute[]) => all.map((one) => ({ ...one, nullable: true }))
  const a = type === 'right' || type === 'full' ? optional(left) : left
  const b = type === 'left' || type === 'full' ? optional(right) : right
  return [...a, ...b]
}

export function commonNames(left: LogicalPlan, right: LogicalPlan): string[] {
  const names = new Set(right.output.map(({ name }) => name.toLowerCase()))
  return left.output.filter(({ name }) => names.has(name.toLowerCase())).map(({ name }) => name)
}

export function isOrderByAll({ child }: SortOrder, input: LogicalPlan): boolean {
  if (child.kind !== 'attribute' || child.name.length !== 1 || child.name[0]!.toUpperCase() !== 'ALL') return false
  return !input.output.some(({ name }) => name.toLowerCase() === 'all')
}

/** The column that an expression is, or will be: one of the projection, or one more that {@link widen} adds. */
export function keep(expression: TypedExpression, project: ProjectPlan, missing: ComputedColumn[]): TypedExpression {
  const known = [...project.columns, ...missing].find((column) => column.expression === expression)
  if (known !== undefined)
    return { kind: 'column', id: known.id, name: '', type: expression.type, nullable: expression.nullable }
  const id = newId()
  missing.push({ id, expression })
  return { kind: 'column', id, name: '', type: expression.type, nullable: expression.nullable }
}

/** The projection with more columns. */
export function widen(project: ProjectPlan, missing: readonly ComputedColumn[]): ProjectPlan {
  const more = missing.map(
    ({ id, expression }): Attribute => ({
      id,
      name: '',
      type: expression.type,
      nullable: expression.nullable,
      qualifier: [],
    }),
  )
  return { ...project, columns: [...project.columns, ...missing], output: [...project.output, ...more] }
}
