import { AnalysisException } from '../errors.ts'
import { isAggregate } from '../functions/registry.ts'
import { castTo } from '../functions/signature.ts'
import { parseQuery } from '../parser/parse.ts'
import type { Expression, SortOrder } from '../plan/expression.ts'
import { childrenOf } from '../plan/map-expression.ts'
import type * as rel from '../plan/relation.ts'
import type { Relation } from '../plan/relation.ts'
import type { SqlSettings } from '../plan/scalar-spec.ts'
import type { SqlValue } from '../plan/sql-value.ts'
import type { AggregateCall, TypedExpression } from '../plan/typed-expression.ts'
import { BooleanType, LongType as LONG } from '../types/data-type.ts'
import { quoteName } from '../types/identifiers.ts'
import { analyzeAnd, coalesced, equality, nullSafeEqual } from './calls.ts'
import { commonType, widerType } from './coercion.ts'
import { ExpressionAnalyzer, unsupported } from './expression-analyzer.ts'
import { Grouping } from './grouping.ts'
import type { AggregatePlan, Attribute, ComputedColumn, LogicalPlan, ProjectPlan, SortKey } from './logical-plan.ts'
import {
  attribute,
  byName,
  columnName,
  commonNames,
  distinctRows,
  isOrderByAll,
  itemOutput,
  joinOutput,
  keep,
  newId,
  reference,
  widen,
  withTypes,
} from './plan-parts.ts'
import { prettyName } from './pretty-name.ts'
import { Scope, unresolvedColumn } from './scope.ts'

/** What a query may name beside what it says itself. */
export interface AnalysisContext {
  readonly settings: SqlSettings
  /** The rows of an RDD, whose schema is known by now. */
  rdd(relation: rel.RddRelation): LogicalPlan
  /** Computes an expression without columns. */
  evaluate(expression: TypedExpression): SqlValue
}

/** CTEs by name in lower case. */
type CommonTables = ReadonlyMap<string, Relation & { readonly tables?: CommonTables }>
const NO_TABLES: CommonTables = new Map()

/** Gives a query's names their columns and its expressions their types, by Spark's rules. */
export class Analyzer {
  readonly #context: AnalysisContext

  constructor(context: AnalysisContext) {
    this.#context = context
  }

  /** @throws AnalysisException for what does not fit. */
  analyze(relation: Relation): LogicalPlan {
    return this.#analyze(relation, NO_TABLES)
  }

  #analyze(relation: Relation, tables: CommonTables): LogicalPlan {
    switch (relation.kind) {
      case 'rdd':
        return this.#context.rdd(relation)
      case 'scoped':
        return this.#analyze(relation.input, new Map(relation.views))
      case 'oneRow':
        return { kind: 'localRows', output: [], rows: [[]] }
      case 'local': {
        const output = relation.schema.fields.map(({ name, dataType, nullable }) => attribute(name, dataType, nullable))
        return { kind: 'localRows', output, rows: relation.rows }
      }
      case 'sql':
        return this.#analyze(parseQuery(relation.text), tables)
      case 'table':
        return this.#table(relation, tables)
      case 'values':
        return this.#values(relation)
      case 'range': {
        const { start, end, step, partitions } = relation
        return { kind: 'range', output: [attribute('id', LONG, false)], start, end, step, partitions }
      }
      case 'tableFunction':
        return this.#tableFunction(relation)
      case 'project':
        return this.#project(relation, tables)
      case 'filter':
        return this.#filter(relation, tables)
      case 'aggregate':
        return this.#aggregateRelation(relation, tables)
      case 'join':
        return this.#join(relation, tables)
      case 'setOperation':
        return this.#setOperation(relation, tables)
      case 'sort':
        return this.#sort(relation, tables)
      case 'limit':
        return this.#limit(relation, tables)
      case 'offset': {
        const input = this.#analyze(relation.input, tables)
        return {
          kind: 'limit',
          input,
          output: input.output,
          limit: null,
          offset: this.#count(relation.offset, 'OFFSET'),
        }
      }
      case 'alias':
        return this.#alias(relation, tables)
      case 'with':
        return this.#with(relation, tables)
      case 'deduplicate':
        return this.#deduplicate(relation, tables)
      case 'hint':
        return this.#analyze(relation.input, tables)
      case 'withColumns':
        return this.#withColumns(relation, tables)
      case 'withColumnsRenamed':
        return this.#renamed(relation, tables)
      case 'drop':
        return this.#drop(relation, tables)
      case 'toDF':
        return this.#toDF(relation, tables)
      case 'repartition': {
        const input = this.#analyze(relation.input, tables)
        return { kind: 'repartition', input, output: input.output, partitions: relation.partitions, keys: [] }
      }
      case 'repartitionBy': {
        const input = this.#analyze(relation.input, tables)
        const keys = relation.expressions.map((one) => this.#expressions(input).analyze(one))
        return { kind: 'repartition', input, output: input.output, partitions: relation.partitions, keys }
      }
      default:
        throw unsupported(`this clause (${relation.kind})`, relation.origin)
    }
  }

