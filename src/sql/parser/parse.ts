import { ParseException } from '../errors.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import type { DataType, StructType } from '../types/data-type.ts'
import { QueryParser } from './query-parser.ts'

class WholeParser extends QueryParser {
  whole<T>(read: (parser: this) => T): T {
    if (this.peek().type === 'end') {
      throw new ParseException('PARSE_EMPTY_STATEMENT', 'Syntax error, unexpected empty statement.', {
        sqlState: '42617',
      })
    }
    const value = read(this)
    this.expectEnd()
    return value
  }
}

/** The query that a text says. @throws ParseException */
export function parseQuery(text: string): Relation {
  return new WholeParser(text).whole((parser) => parser.query())
}

/** The expression, perhaps with a name, that a text says: `price * 2 AS twice`. @throws ParseException */
export function parseExpression(text: string): Expression {
  return new WholeParser(text).whole((parser) => parser.namedExpression())
}

/** The type that a text says: `array<int>`. @throws ParseException */
export function parseDataType(text: string): DataType {
  return new WholeParser(text).whole((parser) => parser.dataType())
}

/** The columns that a text says: `word STRING, n BIGINT`. @throws ParseException */
export function parseColumns(text: string): StructType {
  return new WholeParser(text).whole((parser) => parser.columnTypes())
}
