import { call, type Expression, type SortOrder, type WindowExpression } from '../plan/expression.ts'
import { transformUp } from '../plan/map-expression.ts'
import type { Aggregate, CommonTable, GroupingKind, JoinType, Relation, SetOperation } from '../plan/relation.ts'
import { ExpressionParser } from './expression-parser.ts'

const JOIN_WORDS = ['JOIN', 'INNER', 'CROSS', 'LEFT', 'RIGHT', 'FULL', 'SEMI', 'ANTI', 'NATURAL'] as const
/** Words that end a relation, where one without `AS` would be its name. */
const NO_TABLE_ALIAS = new Set([
  'WHERE',
  'GROUP',
  'HAVING',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'WINDOW',
  'QUALIFY',
  'CLUSTER',
  'DISTRIBUTE',
  'SORT',
  'SELECT',
  'PIVOT',
  'UNPIVOT',
  'TABLESAMPLE',
  'SET',
  'WHEN',
  'VALUES',
  'INSERT',
  'MAP',
  'REDUCE',
])
type NamedWindows = ReadonlyMap<string, WindowExpression>

/** The clauses of a select between its list and what orders it. */
interface SelectParts {
  readonly isDistinct: boolean
  readonly expressions: readonly Expression[]
  readonly hints: readonly HintPart[]
}
interface HintPart {
  readonly name: string
  readonly parameters: readonly Expression[]
}
interface GroupBy {
  readonly groupBy: readonly Expression[]
  readonly grouping: GroupingKind
}

/** Queries: selects, set operations, CTEs, pipes. */
export class QueryParser extends ExpressionParser {
  query(): Relation {
    const first = this.peek()
    const ctes = this.take('WITH') ? this.#ctes() : null
    const made = this.#pipes(this.#organized())
    if (ctes === null) return made
    return { kind: 'with', ...ctes, input: made, origin: this.originFrom(first) }
  }