  #expressions(
    input: LogicalPlan,
    onAggregate: ((call: AggregateCall) => TypedExpression) | null = null,
  ): ExpressionAnalyzer {
    return new ExpressionAnalyzer(new Scope(input.output), { settings: this.#context.settings, onAggregate })
  }

  #table({ name, origin }: rel.NamedTable & Relation, tables: CommonTables): LogicalPlan {
    const common = name.length === 1 ? tables.get(name[0]!.toLowerCase()) : undefined
    if (common === undefined) {
      throw new AnalysisException(
        'TABLE_OR_VIEW_NOT_FOUND',
        `The table or view ${quoteName(name)} cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS.`,
        { sqlState: '42P01', parameters: { relationName: quoteName(name) }, origin },
      )
    }
    return this.#named(this.#analyze(common, common.tables ?? NO_TABLES), name)
  }

  /** The plan with its columns under a table's name, and with ids of their own, so that a table may come twice in a query. */
  #named(input: LogicalPlan, qualifier: readonly string[], names: readonly string[] = []): ProjectPlan {
    const output = input.output.map((one, index) => ({
      ...one,
      id: newId(),
      name: names[index] ?? one.name,
      qualifier,
    }))
    const columns = output.map(({ id }, index) => ({ id, expression: reference(input.output[index]!) }))
    return { kind: 'project', input, columns, output }
  }

  #values({ rows, origin }: rel.ValuesTable & Relation): LogicalPlan {
    const analyzer = this.#expressions({ kind: 'localRows', output: [], rows: [] })
    const width = rows[0]!.length
    const typed = rows.map((row) => {
      if (row.length !== width) {
        throw new AnalysisException(
          'INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH',
          `Invalid inline table. Inline table expected ${width} columns but found ${row.length} columns in row ${rows.indexOf(row)}.`,
          { sqlState: '42000', origin },
        )
      }
      return row.map((one) => analyzer.analyze(one))
    })
    const output = Array.from({ length: width }, (_, column) => {
      const cells = typed.map((row) => row[column]!)
      const type = commonType(cells.map((cell) => cell.type))
      if (type === null)
        throw new AnalysisException(
          'INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE',
          `Invalid inline table. Found incompatible types in the column \`col${column + 1}\` for inline table.`,
          { sqlState: '42000', origin },
        )
      return attribute(
        `col${column + 1}`,
        type,
        cells.some(({ nullable }) => nullable),
      )
    })
    const values = typed.map((row) =>
      row.map((cell, column) => this.#context.evaluate(castTo(cell, output[column]!.type))),
    )
    return { kind: 'localRows', output, rows: values }
  }

  #tableFunction({ name, args, origin }: rel.TableFunction & Relation): LogicalPlan {
    if (name.at(-1)!.toLowerCase() !== 'range') throw unsupported(`the table function ${name.join('.')}`, origin)
    const analyzer = this.#expressions({ kind: 'localRows', output: [], rows: [] })
    const values = args.map((arg) => BigInt(this.#context.evaluate(castTo(analyzer.analyze(arg), LONG)) as number))
    const [start, end] = values.length === 1 ? [0n, values[0]!] : [values[0]!, values[1]!]
    const partitions = values[3] === undefined ? null : Number(values[3])
    return { kind: 'range', output: [attribute('id', LONG, false)], start, end, step: values[2] ?? 1n, partitions }
  }

  /** The expressions of a select list with its stars taken apart. */
  #expand(expressions: readonly Expression[], input: LogicalPlan): (Expression | Attribute)[] {
    const scope = new Scope(input.output)
    return expressions.flatMap((one): (Expression | Attribute)[] => {
      if (one.kind !== 'star') return [one]
      const columns = scope.star(one.target)
      if (columns === null) {
        throw new AnalysisException(
          'CANNOT_RESOLVE_STAR_EXPAND',
          `Cannot resolve ${quoteName(one.target)}.* given input columns ${input.output.map(({ name }) => `\`${name}\``).join(', ')}.`,
          { sqlState: '42704', origin: one.origin },
        )
      }
      const except = new Set(
        (one.except ?? []).map((name) => {
          const found = scope.find({ kind: 'attribute', name })
          if (found === null) throw unresolvedColumn(name, scope, one.origin)
          return found.attribute.id
        }),
      )
      return columns.filter(({ id }) => !except.has(id))
    })
  }

  #project(relation: rel.Project & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation.input, tables)
    if (relation.expressions.some(hasAggregate)) {
      return this.#aggregateOver(input, {
        groupBy: [],
        expressions: relation.expressions,
        having: null,
        hasGroupingColumns: false,
      })
    }
    return this.#projection(input, this.#expand(relation.expressions, input))
  }

  #projection(input: LogicalPlan, items: readonly (Expression | Attribute)[]): ProjectPlan {
    const aliases = new Map<string, TypedExpression>()
    // A column of the input goes before an alias that stands earlier in the list.
    const fallback = (name: readonly string[]) =>
      name.length === 1 ? (aliases.get(name[0]!.toLowerCase()) ?? null) : null
    const analyzer = new ExpressionAnalyzer(new Scope(input.output), {
      settings: this.#context.settings,
      onAggregate: null,
      fallback,
    })
    const columns: ComputedColumn[] = []
    const output: Attribute[] = []
    for (const item of items) {
      if ('qualifier' in item) {
        columns.push({ id: item.id, expression: reference(item) })
        output.push(item)
        continue
      }
      const expression = analyzer.analyze(item)
      const made = itemOutput(item, expression)
      columns.push({ id: made.id, expression })
      output.push(made)
      if (item.kind === 'alias') aliases.set(made.name.toLowerCase(), expression)
    }
    return { kind: 'project', input, columns, output }
  }

  #filter({ input: relation, condition, isQualify }: rel.Filter & Relation, tables: CommonTables): LogicalPlan {
    if (isQualify === true) throw unsupported('QUALIFY', condition.origin)
    const input = this.#analyze(relation, tables)
    return { kind: 'filter', input, output: input.output, condition: this.#condition(input, condition) }
  }

  #condition(input: LogicalPlan, condition: Expression): TypedExpression {
    const typed = this.#expressions(input).analyze(condition)
    if (typed.type === BooleanType) return typed
    if (typed.type.kind === 'void' || typed.type.kind === 'string') return castTo(typed, BooleanType)
    const filter = `"${prettyName(condition)}"`
    throw new AnalysisException(
      'DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN',
      `Cannot resolve ${filter} due to data type mismatch: Filter expression ${filter} of type "${typed.type.sql}" is not a boolean.`,
      {
        sqlState: '42K09',
        parameters: { sqlExpr: filter, filter, type: `"${typed.type.sql}"` },
        origin: condition.origin,
      },
    )
  }

  #aggregateRelation(relation: rel.Aggregate & Relation, tables: CommonTables): LogicalPlan {
    if (relation.grouping.kind !== 'groupBy')
      throw unsupported(`${relation.grouping.kind} in an aggregation`, relation.origin)
    const input = this.#analyze(relation.input, tables)
    const { groupBy, aggregates, having = null, hasGroupingColumns } = relation
    return this.#aggregateOver(input, { groupBy, expressions: aggregates, having, hasGroupingColumns })
  }

  /** Groups, computes the aggregates of the list, and then the list over both. */
  #aggregateOver(
    input: LogicalPlan,
    options: {
      readonly groupBy: readonly Expression[]
      readonly expressions: readonly Expression[]
      readonly having: Expression | null
      readonly hasGroupingColumns: boolean
    },
  ): LogicalPlan {
    const { groupBy, expressions, having, hasGroupingColumns } = options
    const grouping = new Grouping(this.#context.settings, input, this.#groupingExpressions(groupBy, expressions, input))
    const items = [...(hasGroupingColumns ? groupBy : []), ...expressions]
    const list = this.#expand(items, input).map((item): { made: Attribute; expression: TypedExpression } => {
      const expression =
        'qualifier' in item
          ? grouping.over({ kind: 'attribute', name: [...item.qualifier, item.name] })
          : grouping.over(item)
      return { expression, made: 'qualifier' in item ? item : itemOutput(item, expression) }
    })
    const aliases = new Map(list.flatMap(({ made, expression }) => [[made.name.toLowerCase(), expression] as const]))
    const condition =
      having === null
        ? null
        : grouping.over(having, (name) => (name.length === 1 ? (aliases.get(name[0]!.toLowerCase()) ?? null) : null))
    const aggregate = grouping.plan
    const filtered: LogicalPlan =
      condition === null
        ? aggregate
        : { kind: 'filter', input: aggregate, output: aggregate.output, condition: castTo(condition, BooleanType) }
    const columns = list.map(({ made, expression }) => ({ id: made.id, expression }))
    const project: ProjectPlan & { grouping?: Grouping } = {
      kind: 'project',
      input: filtered,
      columns,
      output: list.map(({ made }) => made),
      grouping,
    }
    return project
  }

  /** Numbers in `GROUP BY` are places in the select list, names that the input does not have are aliases of it, `ALL` is what has no aggregate. */
  #groupingExpressions(
    groupBy: readonly Expression[],
    expressions: readonly Expression[],
    input: LogicalPlan,
  ): TypedExpression[] {
    const analyzer = this.#expressions(input)
    const scope = new Scope(input.output)
    const [only] = groupBy
    const isAll =
      groupBy.length === 1 &&
      only?.kind === 'attribute' &&
      only.name.length === 1 &&
      only.name[0]!.toUpperCase() === 'ALL' &&
      scope.find(only) === null
    if (isAll) return expressions.filter((one) => !hasAggregate(one)).map((one) => analyzer.analyze(one))
    return groupBy.map((one) => {
      if (one.kind === 'literal' && typeof one.value === 'number' && one.type.kind === 'integer') {
        const item = expressions[one.value - 1]
        if (item === undefined) {
          throw new AnalysisException(
            'GROUP_BY_POS_OUT_OF_RANGE',
            `GROUP BY position ${one.value} is not in select list (valid range is [1, ${expressions.length}]).`,
            {
              sqlState: '42805',
              parameters: { index: String(one.value), size: String(expressions.length) },
              origin: one.origin,
            },
          )
        }
        if (hasAggregate(item)) {
          throw new AnalysisException(
            'GROUP_BY_POS_AGGREGATE',
            `GROUP BY ${one.value} refers to an expression ${prettyName(item)} that contains an aggregate function. Aggregate functions are not allowed in GROUP BY.`,
            {
              sqlState: '42903',
              parameters: { index: String(one.value), aggExpr: prettyName(item) },
              origin: one.origin,
            },
          )
        }
        return analyzer.analyze(item)
      }
      if (one.kind === 'attribute' && one.name.length === 1 && scope.find(one) === null) {
        const alias = expressions.find(
          (item) => item.kind === 'alias' && item.names[0]!.toLowerCase() === one.name[0]!.toLowerCase(),
        )
        if (alias !== undefined) return analyzer.analyze(alias)
      }
      return analyzer.analyze(one)
    })
  }

  #join(relation: rel.Join & Relation, tables: CommonTables): LogicalPlan {
    if (relation.isLateral) throw unsupported('LATERAL joins', relation.origin)
    const left = this.#analyze(relation.left, tables)
    const right = this.#withOwnIds(this.#analyze(relation.right, tables), left)
    const { type } = relation
    const both = [...left.output, ...right.output]
    const isHalf = type === 'leftSemi' || type === 'leftAnti'
    const output = isHalf ? left.output : joinOutput(left.output, right.output, type)
    const using = relation.using === 'natural' ? commonNames(left, right) : relation.using
    if (using.length > 0) return this.#joinUsing({ left, right, type, using, output, origin: relation.origin })
    const scope: LogicalPlan = { kind: 'localRows', output: both, rows: [] }
    const condition = relation.condition === null ? null : this.#condition(scope, relation.condition)
    return { kind: 'join', left, right, type, condition, output }
  }

  #withOwnIds(plan: LogicalPlan, other: LogicalPlan): LogicalPlan {
    const taken = new Set(other.output.map(({ id }) => id))
    if (!plan.output.some(({ id }) => taken.has(id))) return plan
    const output = plan.output.map((one) => ({ ...one, id: newId() }))
    const columns = output.map(({ id }, index) => ({ id, expression: reference(plan.output[index]!) }))
    return { kind: 'project', input: plan, columns, output }
  }

  #joinUsing(join: {
    readonly left: LogicalPlan
    readonly right: LogicalPlan
    readonly type: rel.JoinType
    readonly using: readonly string[]
    readonly output: readonly Attribute[]
    readonly origin: Relation['origin']
  }): LogicalPlan {
    const { left, right, type, using, output } = join
    const side = (plan: LogicalPlan, name: string, which: string) => {
      const found = new Scope(plan.output).find({ kind: 'attribute', name: [name] })
      if (found !== null) return found.attribute
      const suggestion = `[${plan.output.map((one) => `\`${one.name}\``).join(', ')}]`
      throw new AnalysisException(
        'UNRESOLVED_USING_COLUMN_FOR_JOIN',
        `USING column \`${name}\` cannot be resolved on the ${which} side of the join. The ${which}-side columns: ${suggestion}.`,
        { sqlState: '42703', parameters: { colName: `\`${name}\``, side: which, suggestion }, origin: join.origin },
      )
    }
    const pairs = using.map((name) => ({ a: side(left, name, 'left'), b: side(right, name, 'right') }))
    const equal = pairs.map(({ a, b }) => equality(reference(a), reference(b), this.#context.settings))
    const condition = equal.reduce(
      (x, y): TypedExpression => ({ kind: 'call', ...analyzeAnd(x, y, this.#context.settings) }),
    )
    const plan: LogicalPlan = { kind: 'join', left, right, type, condition, output }
    if (type === 'leftSemi' || type === 'leftAnti') return plan
    const isOfPair = new Set(pairs.flatMap(({ a, b }) => [a.id, b.id]))
    const find = (id: number) => output.find((one) => one.id === id)!
    const keys = pairs.map(({ a, b }): { made: Attribute; expression: TypedExpression } => {
      if (type === 'right') return { made: { ...find(b.id), qualifier: [] }, expression: reference(find(b.id)) }
      if (type !== 'full') return { made: find(a.id), expression: reference(find(a.id)) }
      const either = coalesced(reference(find(a.id)), reference(find(b.id)), this.#context.settings)
      return { made: attribute(a.name, either.type, either.nullable), expression: either }
    })
    const rest = output.filter(({ id }) => !isOfPair.has(id)).map((made) => ({ made, expression: reference(made) }))
    const all = [...keys, ...rest]
    return {
      kind: 'project',
      input: plan,
      columns: all.map(({ made, expression }) => ({ id: made.id, expression })),
      output: all.map(({ made }) => made),
    }
  }

  #setOperation(relation: rel.SetOperation & Relation, tables: CommonTables): LogicalPlan {
    const left = this.#analyze(relation.left, tables)
    const right = relation.isByName
      ? byName(this.#analyze(relation.right, tables), left, relation.origin)
      : this.#analyze(relation.right, tables)
    const { type, isAll } = relation
    if (left.output.length !== right.output.length) {
      const counts = {
        operator: type.toUpperCase(),
        firstNumColumns: String(left.output.length),
        invalidOrdinalNum: 'second',
        invalidNumColumns: String(right.output.length),
      }
      throw new AnalysisException(
        'NUM_COLUMNS_MISMATCH',
        `${counts.operator} can only be performed on inputs with the same number of columns, but the first input has ${counts.firstNumColumns} columns and the second input has ${counts.invalidNumColumns} columns.`,
        { sqlState: '42826', parameters: counts, origin: relation.origin },
      )
    }
    const types = left.output.map((one, index) => {
      const other = right.output[index]!
      const wider = widerType(one.type, other.type)
      if (wider === null) {
        const ordinal = `${['first', 'second', 'third', 'fourth', 'fifth'][index] ?? `${index + 1}th`}`
        throw new AnalysisException(
          'INCOMPATIBLE_COLUMN_TYPE',
          `${type.toUpperCase()} can only be performed on tables with compatible column types. The ${ordinal} column of the second table is "${other.type.sql}" type which is not compatible with "${one.type.sql}" at the same column of the first table.`,
          { sqlState: '42825', origin: relation.origin },
        )
      }
      return wider
    })
    const a = withTypes(left, types)
    const b = withTypes(right, types)
    if (type !== 'union') return this.#difference(a, b, type, isAll, relation.origin)
    const output = a.output.map((one, index) => ({
      ...one,
      id: newId(),
      nullable: one.nullable || b.output[index]!.nullable,
      qualifier: [],
    }))
    const union: LogicalPlan = { kind: 'union', inputs: [a, b], output }
    return isAll ? union : distinctRows(union)
  }

  /** `INTERSECT` and `EXCEPT` as joins of the distinctRows left side, with nulls equal to nulls. */
  #difference(
    left: LogicalPlan,
    right: LogicalPlan,
    type: 'intersect' | 'except',
    isAll: boolean,
    origin: Relation['origin'],
  ): LogicalPlan {
    if (isAll) throw unsupported(`${type.toUpperCase()} ALL`, origin)
    const own = distinctRows(left)
    const other = this.#withOwnIds(right, own)
    const equal = own.output.map(
      (one, index): TypedExpression =>
        nullSafeEqual(reference(one), reference(other.output[index]!), this.#context.settings),
    )
    const condition = equal.reduce(
      (x, y): TypedExpression => ({ kind: 'call', ...analyzeAnd(x, y, this.#context.settings) }),
    )
    return {
      kind: 'join',
      left: own,
      right: other,
      type: type === 'intersect' ? 'leftSemi' : 'leftAnti',
      condition,
      output: own.output,
    }
  }

  #sort(relation: rel.Sort & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation.input, tables)
    const order =
      relation.order.length === 1 && isOrderByAll(relation.order[0]!, input)
        ? input.output.map((one) => ({ ...relation.order[0]!, child: columnName(one) }))
        : relation.order
    const missing: ComputedColumn[] = []
    const keys = order.map((one): SortKey => {
      const expression = this.#sortKey(one, input, missing)
      return { expression, isDescending: one.isDescending, isNullsFirst: one.isNullsFirst }
    })
    const widened = missing.length === 0 ? input : widen(input as ProjectPlan, missing)
    const sorted: LogicalPlan = {
      kind: 'sort',
      input: widened,
      output: widened.output,
      order: keys,
      isGlobal: relation.isGlobal,
    }
    return missing.length === 0
      ? sorted
      : {
          kind: 'project',
          input: sorted,
          columns: input.output.map((one) => ({ id: one.id, expression: reference(one) })),
          output: input.output,
        }
  }

  /** A place in the list, a column of the result, or an expression over what the select reads; the latter becomes a column that is dropped behind the sort. */
  #sortKey(
    { child, origin }: SortOrder & { readonly origin?: Expression['origin'] },
    input: LogicalPlan,
    missing: ComputedColumn[],
  ): TypedExpression {
    if (child.kind === 'literal' && child.type.kind === 'integer') {
      const found = input.output[(child.value as number) - 1]
      if (found !== undefined) return reference(found)
      throw new AnalysisException(
        'ORDER_BY_POS_OUT_OF_RANGE',
        `ORDER BY position ${child.value} is not in select list (valid range is [1, ${input.output.length}]).`,
        { sqlState: '42805', parameters: { index: String(child.value), size: String(input.output.length) }, origin },
      )
    }
    const project = input.kind === 'project' ? (input as ProjectPlan & { grouping?: Grouping }) : null
    const scope = new Scope(input.output)
    if (project?.grouping !== undefined) {
      const aliases = (name: readonly string[]) => {
        const found = scope.find({ kind: 'attribute', name })
        return found === null || found.fields.length > 0
          ? null
          : (project.columns.find(({ id }) => id === found.attribute.id)?.expression ?? null)
      }
      const expression = project.grouping.over(child, aliases, true)
      return keep(expression, project, missing)
    }
    try {
      return this.#expressions(input).analyze(child)
    } catch (error) {
      if (!(error instanceof AnalysisException) || project === null || !error.code.startsWith('UNRESOLVED_COLUMN'))
        throw error
      const fallback = (name: readonly string[]) => {
        const found = scope.find({ kind: 'attribute', name })
        return found === null ? null : (project.columns.find(({ id }) => id === found.attribute.id)?.expression ?? null)
      }
      const below = new ExpressionAnalyzer(new Scope(project.input.output), {
        settings: this.#context.settings,
        onAggregate: null,
        fallback,
      })
      let expression: TypedExpression
      try {
        expression = below.analyze(child)
      } catch {
        throw error
      }
      return keep(expression, project, missing)
    }
  }

  #limit(relation: rel.Limit & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation.input, tables)
    const limit = this.#count(relation.limit, 'LIMIT')
    if (input.kind === 'limit' && input.limit === null) return { ...input, limit }
    return { kind: 'limit', input, output: input.output, limit, offset: 0 }
  }

  #count(expression: Expression, clause: string): number {
    const typed = this.#expressions({ kind: 'localRows', output: [], rows: [] }).analyze(expression)
    const value =
      typed.type.kind === 'integer' ||
      typed.type.kind === 'long' ||
      typed.type.kind === 'short' ||
      typed.type.kind === 'byte'
        ? this.#context.evaluate(typed)
        : undefined
    const condition =
      value === undefined ? 'DATA_TYPE' : value === null ? 'IS_NULL' : (value as number) < 0 ? 'IS_NEGATIVE' : null
    if (condition === null) return Number(value)
    throw new AnalysisException(
      `INVALID_LIMIT_LIKE_EXPRESSION.${condition}`,
      `The limit like expression "${prettyName(expression)}" is invalid.`,
      {
        sqlState: '42K0E',
        parameters: { name: clause.toLowerCase(), expr: `"${prettyName(expression)}"` },
        origin: expression.origin,
      },
    )
  }

  #alias({ input: relation, name, columns, origin }: rel.SubqueryAlias & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation, tables)
    if (columns.length > 0 && columns.length !== input.output.length) {
      throw new AnalysisException(
        'ASSIGNMENT_ARITY_MISMATCH',
        `The number of columns or variables assigned or aliased: ${columns.length} does not match the number of source expressions: ${input.output.length}.`,
        {
          sqlState: '42802',
          parameters: { numTarget: String(columns.length), numExpr: String(input.output.length) },
          origin,
        },
      )
    }
    return this.#named(input, name, columns)
  }

  #with({ ctes, input, isRecursive, origin }: rel.With & Relation, tables: CommonTables): LogicalPlan {
    if (isRecursive) throw unsupported('WITH RECURSIVE', origin)
    let known = tables
    for (const { name, columns, query } of ctes) {
      const aliased: Relation = columns.length === 0 ? query : { kind: 'alias', input: query, name: [name], columns }
      known = new Map([...known, [name.toLowerCase(), { ...aliased, tables: known }]])
    }
    return this.#analyze(input, known)
  }

  #deduplicate({ input: relation, columns, origin }: rel.Deduplicate & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation, tables)
    if (columns.length === 0) return distinctRows(input)
    const scope = new Scope(input.output)
    const keys = new Set(
      columns.map((name) => {
        const found = scope.find({ kind: 'attribute', name: [name] })
        if (found === null) throw unresolvedColumn([name], scope, origin)
        return found.attribute.id
      }),
    )
    const first = (one: Attribute): AggregateCall => ({
      kind: 'aggregate',
      spec: { name: 'first', maker: 'first', options: {} },
      args: [reference(one)],
      type: one.type,
      nullable: one.nullable,
      isDistinct: false,
      filter: null,
      ignoresNulls: false,
    })
    const own = input.output.map((one) => ({ ...one, id: keys.has(one.id) ? one.id : newId() }))
    const aggregate: AggregatePlan = {
      kind: 'aggregate',
      input,
      keys: input.output.filter(({ id }) => keys.has(id)).map((one) => ({ id: one.id, expression: reference(one) })),
      aggregates: input.output.flatMap((one, index) =>
        keys.has(one.id) ? [] : [{ id: own[index]!.id, call: first(one) }],
      ),
      output: [...own.filter(({ id }) => keys.has(id)), ...own.filter(({ id }) => !keys.has(id))],
    }
    return {
      kind: 'project',
      input: aggregate,
      columns: own.map((one) => ({ id: one.id, expression: reference(one) })),
      output: own,
    }
  }

  #withColumns({ input: relation, columns }: rel.WithColumns & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation, tables)
    const values = new Map(columns.map(({ name, value }) => [name.toLowerCase(), { name, value }]))
    const items: (Expression | Attribute)[] = input.output.map((one) => {
      const replaced = values.get(one.name.toLowerCase())
      if (replaced === undefined) return one
      values.delete(one.name.toLowerCase())
      return { kind: 'alias', child: replaced.value, names: [replaced.name] }
    })
    return this.#projection(input, [
      ...items,
      ...[...values.values()].map(({ name, value }): Expression => ({ kind: 'alias', child: value, names: [name] })),
    ])
  }

  #renamed({ input: relation, renames }: rel.WithColumnsRenamed & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation, tables)
    const names = new Map(renames.map(({ from, to }) => [from.toLowerCase(), to]))
    const output = input.output.map((one) => ({
      ...one,
      id: newId(),
      name: names.get(one.name.toLowerCase()) ?? one.name,
    }))
    return {
      kind: 'project',
      input,
      columns: output.map(({ id }, index) => ({ id, expression: reference(input.output[index]!) })),
      output,
    }
  }

  #drop({ input: relation, columns, names }: rel.Drop & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation, tables)
    const scope = new Scope(input.output)
    const dropped = new Set(
      columns.flatMap((one) => (one.kind === 'attribute' ? (scope.find(one)?.attribute.id ?? []) : [])),
    )
    const left = input.output.filter(
      ({ id, name }) => !dropped.has(id) && !names.some((one) => one.toLowerCase() === name.toLowerCase()),
    )
    return this.#projection(input, left)
  }

  #toDF({ input: relation, names, origin }: rel.ToDF & Relation, tables: CommonTables): LogicalPlan {
    const input = this.#analyze(relation, tables)
    if (names.length !== input.output.length) {
      throw new AnalysisException(
        'ASSIGNMENT_ARITY_MISMATCH',
        `The number of columns or variables assigned or aliased: ${names.length} does not match the number of source expressions: ${input.output.length}.`,
        { sqlState: '42802', origin },
      )
    }
    return this.#named(input, [], names)
  }
}

/** Whether the expression has an aggregate that is not within a window or a subquery. */
function hasAggregate(expression: Expression): boolean {
  if (expression.kind === 'function' && expression.isOperator !== true && isAggregate(expression.name.at(-1)!))
    return true
  if (expression.kind === 'window' || expression.kind === 'subquery') return false
  return childrenOf(expression).some(hasAggregate)
}
