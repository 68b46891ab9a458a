import { parseJavaDouble } from './java-double.ts'
import { MLlibError } from './mllib-error.ts'

/** What a text in Spark's numeric format holds: a number, an array `[1.0,2.0]`, or a tuple `(1.0,[2.0])` of such. */
export type Numeric = number | NumericArray | NumericTuple

/** Numbers in brackets. */
export class NumericArray {
  readonly values: readonly number[]

  constructor(values: readonly number[]) {
    this.values = values
  }

  toString(): string {
    return `[${this.values.join(',')}]`
  }
}

/** Numbers, arrays and tuples in parentheses. */
export class NumericTuple {
  readonly items: readonly Numeric[]

  constructor(items: readonly Numeric[]) {
    this.items = items
  }

  toString(): string {
    return `(${this.items.join(',')})`
  }
}

/**
 * Reads Spark's numeric format (Spark's `NumericParser`): spaces between delimiters are allowed in tuples, numbers are Java's doubles.
 * What stands behind the first complete value is ignored, as in Spark.
 * @throws MLlibError `CANNOT_PARSE_NUMERIC` with Spark's words, the text and the place in it.
 */
export function parseNumericText(text: string): Numeric {
  return new NumericParser(text).parse()
}

/** Shortens a long text for a message. */
export function shown(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`
}

const LONGEST_SHOWN = 120

class NumericParser {
  readonly #text: string
  /** Delimiters, and what stands between them. */
  readonly #tokens: readonly string[]
  #at = 0
  #offset = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = text.match(/[()[\],]|[^()[\],]+/g) ?? []
  }

  parse(): Numeric {
    const token = this.#next()
    if (token === undefined) throw this.#error('Cannot find any token from the input string.')
    if (token === '(') return this.#tuple()
    if (token === '[') return this.#array()
    return this.#number(token)
  }

  #array(): NumericArray {
    const values: number[] = []
    let mayHaveComma = false
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token === ']') return new NumericArray(values)
      if (token === ',') {
        if (!mayHaveComma) throw this.#error("Found a ',' at a wrong position.")
        mayHaveComma = false
      } else {
        values.push(this.#number(token))
        mayHaveComma = true
      }
    }
    throw this.#error("An array must end with ']'.")
  }

  #tuple(): NumericTuple {
    const items: Numeric[] = []
    let mayHaveComma = false
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token === ')') return new NumericTuple(items)
      if (token === ',') {
        if (!mayHaveComma) throw this.#error("Found a ',' at a wrong position.")
        mayHaveComma = false
      } else if (token === '(' || token === '[') {
        items.push(token === '(' ? this.#tuple() : this.#array())
        mayHaveComma = true
      } else if (token.trim() !== '') {
        items.push(this.#number(token))
        mayHaveComma = true
      }
    }
    throw this.#error("A tuple must end with ')'.")
  }

  #number(token: string): number {
    const value = parseJavaDouble(token)
    if (value === undefined) throw this.#error(`Cannot parse a double from: ${token}`)
    return value
  }

  #next(): string | undefined {
    this.#offset += this.#tokens[this.#at - 1]?.length ?? 0
    return this.#tokens[this.#at++]
  }

  #error(what: string): MLlibError {
    return new MLlibError(
      'CANNOT_PARSE_NUMERIC',
      `${what} At character ${this.#offset + 1} of '${shown(this.#text)}'. A vector is written [1.0,2.0] or ` +
        '(size,[indices],[values]), a labelled point (label,vector).',
    )
  }
}
