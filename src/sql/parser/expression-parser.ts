import {
  call,
  type Expression,
  type FrameBound,
  type SortOrder,
  type WindowExpression,
  type WindowFrame,
} from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import { BooleanType, NullType, StringType } from '../types/data-type.ts'
import { numberLiteral } from './number-literal.ts'
import type { Token } from './token.ts'
import { TypeParser } from './type-parser.ts'

/** How tightly operators bind: those with a greater number first. */
const Binding = {
  OR: 1,
  AND: 2,
  NOT: 3,
  PREDICATE: 4,
  COMPARISON: 5,
  PIPE: 6,
  HAT: 7,
  AMPERSAND: 8,
  SHIFT: 9,
  SUM: 10,
  PRODUCT: 11,
  UNARY: 12,
} as const

const BINARY: Readonly<Record<string, readonly [binding: number, name: string]>> = {
  '=': [Binding.COMPARISON, '='],
  '==': [Binding.COMPARISON, '='],
  '<=>': [Binding.COMPARISON, '<=>'],
  '<>': [Binding.COMPARISON, '!='],
  '!=': [Binding.COMPARISON, '!='],
  '<': [Binding.COMPARISON, '<'],
  '<=': [Binding.COMPARISON, '<='],
  '!>': [Binding.COMPARISON, '<='],
  '>': [Binding.COMPARISON, '>'],
  '>=': [Binding.COMPARISON, '>='],
  '!<': [Binding.COMPARISON, '>='],
  '|': [Binding.PIPE, '|'],
  '^': [Binding.HAT, '^'],
  '&': [Binding.AMPERSAND, '&'],
  '<<': [Binding.SHIFT, '<<'],
  '+': [Binding.SUM, '+'],
  '-': [Binding.SUM, '-'],
  '||': [Binding.SUM, '||'],
  '*': [Binding.PRODUCT, '*'],
  '/': [Binding.PRODUCT, '/'],
  '%': [Binding.PRODUCT, '%'],
}
const PREDICATES = ['BETWEEN', 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'REGEXP', 'IS', 'NOT'] as const
/** Words that no expression begins with where a clause or an operator follows. */
const NO_ALIAS = new Set([
  'FROM',
  'WHERE',
  'GROUP',
  'HAVING',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'MINUS',
  'WINDOW',
  'QUALIFY',
  'LATERAL',
  'CLUSTER',
  'DISTRIBUTE',
  'SORT',
  'ON',
  'USING',
  'JOIN',
  'AS',
  'PIVOT',
  'UNPIVOT',
  'WHEN',
  'THEN',
  'ELSE',
  'END',
  'TABLESAMPLE',
])
const WITHOUT_PARENTHESES = [
  'CURRENT_DATE',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'USER',
  'SESSION_USER',
  'CURRENT_TIME',
] as const
const TYPED_LITERALS = ['DATE', 'TIMESTAMP', 'TIMESTAMP_NTZ', 'TIMESTAMP_LTZ', 'X', 'TIME'] as const
const UNITS = [
  'YEAR',
  'MONTH',
  'WEEK',
  'DAY',
  'HOUR',
  'MINUTE',
  'SECOND',
  'MILLISECOND',
  'MICROSECOND',
  'NANOSECOND',
] as const
const DATE_UNITS = [
  'YEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAY',
  'DAYOFYEAR',
  'HOUR',
  'MINUTE',
  'SECOND',
  'MILLISECOND',
  'MICROSECOND',
] as const
const UNIT_FUNCTIONS = new Set([
  'TIMESTAMPADD',
  'DATEADD',
  'DATE_ADD',
  'TIMESTAMPDIFF',
  'DATEDIFF',
  'DATE_DIFF',
  'TIMEDIFF',
])

/** Expressions, by a Pratt parser. Queries within them are read by the class that extends this one. */
export abstract class ExpressionParser extends TypeParser {
  abstract query(): Relation

  expression(): Expression {
    return this.#binary(Binding.OR)
  }

