import { ParseException } from '../errors.ts'
import type { Token, TokenType } from './token.ts'

/** Longer symbols first. `>>` and `>>>` are put together by the parser, because `array<array<int>>` has none. */
const SYMBOLS = [
  '<=>',
  '<=',
  '>=',
  '<>',
  '!=',
  '==',
  '!>',
  '!<',
  '<<',
  '||',
  '|>',
  '::',
  '->',
  '=>',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '~',
  '&',
  '|',
  '^',
  '.',
  ',',
  ';',
  ':',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '?',
  '!',
  '$',
  '@',
  '#',
  '\\',
] as const
const SPACE = /[\s\u00a0\u2000-\u200b\u3000\ufeff]/u
const WORD = /[\p{L}\p{N}_]/u
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?(?:BD|[LSYDF])?/iy
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001a',
  // LIKE takes these with their backslash.
  '%': '\\%',
  _: '\\_',
}

/** Cuts SQL text into tokens, the last one an `end`. @throws ParseException for a comment or a string without an end. */
export function tokensOf(text: string): Token[] {
  return new Lexer(text).tokens()
}

class Lexer {
  readonly #text: string
  readonly #tokens: Token[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  tokens(): Token[] {
    while (this.#skipSpace()) this.#next()
    this.#add('end', '', this.#at, this.#at)
    return this.#tokens
  }

  /** @returns whether something is left. */
  #skipSpace(): boolean {
    const text = this.#text
    for (;;) {
      const character = text[this.#at]
      if (character === undefined) return false
      if (SPACE.test(character)) this.#at++
      else if (text.startsWith('--', this.#at)) this.#skipLine()
      else if (text.startsWith('/*', this.#at) && text[this.#at + 2] !== '+') this.#skipComment()
      else return true
    }
  }

  /** A backslash at the end of a comment's line goes on with the comment in the next one. */
  #skipLine(): void {
    const end = /(?<!\\)[\r\n]/g
    end.lastIndex = this.#at
    const found = end.exec(this.#text)
    this.#at = found === null ? this.#text.length : found.index
  }

  #skipComment(): void {
    const start = this.#at
    let depth = 0
    do {
      if (this.#at >= this.#text.length) {
        throw new ParseException(
          'UNCLOSED_BRACKETED_COMMENT',
          'Found an unclosed bracketed comment. Please, append */ at the end of the comment.',
          { sqlState: '42601', origin: { sqlText: this.#text, start, stop: start + 2 } },
        )
      }
      if (this.#text.startsWith('/*', this.#at)) {
        depth++
        this.#at += 2
      } else if (this.#text.startsWith('*/', this.#at)) {
        depth--
        this.#at += 2
      } else this.#at++
    } while (depth > 0)
  }

  #next(): void {
    const text = this.#text
    const start = this.#at
    const character = text[start]!
    if (text.startsWith('/*+', start)) {
      this.#at += 3
      this.#add('hint', '/*+', start, this.#at)
    } else if (
      text.startsWith('*/', start) &&
      this.#tokens.some(({ type, value }) => type === 'hint' && value === '/*+')
    ) {
      this.#at += 2
      this.#add('hint', '*/', start, this.#at)
    } else if (character === "'" || character === '"') this.#string(start, false)
    else if ((character === 'r' || character === 'R') && /["']/.test(text[start + 1] ?? '')) {
      this.#at++
      this.#string(start, true)
    } else if (character === '`') this.#quotedName(start)
    else if (!this.#number(start)) this.#wordOrSymbol(start)
  }

  #number(start: number): boolean {
    NUMBER.lastIndex = start
    const found = NUMBER.exec(this.#text)
    if (found === null) return false
    let number = found[0]
    // `a.1` is a field, `1.e` a number and a field; `1st` is a name.
    if (number.startsWith('.') && this.#tokens.at(-1)?.stop === start && this.#endsName()) return false
    if (WORD.test(this.#text[start + number.length] ?? '')) return false
    if (number.endsWith('.') && /^[A-Za-z_]/.test(this.#text.slice(start + number.length))) number = number.slice(0, -1)
    this.#at = start + number.length
    this.#add('number', number.toUpperCase(), start, this.#at)
    return true
  }

  /** Whether the token before may be the name that a field is taken of. */
  #endsName(): boolean {
    const last = this.#tokens.at(-1)!
    return last.type === 'word' || last.type === 'quoted' || last.value === ')' || last.value === ']'
  }

  #wordOrSymbol(start: number): void {
    const text = this.#text
    let end = start
    while (end < text.length && WORD.test(text[end]!)) end++
    if (end > start) {
      this.#at = end
      this.#add('word', text.slice(start, end).toUpperCase(), start, end)
      return
    }
    const symbol = SYMBOLS.find((one) => text.startsWith(one, start)) ?? text[start]!
    this.#at = start + symbol.length
    this.#add('symbol', symbol, start, this.#at)
  }

  #quotedName(start: number): void {
    let name = ''
    let at = start + 1
    for (;;) {
      const end = this.#text.indexOf('`', at)
      if (end < 0) throw this.#unclosed(start)
      name += this.#text.slice(at, end)
      at = end + 1
      if (this.#text[at] !== '`') break
      name += '`'
      at++
    }
    this.#at = at
    this.#add('quoted', name, start, at)
  }

  #string(start: number, isRaw: boolean): void {
    const text = this.#text
    const quote = text[this.#at]!
    let value = ''
    let at = this.#at + 1
    for (;;) {
      const character = text[at]
      if (character === undefined) throw this.#unclosed(start)
      if (character === quote) {
        at++
        if (isRaw || text[at] !== quote) break
        value += quote
        at++
      } else if (character === '\\' && !isRaw) {
        const [character, length] = unescaped(text, at)
        value += character
        at += length
      } else {
        value += character
        at++
      }
    }
    this.#at = at
    this.#add('string', value, start, at)
  }

  #unclosed(start: number): ParseException {
    return new ParseException('PARSE_SYNTAX_ERROR', `Syntax error at or near '${this.#text[start]}'.`, {
      sqlState: '42601',
      parameters: { error: `'${this.#text[start]}'`, hint: '' },
      origin: { sqlText: this.#text, start, stop: start + 1 },
    })
  }

  #add(type: TokenType, value: string, start: number, stop: number): void {
    this.#tokens.push({ type, value, raw: this.#text.slice(start, stop), start, stop })
  }
}

/** What a backslash and the characters behind it stand for, and how many characters they are. */
function unescaped(text: string, at: number): [value: string, length: number] {
  const rest = text.slice(at + 1, at + 10)
  const code = /^u([0-9A-Fa-f]{4})/.exec(rest) ?? /^U([0-9A-Fa-f]{8})/.exec(rest)
  if (code !== null) return [String.fromCodePoint(Number.parseInt(code[1]!, 16)), code[0].length + 1]
  const octal = /^[01][0-7]{2}/.exec(rest)
  if (octal !== null) return [String.fromCharCode(Number.parseInt(octal[0], 8)), 4]
  const character = rest[0] ?? ''
  return [ESCAPES[character] ?? character, 1 + character.length]
}
