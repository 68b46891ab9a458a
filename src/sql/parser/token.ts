/** `word` is a name or a keyword, `quoted` a name in back quotes, `symbol` an operator or a mark. */
export type TokenType = 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'hint' | 'end'

/** A piece of SQL text. */
export interface Token {
  readonly type: TokenType
  /**
   * A word in upper case, a symbol as it is, the name within back quotes, a string's value, a number with its suffix in upper case.
   */
  readonly value: string
  /** The word as it was written. */
  readonly raw: string
  /** First character in the text, and the one behind the last. */
  readonly start: number
  readonly stop: number
}
