import { quoteIfNeeded } from './identifiers.ts'

/** The kinds of Spark's types. `timestamp` has the session's time zone, `timestampNtz` none. */
export type TypeKind =
  | 'void'
  | 'boolean'
  | 'byte'
  | 'short'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'decimal'
  | 'string'
  | 'char'
  | 'varchar'
  | 'binary'
  | 'date'
  | 'timestamp'
  | 'timestampNtz'
  | 'yearMonthInterval'
  | 'dayTimeInterval'
  | 'calendarInterval'
  | 'array'
  | 'map'
  | 'struct'

/** A type as it stands in a schema's JSON (`StructType.json`). */
export type TypeJson = string | { readonly [key: string]: unknown }

/** The type of a column's values (Spark's `org.apache.spark.sql.types.DataType`). */
export abstract class DataType {
  abstract readonly kind: TypeKind
  /** How the type is written in schemas that are printed: `bigint`, `array<string>` (Spark's `catalogString`). */
  abstract readonly simpleString: string
  /** How the type is written in SQL: `BIGINT`, `ARRAY<STRING>`. */
  get sql(): string {
    return this.simpleString.toUpperCase()
  }
  /** The type's name in `printSchema()` and in JSON: `long`, `array`. */
  get typeName(): string {
    return this.simpleString
  }
  /** The type as plain data, as Spark's `json` has it. */
  get jsonValue(): TypeJson {
    return this.typeName
  }
  /** The type as JSON text (Spark's `DataType.json`). */
  get json(): string {
    return JSON.stringify(this.jsonValue)
  }
  /** Whether the types are the same, nullability of parts included. */
  equals(other: DataType): boolean {
    return this.kind === other.kind && this.json === other.json
  }
  toString(): string {
    return this.simpleString
  }
}

class SimpleType<K extends TypeKind> extends DataType {
  readonly kind: K
  readonly simpleString: string
  readonly #name: string

  /** @param simpleString as in SQL, in lower case. @param name as in JSON. */
  constructor(kind: K, simpleString: string, name: string = simpleString) {
    super()
    this.kind = kind
    this.simpleString = simpleString
    this.#name = name
  }
  override get typeName(): string {
    return this.#name
  }
}

/** The type of `NULL`. */
export const NullType = new SimpleType('void', 'void')
export const BooleanType = new SimpleType('boolean', 'boolean')
/** 8 bits, signed. */
export const ByteType = new SimpleType('byte', 'tinyint', 'byte')
/** 16 bits, signed. */
export const ShortType = new SimpleType('short', 'smallint', 'short')
/** 32 bits, signed. */
export const IntegerType = new SimpleType('integer', 'int', 'integer')
/** 64 bits, signed. */
export const LongType = new SimpleType('long', 'bigint', 'long')
/** 32 bits, IEEE 754. */
export const FloatType = new SimpleType('float', 'float')
/** 64 bits, IEEE 754. */
export const DoubleType = new SimpleType('double', 'double')
export const StringType = new SimpleType('string', 'string')
export const BinaryType = new SimpleType('binary', 'binary')
/** Days of the proleptic Gregorian calendar. */
export const DateType = new SimpleType('date', 'date')
/** A moment, with microseconds; printed in the session's time zone. */
export const TimestampType = new SimpleType('timestamp', 'timestamp')
/** A date and a time of day, with microseconds, in no time zone. */
export const TimestampNTZType = new SimpleType('timestampNtz', 'timestamp_ntz')
/** Months, days and microseconds, side by side. */
export const CalendarIntervalType = new SimpleType('calendarInterval', 'interval')

/** A string of exactly, or of at most, so many characters: the columns of tables alone have such types. */
export class BoundedStringType extends DataType {
  readonly kind: 'char' | 'varchar'
  readonly length: number
  constructor(kind: 'char' | 'varchar', length: number) {
    super()
    this.kind = kind
    this.length = length
  }
  get simpleString(): string {
    return `${this.kind}(${this.length})`
  }
}

