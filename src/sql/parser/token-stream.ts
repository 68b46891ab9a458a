import { ParseException } from '../errors.ts'
import type { Origin } from '../plan/origin.ts'
import { tokensOf } from './lexer.ts'
import type { Token } from './token.ts'

/** Words that are joins and set operations rather than names of tables or columns behind a relation or an expression. */
const STRICT_NON_RESERVED = new Set([
  'ANTI',
  'CROSS',
  'EXCEPT',
  'FULL',
  'INNER',
  'INTERSECT',
  'JOIN',
  'LATERAL',
  'LEFT',
  'NATURAL',
  'ON',
  'RIGHT',
  'SEMI',
  'MINUS',
  'UNION',
  'USING',
])

/** The tokens of a text, read from left to right, with a way back. */
export class TokenStream {
  readonly text: string
  readonly #tokens: readonly Token[]
  #at = 0

  /** @throws ParseException for a string or a comment without an end. */
  constructor(text: string) {
    this.text = text
    this.#tokens = tokensOf(text)
  }

  /** The token that comes next, or one further on. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!
  }

  protected next(): Token {
    const token = this.peek()
    if (token.type !== 'end') this.#at++
    return token
  }

  protected get position(): number {
    return this.#at
  }

  /** Goes back to where {@link position} was. */
  protected rewind(position: number): void {
    this.#at = position
  }

  /** The place in the text from a token on to the one before the next. */
  protected originFrom(first: Token): Origin {
    const last = this.#tokens[Math.max(0, this.#at - 1)]!
    return { sqlText: this.text, start: first.start, stop: Math.max(first.stop, last.stop) }
  }

  /** The text from a token on to the one before the next. */
  protected textFrom(first: Token): string {
    return this.text.slice(first.start, this.#tokens[Math.max(0, this.#at - 1)]!.stop)
  }

  /** Whether these keywords come next, one after another. */
  protected at(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const { type, value } = this.peek(index)
      return type === 'word' && value === word
    })
  }

  protected atAny(words: readonly string[]): boolean {
    const { type, value } = this.peek()
    return type === 'word' && words.includes(value)
  }

  protected atSymbol(symbol: string, ahead = 0): boolean {
    const { type, value } = this.peek(ahead)
    return type === 'symbol' && value === symbol
  }

  /** Takes these keywords if they come next. */
  protected take(...words: readonly string[]): boolean {
    if (!this.at(...words)) return false
    this.#at += words.length
    return true
  }

  protected takeSymbol(symbol: string): boolean {
    if (!this.atSymbol(symbol)) return false
    this.#at++
    return true
  }

  /** @throws ParseException when another token comes. */
  protected expect(...words: readonly string[]): void {
    for (const word of words) if (!this.take(word)) throw this.unexpected(word)
  }

  protected expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(symbol)
  }

  protected expectEnd(): void {
    while (this.takeSymbol(';'));
    if (this.peek().type !== 'end') throw this.unexpected()
  }

  /** One or more of them, with commas between. */
  protected list<T>(one: () => T): T[] {
    const all = [one()]
    while (this.takeSymbol(',')) all.push(one())
    return all
  }

  /** The same in parentheses. */
  protected inParentheses<T>(one: () => T): T {
    this.expectSymbol('(')
    const value = one()
    this.expectSymbol(')')
    return value
  }

  /** Tries one way of reading; goes back to where it began when it fails. @returns undefined then. */
  protected attempt<T>(read: () => T): T | undefined {
    const position = this.#at
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ParseException)) throw error
      this.#at = position
      return undefined
    }
  }

  /** A name: a word, or any text in back quotes. */
  protected identifier(): string {
    const token = this.peek()
    if (token.type !== 'word' && token.type !== 'quoted') throw this.unexpected()
    this.next()
    if (token.type === 'quoted') return token.value
    return token.raw
  }

  /** A name that cannot be mistaken for a join, or for what follows a relation. */
  protected strictIdentifier(): string {
    if (!this.atStrictIdentifier()) throw this.unexpected()
    return this.identifier()
  }

  protected atStrictIdentifier(): boolean {
    const { type, value } = this.peek()
    return type === 'quoted' || (type === 'word' && !STRICT_NON_RESERVED.has(value))
  }

  /** Names with points between them. */
  protected qualifiedName(): string[] {
    const parts = [this.identifier()]
    while (this.atSymbol('.') && this.peek(1).value !== '*') {
      this.next()
      parts.push(this.identifier())
    }
    return parts
  }

  protected string(): string {
    if (this.peek().type !== 'string') throw this.unexpected()
    let value = ''
    while (this.peek().type === 'string') value += this.next().value
    return value
  }

  protected integer(): number {
    const { type, value } = this.peek()
    if (type !== 'number' || !/^\d+$/.test(value)) throw this.unexpected()
    this.next()
    return Number(value)
  }

  /** The error for the token that comes next. @param missing what would have been right. */
  protected unexpected(missing?: string): ParseException {
    const token = this.peek()
    const isEnd = token.type === 'end'
    const near = isEnd ? 'end of input' : `'${token.raw}'`
    const hint = missing === undefined || isEnd ? '' : `: missing '${missing}'`
    return this.error('PARSE_SYNTAX_ERROR', `Syntax error at or near ${near}${hint}.`, token, { error: near, hint })
  }

  protected error(
    condition: string,
    text: string,
    token: Token,
    parameters: Readonly<Record<string, string>> = {},
    sqlState = '42601',
  ): ParseException {
    const origin = { sqlText: this.text, start: token.start, stop: token.stop }
    return new ParseException(condition, text, { parameters, sqlState, origin })
  }
}
