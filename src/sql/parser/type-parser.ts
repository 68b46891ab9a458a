import {
  ArrayType,
  BinaryType,
  BooleanType,
  BoundedStringType,
  ByteType,
  CalendarIntervalType,
  type DataType,
  DateType,
  type DayTimeField,
  DayTimeIntervalType,
  DecimalType,
  DoubleType,
  FloatType,
  IntegerType,
  LongType,
  MapType,
  NullType,
  ShortType,
  StringType,
  StructField,
  StructType,
  TimestampNTZType,
  TimestampType,
  YearMonthIntervalType,
} from '../types/data-type.ts'
import { TokenStream } from './token-stream.ts'

const SIMPLE_TYPES: Readonly<Record<string, DataType>> = {
  BOOLEAN: BooleanType,
  TINYINT: ByteType,
  BYTE: ByteType,
  SMALLINT: ShortType,
  SHORT: ShortType,
  INT: IntegerType,
  INTEGER: IntegerType,
  BIGINT: LongType,
  LONG: LongType,
  FLOAT: FloatType,
  REAL: FloatType,
  DOUBLE: DoubleType,
  DATE: DateType,
  TIMESTAMP: TimestampType,
  TIMESTAMP_LTZ: TimestampType,
  TIMESTAMP_NTZ: TimestampNTZType,
  STRING: StringType,
  BINARY: BinaryType,
  VOID: NullType,
}
const DAY_TIME_FIELDS: readonly DayTimeField[] = ['DAY', 'HOUR', 'MINUTE', 'SECOND']

/** Types as SQL writes them: `array<decimal(10,2)>`, `STRUCT<a: INT NOT NULL>`. */
export class TypeParser extends TokenStream {
  /** @throws ParseException for what is no type. */
  dataType(): DataType {
    const token = this.peek()
    if (token.type !== 'word') throw this.unexpected()
    const name = token.value
    this.next()
    switch (name) {
      case 'ARRAY':
        return this.#inAngles(token.raw, () => new ArrayType(this.dataType()))
      case 'MAP':
        return this.#inAngles(token.raw, () => {
          const keyType = this.dataType()
          this.expectSymbol(',')
          return new MapType(keyType, this.dataType())
        })
      case 'STRUCT':
        if (this.takeSymbol('<>')) return new StructType()
        return this.#inAngles(
          token.raw,
          () => new StructType(this.atSymbol('>') ? [] : this.list(() => this.#structField())),
        )
      case 'INTERVAL':
        return this.#intervalType()
      case 'DECIMAL':
      case 'DEC':
      case 'NUMERIC':
        return this.#decimalType()
      case 'CHAR':
      case 'CHARACTER':
      case 'VARCHAR':
        return this.#boundedString(name === 'VARCHAR' ? 'varchar' : 'char', token)
    }
    const simple = SIMPLE_TYPES[name]
    if (simple === undefined || this.atSymbol('(')) {
      throw this.error(
        'UNSUPPORTED_DATATYPE',
        `Unsupported data type "${token.raw.toUpperCase()}".`,
        token,
        {
          typeName: `"${token.raw.toUpperCase()}"`,
        },
        '0A000',
      )
    }
    if (simple === StringType && this.take('COLLATE')) this.identifier()
    return simple
  }

  /** Columns with their types: `a INT NOT NULL, b STRING COMMENT 'text'`. */
  columnTypes(): StructType {
    return new StructType(this.list(() => this.#structField()))
  }

  #structField(): StructField {
    const name = this.identifier()
    this.takeSymbol(':')
    const type = this.dataType()
    const isNullable = !this.take('NOT', 'NULL')
    const metadata = this.take('COMMENT') ? { comment: this.string() } : {}
    return new StructField(name, type, isNullable, metadata)
  }

  #inAngles<T>(name: string, read: () => T): T {
    if (!this.atSymbol('<')) {
      throw this.error(
        'INCOMPLETE_TYPE_DEFINITION',
        `Incomplete complex type: The definition of "${name.toUpperCase()}" type is incomplete. You must provide an element type.`,
        this.peek(),
      )
    }
    this.next()
    const value = read()
    this.expectSymbol('>')
    return value
  }

  #intervalType(): DataType {
    const isYearMonth = this.atAny(['YEAR', 'MONTH'])
    if (!isYearMonth && !this.atAny(DAY_TIME_FIELDS)) return CalendarIntervalType
    const start = this.next().value
    const end = this.take('TO') ? this.next().value : start
    if (isYearMonth) return new YearMonthIntervalType(start as 'YEAR' | 'MONTH', end as 'YEAR' | 'MONTH')
    return new DayTimeIntervalType(start as DayTimeField, end as DayTimeField)
  }

  #decimalType(): DataType {
    if (!this.atSymbol('(')) return new DecimalType()
    const token = this.peek(1)
    const [precision = 10, scale = 0] = this.inParentheses(() => this.list(() => this.integer()))
    if (precision > DecimalType.MAX_PRECISION) {
      throw this.error(
        'DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION',
        `Decimal precision ${precision} exceeds max precision ${DecimalType.MAX_PRECISION}.`,
        token,
        { precision: String(precision), maxPrecision: '38' },
        '22003',
      )
    }
    return new DecimalType(precision, scale)
  }

  #boundedString(kind: 'char' | 'varchar', token: ReturnType<TypeParser['peek']>): DataType {
    if (!this.atSymbol('(')) {
      throw this.error(
        'DATATYPE_MISSING_SIZE',
        `DataType "${token.value}" requires a length parameter, for example "${token.value}"(10). Please specify the length.`,
        token,
        { type: `"${token.value}"` },
        '42K01',
      )
    }
    return new BoundedStringType(
      kind,
      this.inParentheses(() => this.integer()),
    )
  }
}