  #ctes(): { ctes: CommonTable[]; isRecursive: boolean } {
    const isRecursive = this.take('RECURSIVE')
    const ctes = this.list((): CommonTable => {
      const name = this.identifier()
      const columns =
        this.atSymbol('(') && !this.at('AS') ? this.inParentheses(() => this.list(() => this.identifier())) : []
      const maxRecursion = this.take('MAX', 'RECURSION', 'LEVEL') ? this.expression() : undefined
      this.take('AS')
      const query = this.inParentheses(() => this.query())
      return { name, columns, query, ...(maxRecursion && { maxRecursion }) }
    })
    return { ctes, isRecursive }
  }

  /** A query term with what orders and limits it. */
  #organized(): Relation {
    const first = this.peek()
    const term = this.#term(0)
    return this.#organization(first, term)
  }

  #organization(first: ReturnType<QueryParser['peek']>, input: Relation): Relation {
    let query = input
    const order = this.take('ORDER', 'BY') ? this.#sortItems() : null
    const clusterBy = this.take('CLUSTER', 'BY') ? this.list(() => this.expression()) : null
    const distributeBy = this.take('DISTRIBUTE', 'BY') ? this.list(() => this.expression()) : null
    const sortBy = this.take('SORT', 'BY') ? this.#sortItems() : null
    const windows = this.take('WINDOW') ? this.#namedWindows() : null
    const named = (one: readonly SortOrder[]) =>
      windows === null ? one : one.map((item) => withWindows(item, windows) as SortOrder & Expression)
    if (distributeBy !== null)
      query = { kind: 'repartitionBy', input: query, expressions: distributeBy, partitions: null }
    if (clusterBy !== null) {
      query = { kind: 'repartitionBy', input: query, expressions: clusterBy, partitions: null }
      query = { kind: 'sort', input: query, order: clusterBy.map(ascending), isGlobal: false }
    }
    if (sortBy !== null) query = { kind: 'sort', input: query, order: named(sortBy), isGlobal: false }
    if (order !== null)
      query = { kind: 'sort', input: query, order: named(order), isGlobal: true, origin: this.originFrom(first) }
    if (windows !== null) query = replaceWindows(query, windows)
    let limit: Expression | null = null
    if (this.take('LIMIT') && !this.take('ALL')) limit = this.expression()
    if (this.take('OFFSET')) query = { kind: 'offset', input: query, offset: this.expression() }
    return limit === null ? query : { kind: 'limit', input: query, limit, origin: this.originFrom(first) }
  }

  #sortItems(): SortOrder[] {
    if (this.at('ALL') && !this.atSymbol('(', 1)) {
      const item = this.sortItem()
      return [item]
    }
    return this.list(() => this.sortItem())
  }

  /** Set operations: `INTERSECT` binds tighter than `UNION`, `EXCEPT` and `MINUS`. */
  #term(least: number): Relation {
    const first = this.peek()
    let left = this.#primary()
    for (;;) {
      const type = this.#setOperator()
      if (type === null || (type === 'intersect' ? 1 : 0) < least) return left
      this.next()
      const isAll = this.take('ALL')
      if (!isAll) this.take('DISTINCT')
      const isByName = this.take('BY', 'NAME')
      const right = this.#term(type === 'intersect' ? 2 : 1)
      const operation: SetOperation = {
        kind: 'setOperation',
        left,
        right,
        type,
        isAll,
        isByName,
        allowsMissingColumns: false,
      }
      left = { ...operation, origin: this.originFrom(first) }
    }
  }

  #setOperator(): SetOperation['type'] | null {
    if (this.at('UNION')) return 'union'
    if (this.at('INTERSECT')) return 'intersect'
    if ((this.at('EXCEPT') && !this.atSymbol('(', 1)) || this.at('MINUS')) return 'except'
    return this.at('EXCEPT') ? 'except' : null
  }

  #primary(): Relation {
    if (this.atSymbol('(')) return this.inParentheses(() => this.query())
    if (this.at('SELECT')) return this.#select(null)
    if (this.at('FROM')) return this.#from()
    if (this.at('VALUES')) return this.#values()
    if (this.at('TABLE')) {
      const first = this.next()
      return { kind: 'table', name: this.tableName(), options: {}, origin: this.originFrom(first) }
    }
    throw this.unexpected()
  }

  /** `FROM … SELECT …`, or `FROM …` alone, which pipes may follow. */
  #from(): Relation {
    const input = this.#fromClause()
    return this.at('SELECT') ? this.#select(input) : input
  }

  #select(from: Relation | null): Relation {
    const first = this.next()
    const parts = this.#selectClause()
    let input: Relation = from ?? (this.at('FROM') ? this.#fromClause() : { kind: 'oneRow' })
    input = this.#lateralViews(input)
    if (this.take('WHERE')) input = { kind: 'filter', input, condition: this.expression() }
    const groups = this.take('GROUP', 'BY') ? this.#groupBy() : null
    const having = this.take('HAVING') ? this.expression() : null
    const windows = this.take('WINDOW') ? this.#namedWindows() : null
    const qualify = this.take('QUALIFY') ? this.expression() : null
    const lateWindows = windows === null && this.take('WINDOW') ? this.#namedWindows() : windows
    let query: Relation =
      groups === null && having === null
        ? { kind: 'project', input, expressions: parts.expressions }
        : aggregate(input, groups ?? { groupBy: [], grouping: { kind: 'groupBy' } }, parts.expressions, having)
    if (qualify !== null) query = { kind: 'filter', input: query, condition: qualify, isQualify: true }
    query = { ...query, origin: this.originFrom(first) }
    if (parts.isDistinct) query = { kind: 'deduplicate', input: query, columns: [], isWithinWatermark: false }
    for (const { name, parameters } of parts.hints) query = { kind: 'hint', input: query, name, parameters }
    return lateWindows === null ? query : replaceWindows(query, lateWindows)
  }

  #selectClause(): SelectParts {
    const hints: HintPart[] = []
    while (this.peek().type === 'hint' && this.peek().value === '/*+')
      for (const hint of this.#hints()) hints.push(hint)
    const isDistinct = this.take('DISTINCT')
    if (!isDistinct && this.at('ALL') && !this.atSymbol('.', 1) && !this.atSymbol(',', 1)) this.next()
    return { isDistinct, expressions: this.list(() => this.namedExpression()), hints }
  }

  #hints(): HintPart[] {
    this.next()
    const hints: HintPart[] = []
    while (this.peek().type !== 'hint') {
      const name = this.identifier()
      const parameters = this.takeSymbol('(') ? this.list(() => this.expression()) : []
      if (parameters.length > 0) this.expectSymbol(')')
      hints.push({ name, parameters })
      this.takeSymbol(',')
    }
    this.next()
    return hints
  }

  #groupBy(): GroupBy {
    if (this.at('GROUPING', 'SETS')) {
      this.next()
      this.next()
      const sets = this.inParentheses(() => this.list(() => this.#groupingElement())).flat()
      return { groupBy: distinctOf(sets.flat()), grouping: { kind: 'groupingSets', sets } }
    }
    const clauses = this.list(() => this.#groupByClause())
    const plain = clauses.flatMap((clause) => (clause.length === 1 ? clause[0]! : []))
    if (this.take('WITH', 'ROLLUP')) return { groupBy: plain, grouping: { kind: 'rollup' } }
    if (this.take('WITH', 'CUBE')) return { groupBy: plain, grouping: { kind: 'cube' } }
    if (this.take('GROUPING', 'SETS')) {
      const sets = this.inParentheses(() => this.list(() => this.#groupingSet()))
      return { groupBy: plain, grouping: { kind: 'groupingSets', sets } }
    }
    if (clauses.every((clause) => clause.length === 1 && clause[0]!.length === 1))
      return { groupBy: plain, grouping: { kind: 'groupBy' } }
    // Several clauses with sets of their own: each combination of a set of every clause.
    const sets = clauses.reduce<Expression[][]>(
      (all, clause) => all.flatMap((set) => clause.map((one) => [...set, ...one])),
      [[]],
    )
    return { groupBy: distinctOf(sets.flat()), grouping: { kind: 'groupingSets', sets } }
  }

  /** The sets of columns that a part of `GROUP BY` stands for; an expression is one set of one column. */
  #groupByClause(): Expression[][] {
    if (this.at('ROLLUP') && this.atSymbol('(', 1)) return rollup(this.#groupingSets())
    if (this.at('CUBE') && this.atSymbol('(', 1)) return cube(this.#groupingSets())
    if (this.at('GROUPING', 'SETS')) {
      this.next()
      this.next()
      return this.inParentheses(() => this.list(() => this.#groupingElement())).flat()
    }
    return [[this.expression()]]
  }

  #groupingSets(): Expression[][] {
    this.next()
    return this.inParentheses(() => this.list(() => this.#groupingSet()))
  }

  #groupingElement(): Expression[][] {
    if ((this.at('ROLLUP') || this.at('CUBE') || this.at('GROUPING', 'SETS')) && !this.at('GROUPING', '('))
      return this.#groupByClause()
    return [this.#groupingSet()]
  }

  #groupingSet(): Expression[] {
    if (!this.atSymbol('(')) return [this.expression()]
    const set = this.attempt(() => {
      const all = this.inParentheses(() => (this.atSymbol(')') ? [] : this.list(() => this.expression())))
      if (!this.atSymbol(',') && !this.atSymbol(')')) throw this.unexpected()
      return all
    })
    return set ?? [this.expression()]
  }

  #namedWindows(): Map<string, WindowExpression> {
    const windows = new Map<string, WindowExpression>()
    this.list(() => {
      const name = this.identifier()
      this.expect('AS')
      windows.set(name.toLowerCase(), this.windowSpec())
    })
    return windows
  }

  #fromClause(): Relation {
    this.expect('FROM')
    let input = this.#joined()
    while (this.takeSymbol(',')) {
      const isLateral = this.take('LATERAL')
      input = join(input, this.#joined(), { type: 'inner', isLateral })
    }
    input = this.#lateralViews(input)
    return this.#pivots(input)
  }

  #joined(): Relation {
    const isLateral = this.take('LATERAL')
    const primary = this.#relationPrimary()
    return this.#joins(isLateral ? join({ kind: 'oneRow' }, primary, { type: 'inner', isLateral }) : primary)
  }

  #joins(start: Relation): Relation {
    let left = this.#pivots(start)
    while (this.#atJoin()) left = this.#pivots(this.#join(left))
    return left
  }

  #atJoin(): boolean {
    if (!this.atAny(JOIN_WORDS)) return false
    for (let ahead = 0; ahead < 4; ahead++)
      if (this.peek(ahead).value === 'JOIN' && this.peek(ahead).type === 'word') return true
    return false
  }

  #join(left: Relation): Relation {
    const first = this.peek()
    const isNatural = this.take('NATURAL')
    const type = this.#joinType()
    this.expect('JOIN')
    const isLateral = this.take('LATERAL')
    const right = this.#relationPrimary()
    if (isNatural)
      return { ...join(left, right, { type, isLateral, using: 'natural' }), origin: this.originFrom(first) }
    if (this.take('ON')) {
      const condition = this.expression()
      return { ...join(left, right, { type, isLateral, condition }), origin: this.originFrom(first) }
    }
    const using = this.take('USING') ? this.inParentheses(() => this.list(() => this.identifier())) : []
    return { ...join(left, right, { type, isLateral, using }), origin: this.originFrom(first) }
  }

  #joinType(): JoinType {
    if (this.take('CROSS')) return 'cross'
    if (this.take('INNER')) return 'inner'
    if (this.take('SEMI')) return 'leftSemi'
    if (this.take('ANTI')) return 'leftAnti'
    if (this.take('LEFT')) {
      if (this.take('SEMI')) return 'leftSemi'
      if (this.take('ANTI')) return 'leftAnti'
      this.take('OUTER')
      return 'left'
    }
    const type = this.take('RIGHT') ? 'right' : this.take('FULL') ? 'full' : 'inner'
    if (type !== 'inner') this.take('OUTER')
    return type
  }

  #relationPrimary(): Relation {
    const first = this.peek()
    if (this.atSymbol('(')) {
      const inner =
        this.attempt(() => this.inParentheses(() => this.query())) ?? this.inParentheses(() => this.#joined())
      return this.#aliased(first, this.#sample(inner))
    }
    if (this.at('VALUES')) return this.#values()
    if (this.at('TABLE') && this.atSymbol('(', 1)) {
      this.next()
      return this.#aliased(
        first,
        this.inParentheses(() => ({ kind: 'table' as const, name: this.tableName(), options: {} })),
      )
    }
    const name = this.tableName()
    if (this.takeSymbol('(')) {
      const args = this.atSymbol(')') ? [] : this.list(() => this.functionArgument())
      this.expectSymbol(')')
      return this.#aliased(first, { kind: 'tableFunction', name, args, origin: this.originFrom(first) })
    }
    const table: Relation = { kind: 'table', name, options: {}, origin: this.originFrom(first) }
    this.#refuseTimeTravel()
    return this.#aliased(first, this.#sample(table))
  }

  /** A table's name, or `IDENTIFIER('a.b')`. */
  protected tableName(): string[] {
    if (this.at('IDENTIFIER') && this.atSymbol('(', 1)) {
      this.next()
      return this.inParentheses(() => this.string()).split('.')
    }
    return this.qualifiedName()
  }

  protected functionArgument(): Expression {
    if (this.atSymbol('=>', 1)) {
      const name = this.identifier()
      this.next()
      return { kind: 'namedArgument', name, value: this.expression() }
    }
    return this.expression()
  }

  #refuseTimeTravel(): void {
    const token = this.peek()
    const isTimeTravel = ['VERSION', 'SYSTEM_VERSION', 'TIMESTAMP', 'SYSTEM_TIME'].some(
      (word) => this.at(word, 'AS', 'OF') || this.at('FOR', word, 'AS', 'OF'),
    )
    if (!isTimeTravel) return
    throw this.error(
      'UNSUPPORTED_FEATURE.TIME_TRAVEL',
      'The feature is not supported: Time travel on the relation.',
      token,
      {},
      '0A000',
    )
  }

  #aliased(first: ReturnType<QueryParser['peek']>, input: Relation): Relation {
    const hasAs = this.take('AS')
    const { type, value } = this.peek()
    const isAlias = this.atStrictIdentifier() && (hasAs || type === 'quoted' || !NO_TABLE_ALIAS.has(value))
    if (!isAlias) {
      if (hasAs) throw this.unexpected()
      return input
    }
    const name = this.strictIdentifier()
    const columns = this.atSymbol('(') ? this.inParentheses(() => this.list(() => this.identifier())) : []
    return { kind: 'alias', input, name: [name], columns, origin: this.originFrom(first) }
  }

  #values(): Relation {
    const first = this.next()
    const rows = this.list(() => {
      const row = this.expression()
      const isRow = row.kind === 'function' && row.name[0] === 'struct' && row.isOperator === true
      return isRow ? row.args : [row]
    })
    return this.#aliased(first, { kind: 'values', rows, origin: this.originFrom(first) })
  }

  #sample(input: Relation): Relation {
    if (!this.take('TABLESAMPLE')) return input
    const token = this.peek()
    const made = this.inParentheses((): Relation => {
      if (this.take('BUCKET')) {
        const numerator = this.integer()
        this.expect('OUT', 'OF')
        return sampleOf(input, numerator / this.integer())
      }
      const isNegative = this.takeSymbol('-')
      const { type, value } = this.peek()
      if (type === 'number' && (this.peek(1).value === 'PERCENT' || isNegative)) {
        this.next()
        this.expect('PERCENT')
        const fraction = ((isNegative ? -1 : 1) * Number(value.replace(/[A-Z]+$/, ''))) / 100
        if (fraction < 0 || fraction > 1) {
          throw this.error(
            '_LEGACY_ERROR_TEMP_0064',
            `Sampling fraction (${fraction}) must be on interval [0, 1]`,
            token,
          )
        }
        return sampleOf(input, fraction)
      }
      const limit = this.expression()
      if (this.take('ROWS')) return { kind: 'limit', input, limit }
      throw this.unexpected('ROWS')
    })
    if (!this.take('REPEATABLE') || made.kind !== 'sample') return made
    return { ...made, seed: BigInt(this.inParentheses(() => this.integer())) }
  }

  #lateralViews(start: Relation): Relation {
    let input = start
    while (this.take('LATERAL', 'VIEW')) {
      const isOuter = this.take('OUTER')
      const first = this.peek()
      const name = this.qualifiedName()
      const args = this.inParentheses(() => (this.atSymbol(')') ? [] : this.list(() => this.expression())))
      const generator: Expression = { kind: 'function', name, args, origin: this.originFrom(first) }
      const qualifier = this.at('AS') ? '' : this.identifier()
      const columns = this.take('AS') || this.#atColumnNames() ? this.list(() => this.identifier()) : []
      input = { kind: 'generate', input, generator, isOuter, qualifier, columns }
    }
    return input
  }

  #atColumnNames(): boolean {
    const { type, value } = this.peek()
    return type === 'quoted' || (type === 'word' && this.atStrictIdentifier() && !NO_TABLE_ALIAS.has(value))
  }

  #pivots(start: Relation): Relation {
    let input = start
    for (;;) {
      if (this.at('PIVOT') && this.atSymbol('(', 1)) input = this.#pivot(input)
      else if (this.at('UNPIVOT')) input = this.#unpivot(input)
      else return input
    }
  }

  #pivot(input: Relation): Relation {
    const first = this.next()
    const made = this.inParentheses((): Relation => {
      const aggregates = this.list(() => this.namedExpression())
      this.expect('FOR')
      const names = this.atSymbol('(')
        ? this.inParentheses(() => this.list(() => this.identifier()))
        : [this.identifier()]
      const columns = names.map((name): Expression => ({ kind: 'attribute', name: [name] }))
      this.expect('IN')
      const values = this.inParentheses(() => this.list(() => this.namedExpression()))
      const column = columns.length === 1 ? columns[0]! : call('struct', columns, true)
      return {
        kind: 'aggregate',
        input,
        grouping: { kind: 'pivot', column, values },
        groupBy: [],
        aggregates,
        hasGroupingColumns: true,
      }
    })
    return this.#aliased(first, made)
  }

  #unpivot(input: Relation): Relation {
    const first = this.next()
    const includesNulls = this.take('INCLUDE', 'NULLS')
    if (!includesNulls) this.take('EXCLUDE', 'NULLS')
    const column = (): Expression => ({ kind: 'attribute', name: this.qualifiedName() })
    const alias = () =>
      this.take('AS') || this.peek().type === 'quoted' || (this.peek().type === 'word' && this.atStrictIdentifier())
        ? this.identifier()
        : null
    const made = this.inParentheses((): Relation => {
      const isMultiple = this.atSymbol('(')
      const valueNames = isMultiple ? this.inParentheses(() => this.list(() => this.identifier())) : [this.identifier()]
      this.expect('FOR')
      const variableName = this.identifier()
      this.expect('IN')
      const values = this.inParentheses(() =>
        this.list(() => {
          const columns = isMultiple ? this.inParentheses(() => this.list(column)) : [column()]
          return { columns, alias: alias() }
        }),
      )
      return { kind: 'unpivot', input, ids: null, values, variableName, valueNames, includesNulls }
    })
    return this.#aliased(first, made)
  }

  /** What follows `|>`, one operator after another. */
  #pipes(start: Relation): Relation {
    let input = start
    while (this.takeSymbol('|>')) input = this.#pipe(input)
    return input
  }

  #pipe(input: Relation): Relation {
    const first = this.peek()
    if (this.take('WHERE'))
      return { kind: 'filter', input, condition: this.expression(), origin: this.originFrom(first) }
    if (this.at('SELECT')) return this.#select(input)
    if (this.take('EXTEND')) {
      const all: Expression = { kind: 'star', target: [] }
      return { kind: 'project', input, expressions: [all, ...this.list(() => this.namedExpression())] }
    }
    if (this.take('SET')) {
      const columns = this.list(() => {
        const name = this.identifier()
        this.expectSymbol('=')
        return { name, value: this.expression() }
      })
      return { kind: 'withColumns', input, columns }
    }
    if (this.take('DROP')) return { kind: 'drop', input, columns: [], names: this.list(() => this.identifier()) }
    if (this.take('AS')) return { kind: 'alias', input, name: [this.identifier()], columns: [] }
    if (this.at('PIVOT') || this.at('UNPIVOT')) return this.#pivots(input)
    if (this.at('TABLESAMPLE')) return this.#sample(input)
    if (this.take('AGGREGATE')) return this.#pipeAggregate(input)
    if (this.#atJoin()) return this.#join(input)
    const type = this.#setOperator()
    if (type !== null) {
      this.next()
      const isAll = this.take('ALL')
      if (!isAll) this.take('DISTINCT')
      return {
        kind: 'setOperation',
        left: input,
        right: this.#term(2),
        type,
        isAll,
        isByName: this.take('BY', 'NAME'),
        allowsMissingColumns: false,
      }
    }
    if (this.atAny(['ORDER', 'SORT', 'CLUSTER', 'DISTRIBUTE', 'LIMIT', 'OFFSET']))
      return this.#organization(first, input)
    throw this.unexpected()
  }

  #pipeAggregate(input: Relation): Relation {
    const aggregates = this.at('GROUP') ? [] : this.list(() => this.namedExpression())
    if (!this.take('GROUP', 'BY'))
      return aggregate(input, { groupBy: [], grouping: { kind: 'groupBy' } }, aggregates, null)
    const groupBy = this.list(() => this.namedExpression())
    const unnamed = groupBy.map((one) => (one.kind === 'alias' ? one.child : one))
    return aggregate(input, { groupBy: unnamed, grouping: { kind: 'groupBy' } }, [...groupBy, ...aggregates], null)
  }
}