/** The fields of an interval, from the longest unit. */
export type YearMonthField = 'YEAR' | 'MONTH'
export type DayTimeField = 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND'

/** Months (Spark's `YearMonthIntervalType`). */
export class YearMonthIntervalType extends DataType {
  readonly kind = 'yearMonthInterval'
  readonly startField: YearMonthField
  readonly endField: YearMonthField
  constructor(startField: YearMonthField = 'YEAR', endField: YearMonthField = 'MONTH') {
    super()
    this.startField = startField
    this.endField = endField
  }
  get simpleString(): string {
    return intervalName(this.startField, this.endField).toLowerCase()
  }
}

/** Microseconds (Spark's `DayTimeIntervalType`). */
export class DayTimeIntervalType extends DataType {
  readonly kind = 'dayTimeInterval'
  readonly startField: DayTimeField
  readonly endField: DayTimeField
  constructor(startField: DayTimeField = 'DAY', endField: DayTimeField = 'SECOND') {
    super()
    this.startField = startField
    this.endField = endField
  }
  get simpleString(): string {
    return intervalName(this.startField, this.endField).toLowerCase()
  }
}

function intervalName(start: string, end: string): string {
  return start === end ? `INTERVAL ${start}` : `INTERVAL ${start} TO ${end}`
}

/** A number of at most `precision` digits, `scale` of them behind the point (Spark's `DecimalType`). */
export class DecimalType extends DataType {
  static readonly MAX_PRECISION = 38
  readonly kind = 'decimal'
  readonly precision: number
  readonly scale: number
  constructor(precision = 10, scale = 0) {
    super()
    this.precision = precision
    this.scale = scale
  }
  get simpleString(): string {
    return `decimal(${this.precision},${this.scale})`
  }
}

/** A list of values of one type (Spark's `ArrayType`). */
export class ArrayType extends DataType {
  readonly kind = 'array'
  readonly elementType: DataType
  readonly containsNull: boolean
  constructor(elementType: DataType, containsNull = true) {
    super()
    this.elementType = elementType
    this.containsNull = containsNull
  }
  get simpleString(): string {
    return `array<${this.elementType.simpleString}>`
  }
  override get sql(): string {
    return `ARRAY<${this.elementType.sql}>`
  }
  override get typeName(): string {
    return 'array'
  }
  override get jsonValue(): TypeJson {
    return { type: 'array', elementType: this.elementType.jsonValue, containsNull: this.containsNull }
  }
}

/** Values by key (Spark's `MapType`). A key is never null. */
export class MapType extends DataType {
  readonly kind = 'map'
  readonly keyType: DataType
  readonly valueType: DataType
  readonly valueContainsNull: boolean
  constructor(keyType: DataType, valueType: DataType, valueContainsNull = true) {
    super()
    this.keyType = keyType
    this.valueType = valueType
    this.valueContainsNull = valueContainsNull
  }
  get simpleString(): string {
    return `map<${this.keyType.simpleString},${this.valueType.simpleString}>`
  }
  override get sql(): string {
    return `MAP<${this.keyType.sql}, ${this.valueType.sql}>`
  }
  override get typeName(): string {
    return 'map'
  }
  override get jsonValue(): TypeJson {
    const { keyType, valueType, valueContainsNull } = this
    return { type: 'map', keyType: keyType.jsonValue, valueType: valueType.jsonValue, valueContainsNull }
  }
}

/** What else is known of a field: plain data, `comment` among it. */
export type FieldMetadata = Readonly<Record<string, unknown>>

