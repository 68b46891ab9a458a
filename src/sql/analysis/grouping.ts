import { AnalysisException } from '../errors.ts'
import type { Expression } from '../plan/expression.ts'
import type { SqlSettings } from '../plan/scalar-spec.ts'
import { type AggregateCall, fingerprint, mapParts, type TypedExpression } from '../plan/typed-expression.ts'
import { quoteName } from '../types/identifiers.ts'
import { ExpressionAnalyzer } from './expression-analyzer.ts'
import type { AggregatePlan, Attribute, LogicalPlan } from './logical-plan.ts'
import { newId } from './plan-parts.ts'
import { prettyName } from './pretty-name.ts'
import { Scope } from './scope.ts'

interface KeyColumn {
  readonly id: number
  readonly expression: TypedExpression
}

/** Rows put into groups, and the expressions over them: of grouping columns and aggregates, each of which is computed once. */
export class Grouping {
  readonly #settings: SqlSettings
  readonly #input: LogicalPlan
  readonly #keys: readonly KeyColumn[]
  readonly #byFingerprint = new Map<string, KeyColumn>()
  readonly #aggregates = new Map<string, { readonly id: number; readonly call: AggregateCall }>()
  /** The plan's parts grow while expressions are put over it; the arrays are shared with it. */
  readonly #calls: { readonly id: number; readonly call: AggregateCall }[] = []
  readonly #output: Attribute[]
  readonly plan: AggregatePlan

  constructor(settings: SqlSettings, input: LogicalPlan, keys: readonly TypedExpression[]) {
    this.#settings = settings
    this.#input = input
    for (const expression of keys) {
      const print = fingerprint(expression)
      if (!this.#byFingerprint.has(print)) this.#byFingerprint.set(print, { id: newId(), expression })
    }
    this.#keys = [...this.#byFingerprint.values()]
    this.#output = this.#keys.map(({ id, expression }) => ({
      id,
      name: expression.kind === 'column' ? expression.name : '',
      type: expression.type,
      nullable: expression.nullable,
      qualifier: [],
    }))
    this.plan = { kind: 'aggregate', input, keys: this.#keys, aggregates: this.#calls, output: this.#output }
  }

  /**
   * An expression over the groups. @param fallback other meanings of names. @param prefersFallback whether they go before the input's columns.
   * @throws AnalysisException when it has a column that is neither grouped by nor within an aggregate.
   */
  over(
    expression: Expression,
    fallback?: (name: readonly string[]) => TypedExpression | null,
    prefersFallback = false,
  ): TypedExpression {
    if (prefersFallback && expression.kind === 'attribute') {
      const found = fallback?.(expression.name) ?? null
      if (found !== null) return found
    }
    const columns = new Set<TypedExpression>()
    const analyzer = new ExpressionAnalyzer(new Scope(this.#input.output), {
      settings: this.#settings,
      onAggregate: (call) => {
        const column = this.#aggregate(call)
        columns.add(column)
        return column
      },
      fallback: (name) => {
        const found = fallback?.(name) ?? null
        if (found !== null) columns.add(found)
        return found
      },
    })
    return this.#grouped(analyzer.analyze(expression), columns, expression)
  }

  #aggregate(call: AggregateCall): TypedExpression {
    const print = fingerprint(call)
    let found = this.#aggregates.get(print)
    if (found === undefined) {
      found = { id: newId(), call }
      this.#aggregates.set(print, found)
      this.#calls.push(found)
      this.#output.push({ id: found.id, name: call.spec.name, type: call.type, nullable: call.nullable, qualifier: [] })
    }
    return { kind: 'column', id: found.id, name: call.spec.name, type: call.type, nullable: call.nullable }
  }

  /** Puts the grouping columns in place of the expressions that they stand for. */
  #grouped(expression: TypedExpression, columns: ReadonlySet<TypedExpression>, whole: Expression): TypedExpression {
    if (columns.has(expression)) return expression
    const key = this.#byFingerprint.get(fingerprint(expression))
    if (key !== undefined) {
      const name = expression.kind === 'column' ? expression.name : ''
      return { kind: 'column', id: key.id, name, type: expression.type, nullable: expression.nullable }
    }
    if (expression.kind === 'column') throw this.#notGrouped(expression, whole)
    return mapParts(expression, (part) => this.#grouped(part, columns, whole))
  }

  #notGrouped(column: TypedExpression & { kind: 'column' }, whole: Expression): AnalysisException {
    const attribute = this.#input.output.find(({ id }) => id === column.id)
    const name = quoteName([...(attribute?.qualifier ?? []), column.name])
    if (this.#keys.length === 0) {
      return new AnalysisException(
        'MISSING_GROUP_BY',
        `The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using OVER clauses.`,
        { sqlState: '42803', origin: whole.origin },
      )
    }
    const expression = `"${column.name}"`
    return new AnalysisException(
      'MISSING_AGGREGATION',
      `The non-aggregating expression ${expression} is based on columns which are not participating in the GROUP BY clause. Add the columns or the expression to the GROUP BY, aggregate the expression, or use "any_value(${column.name})" if you do not care which of the values within a group is returned.`,
      {
        sqlState: '42803',
        parameters: {
          expression,
          expressionAnyValue: `"any_value(${column.name})"`,
          column: name,
          in: prettyName(whole),
        },
        origin: column.origin,
      },
    )
  }
}