function aggregate(
  input: Relation,
  { groupBy, grouping }: GroupBy,
  aggregates: readonly Expression[],
  having: Expression | null,
): Aggregate {
  return {
    kind: 'aggregate',
    input,
    grouping,
    groupBy,
    aggregates,
    hasGroupingColumns: false,
    ...(having && { having }),
  }
}

function join(
  left: Relation,
  right: Relation,
  options: { type: JoinType; isLateral: boolean; condition?: Expression; using?: readonly string[] | 'natural' },
): Relation {
  const { type, isLateral, condition = null, using = [] } = options
  return { kind: 'join', left, right, type, condition, using, isLateral }
}

function sampleOf(input: Relation, upper: number): Relation {
  return { kind: 'sample', input, lower: 0, upper, withReplacement: false, seed: null }
}

function ascending(child: Expression): SortOrder {
  return { kind: 'sortOrder', child, isDescending: false, isNullsFirst: true }
}

function rollup(sets: readonly Expression[][]): Expression[][] {
  return Array.from({ length: sets.length + 1 }, (_, left) => sets.slice(0, sets.length - left).flat())
}

/** All subsets, those with the first columns before those without. */
function cube(sets: readonly Expression[][]): Expression[][] {
  const [first, ...rest] = sets
  if (first === undefined) return [[]]
  const without = cube(rest)
  return [...without.map((set) => [...first, ...set]), ...without]
}

