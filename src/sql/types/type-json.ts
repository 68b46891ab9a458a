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
  type FieldMetadata,
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
  type TypeJson,
  type YearMonthField,
  YearMonthIntervalType,
} from './data-type.ts'

const SIMPLE = new Map(
  [
    NullType,
    BooleanType,
    ByteType,
    ShortType,
    IntegerType,
    LongType,
    FloatType,
    DoubleType,
    StringType,
    BinaryType,
    DateType,
    TimestampType,
    TimestampNTZType,
    CalendarIntervalType,
  ].map((type): [string, DataType] => [type.typeName, type]),
)

/** The type that its JSON text says (Spark's `DataType.fromJson`). @throws TypeError for what is none. */
export function typeOfJson(json: string): DataType {
  return typeOf(JSON.parse(json) as TypeJson)
}

function typeOf(json: TypeJson): DataType {
  if (typeof json === 'string') return namedType(json)
  switch (json.type) {
    case 'array':
      return new ArrayType(typeOf(json.elementType as TypeJson), json.containsNull as boolean)
    case 'map':
      return new MapType(
        typeOf(json.keyType as TypeJson),
        typeOf(json.valueType as TypeJson),
        json.valueContainsNull as boolean,
      )
    case 'struct':
      return new StructType((json.fields as readonly Record<string, unknown>[]).map(fieldOf))
    default:
      throw new TypeError(`no type of a schema: ${JSON.stringify(json)}`)
  }
}

function fieldOf({ name, type, nullable, metadata }: Record<string, unknown>): StructField {
  return new StructField(name as string, typeOf(type as TypeJson), nullable as boolean, metadata as FieldMetadata)
}

function namedType(name: string): DataType {
  const simple = SIMPLE.get(name)
  if (simple !== undefined) return simple
  const decimal = /^decimal(?:\((\d+),(-?\d+)\))?$/.exec(name)
  if (decimal !== null) return new DecimalType(Number(decimal[1] ?? 10), Number(decimal[2] ?? 0))
  const bounded = /^(char|varchar)\((\d+)\)$/.exec(name)
  if (bounded !== null) return new BoundedStringType(bounded[1] as 'char' | 'varchar', Number(bounded[2]))
  const interval = /^interval (\w+)(?: to (\w+))?$/.exec(name)
  if (interval !== null) {
    const [, start = '', end = start] = interval.map((word) => word?.toUpperCase())
    if (start === 'YEAR' || start === 'MONTH') return new YearMonthIntervalType(start, end as YearMonthField)
    return new DayTimeIntervalType(start as DayTimeField, end as DayTimeField)
  }
  throw new TypeError(`no type of a schema: ${name}`)
}