/** A field of a {@link StructType}, or a column of a DataFrame (Spark's `StructField`). */
export class StructField {
  readonly name: string
  readonly dataType: DataType
  readonly nullable: boolean
  readonly metadata: FieldMetadata
  constructor(name: string, dataType: DataType, nullable = true, metadata: FieldMetadata = {}) {
    this.name = name
    this.dataType = dataType
    this.nullable = nullable
    this.metadata = metadata
  }
  get jsonValue(): TypeJson {
    return { name: this.name, type: this.dataType.jsonValue, nullable: this.nullable, metadata: this.metadata }
  }
  /** The field as in SQL's DDL: `name BIGINT NOT NULL COMMENT '…'`. */
  get toDDL(): string {
    const comment = this.metadata.comment
    const text = typeof comment === 'string' ? ` COMMENT '${comment.replaceAll("'", "\\'")}'` : ''
    return `${quoteIfNeeded(this.name)} ${this.dataType.sql}${this.nullable ? '' : ' NOT NULL'}${text}`
  }
}

/** Named fields (Spark's `StructType`): the schema of a DataFrame, or the type of a nested value. */
export class StructType extends DataType {
  readonly kind = 'struct'
  readonly fields: readonly StructField[]
  constructor(fields: readonly StructField[] = []) {
    super()
    this.fields = fields
  }
  get simpleString(): string {
    return `struct<${this.fields.map(({ name, dataType }) => `${name}:${dataType.simpleString}`).join(',')}>`
  }
  override get sql(): string {
    const field = ({ name, dataType, nullable }: StructField) =>
      `${quoteIfNeeded(name)}: ${dataType.sql}${nullable ? '' : ' NOT NULL'}`
    return `STRUCT<${this.fields.map(field).join(', ')}>`
  }
  override get typeName(): string {
    return 'struct'
  }
  override get jsonValue(): TypeJson {
    return { type: 'struct', fields: this.fields.map(({ jsonValue }) => jsonValue) }
  }
  /** The names of the fields, in their order. */
  get fieldNames(): string[] {
    return this.fields.map(({ name }) => name)
  }
  /** The schema as SQL's DDL: `word STRING, n BIGINT NOT NULL`. */
  get toDDL(): string {
    return this.fields.map(({ toDDL }) => toDDL).join(',')
  }
  /** This schema and one more field. @param type may be null unless told otherwise. */
  add(name: string, type: DataType, nullable = true, metadata: FieldMetadata = {}): StructType {
    return new StructType([...this.fields, new StructField(name, type, nullable, metadata)])
  }
  /** The schema as `printSchema()` prints it. @param level how deep; all unless given. */
  treeString(level: number = Number.MAX_SAFE_INTEGER): string {
    const lines = ['root']
    addFields(this, ' |-- ', lines, level)
    return `${lines.join('\n')}\n`
  }
}

function addFields(type: StructType, prefix: string, lines: string[], level: number): void {
  if (level <= 0) return
  for (const { name, dataType, nullable } of type.fields) {
    lines.push(`${prefix}${escapeControls(name)}: ${treeName(dataType)} (nullable = ${nullable})`)
    addParts(dataType, ` |   ${prefix}`, lines, level - 1)
  }
}

function addParts(type: DataType, prefix: string, lines: string[], level: number): void {
  if (level <= 0) return
  if (type instanceof StructType) addFields(type, prefix, lines, level)
  if (type instanceof ArrayType) {
    lines.push(`${prefix}element: ${treeName(type.elementType)} (containsNull = ${type.containsNull})`)
    addParts(type.elementType, ` |   ${prefix}`, lines, level - 1)
  }
  if (type instanceof MapType) {
    lines.push(`${prefix}key: ${treeName(type.keyType)}`)
    addParts(type.keyType, ` |   ${prefix}`, lines, level - 1)
    lines.push(`${prefix}value: ${treeName(type.valueType)} (valueContainsNull = ${type.valueContainsNull})`)
    addParts(type.valueType, ` |   ${prefix}`, lines, level - 1)
  }
}

const treeName = (type: DataType): string =>
  type instanceof DecimalType || type instanceof BoundedStringType ? type.simpleString : type.typeName

const CONTROL_NAMES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\v': '\\v',
  '\u0007': '\\a',
  '\b': '\\b',
}
/** Text with `\\n`, `\\t` and their like in place of control characters, as names and cells are printed. */
export const escapeControls = (name: string): string =>
  [...name].map((character) => CONTROL_NAMES[character] ?? character).join('')