/** Each expression once, told apart by what it says. */
function distinctOf(expressions: readonly Expression[]): Expression[] {
  const seen = new Map<string, Expression>()
  for (const expression of expressions) {
    const key = sameText(expression)
    if (!seen.has(key)) seen.set(key, expression)
  }
  return [...seen.values()]
}

/** The expression without the places where its parts stand: equal for what is the same. */
export function sameText(expression: Expression): string {
  return JSON.stringify(expression, (key, value) =>
    key === 'origin' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  )
}

function withWindows(expression: Expression, windows: NamedWindows): Expression {
  return transformUp(expression, (one) => {
    if (one.kind !== 'window' || one.windowName === undefined) return one
    const found = windows.get(one.windowName.toLowerCase())
    if (found === undefined) return one
    const { windowName: _, ...spec } = one
    return {
      ...spec,
      partitionBy: found.partitionBy,
      orderBy: spec.orderBy.length > 0 ? spec.orderBy : found.orderBy,
      ...(found.frame && !spec.frame && { frame: found.frame }),
    }
  })
}

/** Puts named windows in where the query of a `WINDOW` clause names them. */
function replaceWindows(query: Relation, windows: NamedWindows): Relation {
  const all = (expressions: readonly Expression[]) => expressions.map((one) => withWindows(one, windows))
  switch (query.kind) {
    case 'project':
      return { ...query, expressions: all(query.expressions) }
    case 'aggregate':
      return { ...query, aggregates: all(query.aggregates) }
    case 'filter':
      return query.isQualify === true
        ? { ...query, input: replaceWindows(query.input, windows), condition: withWindows(query.condition, windows) }
        : query
    case 'sort':
    case 'deduplicate':
    case 'hint':
    case 'repartitionBy':
      return { ...query, input: replaceWindows(query.input, windows) }
    default:
      return query
  }
}