  /** What stands in a select list: an expression, with a name or names or without. */
  namedExpression(): Expression {
    const first = this.peek()
    const child = this.expression()
    const names = this.#aliasNames()
    return names === null ? child : { kind: 'alias', child, names, origin: this.originFrom(first) }
  }

  #aliasNames(): string[] | null {
    const hasAs = this.take('AS')
    if (this.atSymbol('(') && hasAs) return this.inParentheses(() => this.list(() => this.identifier()))
    const { type, value } = this.peek()
    const isName = type === 'quoted' || (type === 'word' && (hasAs || !NO_ALIAS.has(value)))
    if (isName && (hasAs || this.atStrictIdentifier())) return [this.identifier()]
    if (hasAs) throw this.unexpected()
    return null
  }

  sortItem(): SortOrder {
    const first = this.peek()
    const child = this.expression()
    const isDescending = !this.take('ASC') && this.take('DESC')
    let isNullsFirst = !isDescending
    if (this.take('NULLS')) {
      if (this.take('FIRST')) isNullsFirst = true
      else {
        this.expect('LAST')
        isNullsFirst = false
      }
    }
    return Object.assign(
      { kind: 'sortOrder' as const, child, isDescending, isNullsFirst },
      { origin: this.originFrom(first) },
    )
  }

  #binary(least: number): Expression {
    const first = this.peek()
    let left = this.#prefix(least)
    for (;;) {
      const found = this.#operator()
      if (found !== null && found.binding >= least) {
        const { binding, name, length } = found
        for (let i = 0; i < length; i++) this.next()
        const right = this.#binary(binding + 1)
        left = this.#operation(first, name, left, right)
      } else if (least <= Binding.PREDICATE && this.#atPredicate()) left = this.#predicate(first, left)
      else return left
    }
  }

  #operation(first: Token, name: string, left: Expression, right: Expression): Expression {
    const origin = this.originFrom(first)
    if (name === '!=') return { ...call('not', [{ ...call('=', [left, right], true), origin }], true), origin }
    return { ...call(name, [left, right], true), origin }
  }

  #operator(): { readonly binding: number; readonly name: string; readonly length: number } | null {
    const { type, value, stop } = this.peek()
    if (type === 'word') {
      if (value === 'OR') return { binding: Binding.OR, name: 'or', length: 1 }
      if (value === 'AND') return { binding: Binding.AND, name: 'and', length: 1 }
      if (value === 'DIV') return { binding: Binding.PRODUCT, name: 'div', length: 1 }
      return null
    }
    if (type !== 'symbol') return null
    if (value === '>' && this.atSymbol('>', 1) && this.peek(1).start === stop) {
      const isUnsigned = this.atSymbol('>', 2) && this.peek(2).start === stop + 1
      return { binding: Binding.SHIFT, name: isUnsigned ? '>>>' : '>>', length: isUnsigned ? 3 : 2 }
    }
    const found = BINARY[value]
    return found === undefined ? null : { binding: found[0], name: found[1], length: 1 }
  }

  #prefix(least: number): Expression {
    const first = this.peek()
    if (least <= Binding.NOT && (this.take('NOT') || this.takeSymbol('!'))) {
      const child = this.#binary(Binding.NOT)
      return { ...call('not', [child], true), origin: this.originFrom(first) }
    }
    const sign = first.type === 'symbol' ? first.value : ''
    if (sign === '-' && this.peek(1).type === 'number') {
      this.next()
      return this.#postfix(first, this.#number(first, true))
    }
    if (sign === '-' || sign === '+' || sign === '~') {
      this.next()
      const child = this.#binary(Binding.UNARY)
      const name = { '-': 'negative', '+': 'positive', '~': '~' }[sign]
      return { ...call(name, [child], true), origin: this.originFrom(first) }
    }
    return this.#postfix(first, this.#primary())
  }

  #number(first: Token, isNegative: boolean): Expression {
    const token = this.next()
    const literal = numberLiteral(
      isNegative ? `-${token.value}` : token.value,
      (condition, text, parameters, sqlState) => this.error(condition, text, first, parameters, sqlState),
    )
    return { ...literal, origin: this.originFrom(first) }
  }

  #atPredicate(): boolean {
    if (this.atSymbol('!') && ['BETWEEN', 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'REGEXP'].includes(this.peek(1).value))
      return true
    if (!this.atAny(PREDICATES)) return false
    return !this.at('NOT') || ['BETWEEN', 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'REGEXP'].includes(this.peek(1).value)
  }

  #predicate(first: Token, left: Expression): Expression {
    const isNegated = this.take('NOT') || this.takeSymbol('!')
    const made = this.take('IS') ? this.#isPredicate(left) : this.#positivePredicate(left)
    const origin = this.originFrom(first)
    const predicate = { ...made, origin }
    return isNegated ? { ...call('not', [predicate], true), origin } : predicate
  }

  #isPredicate(left: Expression): Expression {
    const isNegated = this.take('NOT') || this.takeSymbol('!')
    const not = (one: Expression) => (isNegated ? call('not', [one], true) : one)
    if (this.take('NULL')) return call(isNegated ? 'isnotnull' : 'isnull', [left], true)
    if (this.take('UNKNOWN')) return call(isNegated ? 'isnotnull' : 'isnull', [left], true)
    if (this.take('TRUE')) return not(call('<=>', [left, { kind: 'literal', type: BooleanType, value: true }], true))
    if (this.take('FALSE')) return not(call('<=>', [left, { kind: 'literal', type: BooleanType, value: false }], true))
    this.expect('DISTINCT', 'FROM')
    const equal = call('<=>', [left, this.#binary(Binding.COMPARISON)], true)
    return isNegated ? equal : call('not', [equal], true)
  }

  #positivePredicate(left: Expression): Expression {
    const word = this.next().value
    switch (word) {
      case 'BETWEEN': {
        const lower = this.#binary(Binding.COMPARISON)
        this.expect('AND')
        return call('between', [left, lower, this.#binary(Binding.COMPARISON)], true)
      }
      case 'IN':
        return this.inParentheses(() => {
          if (!this.#atQuery()) return call('in', [left, ...this.list(() => this.expression())], true)
          const isRow = left.kind === 'function' && left.name[0] === 'struct' && left.isOperator === true
          return { kind: 'subquery', type: 'in', plan: this.query(), values: isRow ? left.args : [left] }
        })
      case 'RLIKE':
      case 'REGEXP':
        return call('rlike', [left, this.#binary(Binding.COMPARISON)], true)
      default:
        return this.#like(word.toLowerCase(), left)
    }
  }

  #like(name: string, left: Expression): Expression {
    const quantifier = (['ANY', 'SOME', 'ALL'] as const).find((word) => this.at(word))
    if (quantifier !== undefined) {
      this.next()
      const patterns = this.inParentheses(() => (this.atSymbol(')') ? [] : this.list(() => this.expression())))
      const tests = patterns.map((pattern): Expression => call(name, [left, pattern], true))
      return tests.reduce((a, b) => call(quantifier === 'ALL' ? 'and' : 'or', [a, b], true))
    }
    const pattern = this.#binary(Binding.COMPARISON)
    if (!this.take('ESCAPE')) return call(name, [left, pattern], true)
    const token = this.peek()
    const escapeText = this.string()
    if (escapeText.length !== 1) {
      throw this.error(
        'INVALID_ESC',
        `Found an invalid escape string: '${escapeText}'. The escape string must contain only one character.`,
        token,
        { invalidEscape: `'${escapeText}'` },
        '42604',
      )
    }
    return call(name, [left, pattern, { kind: 'literal', type: StringType, value: escapeText }], true)
  }

  /** Casts, elements, fields and collations behind a primary expression. */
  #postfix(first: Token, start: Expression): Expression {
    let left = start
    for (;;) {
      if (this.takeSymbol('::')) {
        left = { kind: 'cast', child: left, type: this.dataType(), isTry: false }
      } else if (this.takeSymbol('[')) {
        const key = this.#binary(Binding.COMPARISON)
        this.expectSymbol(']')
        left = { kind: 'extract', child: left, key }
      } else if (this.atSymbol('.') && (this.peek(1).type === 'word' || this.peek(1).type === 'quoted')) {
        this.next()
        const field = this.identifier()
        left =
          left.kind === 'attribute'
            ? { ...left, name: [...left.name, field] }
            : { kind: 'extract', child: left, key: { kind: 'literal', type: StringType, value: field } }
      } else if (this.take('COLLATE')) {
        left = call('collate', [left, { kind: 'literal', type: StringType, value: this.identifier() }])
      } else return left
      left = { ...left, origin: this.originFrom(first) }
    }
  }

  #primary(): Expression {
    const first = this.peek()
    const made = this.#bare(first)
    return made.origin === undefined ? { ...made, origin: this.originFrom(first) } : made
  }

  #bare(first: Token): Expression {
    switch (first.type) {
      case 'number':
        return this.#number(first, false)
      case 'string':
        return { kind: 'literal', type: StringType, value: this.string() }
      case 'symbol':
        return this.#symbolic(first)
      case 'word':
      case 'quoted':
        return this.#word(first)
      default:
        throw this.unexpected()
    }
  }

  #symbolic(first: Token): Expression {
    switch (first.value) {
      case '*':
        this.next()
        return this.#star([])
      case '?':
        this.next()
        return { kind: 'parameter', name: first.start }
      case ':':
        this.next()
        return { kind: 'parameter', name: this.identifier() }
      case '(':
        return this.#parenthesized()
      default:
        throw this.unexpected()
    }
  }

  #star(target: readonly string[]): Expression {
    if (!this.at('EXCEPT') || !this.atSymbol('(', 1)) return { kind: 'star', target }
    this.next()
    const except = this.inParentheses(() => this.list(() => this.qualifiedName()))
    return { kind: 'star', target, except }
  }

  #parenthesized(): Expression {
    const lambda = this.#lambdaOfSeveral()
    if (lambda !== undefined) return lambda
    this.expectSymbol('(')
    if (this.#atQuery()) {
      const query = this.attempt(() => {
        const plan = this.query()
        this.expectSymbol(')')
        return plan
      })
      if (query !== undefined) return { kind: 'subquery', type: 'scalar', plan: query }
    }
    const all = this.list(() => this.namedExpression())
    this.expectSymbol(')')
    return all.length === 1 ? all[0]! : call('struct', all, true)
  }

  #lambdaOfSeveral(): Expression | undefined {
    let ahead = 1
    for (; this.peek(ahead).type === 'word' || this.peek(ahead).type === 'quoted'; ahead += 2) {
      if (this.atSymbol(')', ahead + 1)) break
      if (!this.atSymbol(',', ahead + 1)) return undefined
    }
    if (ahead < 3 || !this.atSymbol(')', ahead + 1) || !this.atSymbol('->', ahead + 2)) return undefined
    const parameters = this.inParentheses(() => this.list(() => this.identifier()))
    this.expectSymbol('->')
    return { kind: 'lambda', parameters, body: this.expression() }
  }

  #atQuery(): boolean {
    let ahead = 0
    while (this.atSymbol('(', ahead)) ahead++
    const { type, value } = this.peek(ahead)
    return type === 'word' &&
      ['SELECT', 'WITH', 'VALUES', 'FROM', 'TABLE', 'MAP', 'REDUCE'].includes(value) &&
      !this.atSymbol('(', ahead + 1)
      ? true
      : type === 'word' && value === 'SELECT'
  }

  #word(first: Token): Expression {
    if (first.type === 'word') {
      const special = this.#special(first)
      if (special !== undefined) return special
    }
    const name = [this.identifier()]
    while (this.atSymbol('.') && (this.peek(1).type === 'word' || this.peek(1).type === 'quoted')) {
      this.next()
      name.push(this.identifier())
    }
    if (this.atSymbol('.') && this.atSymbol('*', 1)) {
      this.next()
      this.next()
      return this.#star(name)
    }
    if (this.atSymbol('(')) return this.#call(first, name)
    if (this.takeSymbol('->')) return { kind: 'lambda', parameters: [name[0]!], body: this.expression() }
    return { kind: 'attribute', name }
  }

  /** Keywords that begin an expression of their own form; undefined for all other words. */
  #special(first: Token): Expression | undefined {
    const word = first.value
    if (word === 'NULL') {
      this.next()
      return { kind: 'literal', type: NullType, value: null }
    }
    if (word === 'TRUE' || word === 'FALSE') {
      if (this.atSymbol('(', 1)) return undefined
      this.next()
      return { kind: 'literal', type: BooleanType, value: word === 'TRUE' }
    }
    if (word === 'CASE' && !this.atSymbol('.', 1)) return this.#case()
    if (word === 'INTERVAL' && this.#atInterval()) return this.#interval()
    if ((TYPED_LITERALS as readonly string[]).includes(word) && this.peek(1).type === 'string') {
      this.next()
      return { kind: 'typedLiteral', typeName: word, text: this.next().value }
    }
    if ((WITHOUT_PARENTHESES as readonly string[]).includes(word) && !this.atSymbol('(', 1) && !this.atSymbol('.', 1)) {
      this.next()
      return call(word.toLowerCase(), [])
    }
    if (!this.atSymbol('(', 1)) return undefined
    return this.#specialCall(first)
  }

  #specialCall(first: Token): Expression | undefined {
    switch (first.value) {
      case 'CAST':
      case 'TRY_CAST':
        this.next()
        return this.inParentheses(() => {
          const child = this.expression()
          this.expect('AS')
          return { kind: 'cast', child, type: this.dataType(), isTry: first.value === 'TRY_CAST' }
        })
      case 'EXISTS': {
        const position = this.position
        this.next()
        this.next()
        if (!this.#atQuery()) {
          this.rewind(position)
          return undefined
        }
        const plan = this.query()
        this.expectSymbol(')')
        return { kind: 'subquery', type: 'exists', plan }
      }
      case 'STRUCT':
        this.next()
        return call(
          'struct',
          this.inParentheses(() => (this.atSymbol(')') ? [] : this.list(() => this.namedExpression()))),
        )
      case 'EXTRACT':
        this.next()
        return this.inParentheses(() => {
          const field = this.identifier()
          this.expect('FROM')
          return call('extract', [{ kind: 'literal', type: StringType, value: field }, this.expression()])
        })
      case 'POSITION':
        return this.attempt(() => {
          this.next()
          return this.inParentheses(() => {
            const part = this.#binary(Binding.COMPARISON)
            this.expect('IN')
            return call('position', [part, this.#binary(Binding.COMPARISON)])
          })
        })
      case 'SUBSTR':
      case 'SUBSTRING':
        return this.attempt(() => this.#substring())
      case 'TRIM':
        return this.attempt(() => this.#trim())
      case 'OVERLAY':
        return this.attempt(() => this.#overlay())
      default:
        return UNIT_FUNCTIONS.has(first.value) ? this.#unitFunction(first) : undefined
    }
  }

  #substring(): Expression {
    const name = this.next().value.toLowerCase()
    return this.inParentheses(() => {
      const args = [this.expression()]
      this.expect('FROM')
      args.push(this.expression())
      if (this.take('FOR')) args.push(this.expression())
      return call(name, args)
    })
  }

  #trim(): Expression {
    this.next()
    return this.inParentheses(() => {
      const side = this.take('BOTH')
        ? 'both'
        : this.take('LEADING')
          ? 'leading'
          : this.take('TRAILING')
            ? 'trailing'
            : null
      const characters = this.at('FROM') ? null : this.expression()
      this.expect('FROM')
      const text = this.expression()
      const name = side === 'leading' ? 'ltrim' : side === 'trailing' ? 'rtrim' : 'trim'
      return call(name, characters === null ? [text] : [text, characters])
    })
  }

  #overlay(): Expression {
    this.next()
    return this.inParentheses(() => {
      const args = [this.expression()]
      this.expect('PLACING')
      args.push(this.expression())
      this.expect('FROM')
      args.push(this.expression())
      if (this.take('FOR')) args.push(this.expression())
      return call('overlay', args)
    })
  }

  #unitFunction(first: Token): Expression | undefined {
    const unit = this.peek(2)
    if (!(DATE_UNITS as readonly string[]).includes(unit.value) || unit.type !== 'word' || !this.atSymbol(',', 3))
      return undefined
    this.next()
    return this.inParentheses(() => {
      const name = this.next().value
      this.expectSymbol(',')
      const a = this.expression()
      this.expectSymbol(',')
      const b = this.expression()
      const isAdd = ['TIMESTAMPADD', 'DATEADD', 'DATE_ADD'].includes(first.value)
      return call(isAdd ? 'timestampadd' : 'timestampdiff', [{ kind: 'literal', type: StringType, value: name }, a, b])
    })
  }

  #case(): Expression {
    this.next()
    const value = this.at('WHEN') ? null : this.expression()
    const args: Expression[] = []
    while (this.take('WHEN')) {
      const condition = this.expression()
      args.push(value === null ? condition : call('=', [value, condition], true))
      this.expect('THEN')
      args.push(this.expression())
    }
    if (args.length === 0) throw this.unexpected()
    if (this.take('ELSE')) args.push(this.expression())
    this.expect('END')
    return call('when', args, true)
  }

  #atInterval(): boolean {
    const { type, value } = this.peek(1)
    if (type === 'number' || type === 'string') return true
    return type === 'symbol' && (value === '-' || value === '+') && ['number', 'string'].includes(this.peek(2).type)
  }

  #interval(): Expression {
    this.next()
    const parts: { value: string; unit: string }[] = []
    while (this.#atIntervalValue()) {
      const sign = this.takeSymbol('-') ? '-' : this.takeSymbol('+') ? '' : ''
      const { type, value } = this.next()
      if (type === 'string' && parts.length === 0 && sign === '' && this.#unit() === null) {
        return { kind: 'typedLiteral', typeName: 'INTERVAL', text: value }
      }
      const unit = this.#unit()
      if (unit === null) throw this.unexpected()
      this.next()
      parts.push({ value: sign === '-' && value.startsWith('-') ? value.slice(1) : `${sign}${value}`, unit })
      if (parts.length === 1 && this.take('TO')) {
        const to = this.#unit()
        if (to === null) throw this.unexpected()
        this.next()
        return { kind: 'interval', parts, to }
      }
    }
    return { kind: 'interval', parts, to: null }
  }

  #atIntervalValue(): boolean {
    const isSigned = this.atSymbol('-') || this.atSymbol('+')
    const { type } = this.peek(isSigned ? 1 : 0)
    const unit = this.peek(isSigned ? 2 : 1)
    return type === 'string' || (type === 'number' && unit.type === 'word' && singular(unit.value) !== null)
  }

  #unit(): string | null {
    const { type, value } = this.peek()
    return type === 'word' ? singular(value) : null
  }

  #call(first: Token, name: readonly string[]): Expression {
    this.expectSymbol('(')
    const isDistinct = this.take('DISTINCT')
    if (!isDistinct && this.at('ALL') && !this.atSymbol('(', 1) && !this.atSymbol(')', 1) && !this.atSymbol(',', 1))
      this.next()
    const args = this.atSymbol(')') ? [] : this.list(() => this.#argument())
    const ignoresInside = this.take('IGNORE', 'NULLS')
    if (!ignoresInside) this.take('RESPECT', 'NULLS')
    this.expectSymbol(')')
    const withinGroup = this.take('WITHIN') ? this.#withinGroup() : undefined
    const filter = this.at('FILTER') && this.atSymbol('(', 1) ? this.#aggregateFilter() : undefined
    const ignoresNulls = this.take('IGNORE', 'NULLS') || ignoresInside
    if (!ignoresNulls) this.take('RESPECT', 'NULLS')
    const made: Expression = {
      kind: 'function',
      name,
      args,
      ...(isDistinct && { isDistinct }),
      ...(filter && { filter }),
      ...(withinGroup && { withinGroup }),
      ...(ignoresNulls && { ignoreNulls: true }),
      origin: this.originFrom(first),
    }
    if (!this.at('OVER')) return made
    this.next()
    return { ...this.windowSpec(), function: made, origin: this.originFrom(first) }
  }

  #withinGroup(): SortOrder[] {
    this.expect('GROUP')
    return this.inParentheses(() => {
      this.expect('ORDER', 'BY')
      return this.list(() => this.sortItem())
    })
  }

  #aggregateFilter(): Expression {
    this.next()
    return this.inParentheses(() => {
      this.expect('WHERE')
      return this.expression()
    })
  }

  #argument(): Expression {
    if ((this.peek().type === 'word' || this.peek().type === 'quoted') && this.atSymbol('=>', 1)) {
      const name = this.identifier()
      this.next()
      return { kind: 'namedArgument', name, value: this.expression() }
    }
    if (this.at('TABLE') && this.atSymbol('(', 1)) {
      this.next()
      const plan = this.inParentheses(
        (): Relation => (this.#atQuery() ? this.query() : { kind: 'table', name: this.qualifiedName(), options: {} }),
      )
      return { kind: 'subquery', type: 'table', plan }
    }
    return this.expression()
  }

  /** A window behind `OVER`, or behind `WINDOW name AS`; its function is a star that the caller replaces. */
  protected windowSpec(): WindowExpression {
    const nothing: Expression = { kind: 'star', target: [] }
    if (!this.atSymbol('(')) {
      return { kind: 'window', function: nothing, partitionBy: [], orderBy: [], windowName: this.identifier() }
    }
    return this.inParentheses(() => {
      const clause = ['PARTITION', 'DISTRIBUTE', 'CLUSTER', 'ORDER', 'SORT', 'RANGE', 'ROWS']
      const windowName =
        !this.atSymbol(')') && !(this.atAny(clause) && !this.atSymbol(')', 1)) ? this.identifier() : undefined
      const isClustered = this.take('CLUSTER', 'BY')
      const partitionBy =
        isClustered || this.take('PARTITION', 'BY') || this.take('DISTRIBUTE', 'BY')
          ? this.list(() => this.expression())
          : []
      const orderBy = this.take('ORDER', 'BY') || this.take('SORT', 'BY') ? this.list(() => this.sortItem()) : []
      const frame = this.#frame()
      return {
        kind: 'window' as const,
        function: nothing,
        partitionBy,
        orderBy,
        ...(frame && { frame }),
        ...(windowName !== undefined && { windowName }),
      }
    })
  }

  #frame(): WindowFrame | undefined {
    const type = this.take('ROWS') ? 'rows' : this.take('RANGE') ? 'range' : null
    if (type === null) return undefined
    if (!this.take('BETWEEN')) return { type, lower: this.#frameBound(), upper: 'currentRow' }
    const lower = this.#frameBound()
    this.expect('AND')
    return { type, lower, upper: this.#frameBound() }
  }

  #frameBound(): FrameBound {
    if (this.take('UNBOUNDED', 'PRECEDING')) return 'unboundedPreceding'
    if (this.take('UNBOUNDED', 'FOLLOWING')) return 'unboundedFollowing'
    if (this.take('CURRENT', 'ROW')) return 'currentRow'
    const value = this.#binary(Binding.COMPARISON)
    if (this.take('PRECEDING')) return call('negative', [value], true)
    this.expect('FOLLOWING')
    return value
  }
}

function singular(unit: string): string | null {
  const one = unit.endsWith('S') ? unit.slice(0, -1) : unit
  return (UNITS as readonly string[]).includes(one) ? one : null
}
