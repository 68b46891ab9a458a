import {
  ArrayType,
  ByteType,
  type DataType,
  DateType,
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
  type TypeKind,
} from '../types/data-type.ts'

const INTEGRAL: readonly TypeKind[] = ['byte', 'short', 'integer', 'long']
const NUMERIC: readonly TypeKind[] = [...INTEGRAL, 'float', 'double', 'decimal']
/** From the narrowest. A decimal with a float gives a double. */
const PRECEDENCE: readonly DataType[] = [ByteType, ShortType, IntegerType, LongType, FloatType, DoubleType]
const DIGITS: Readonly<Partial<Record<TypeKind, number>>> = { byte: 3, short: 5, integer: 10, long: 20 }

export const isIntegral = ({ kind }: DataType): boolean => INTEGRAL.includes(kind)
export const isNumeric = ({ kind }: DataType): boolean => NUMERIC.includes(kind)
export const isText = ({ kind }: DataType): boolean => kind === 'string' || kind === 'char' || kind === 'varchar'
export const isMoment = ({ kind }: DataType): boolean =>
  kind === 'date' || kind === 'timestamp' || kind === 'timestampNtz'

/** The decimal that holds every value of a whole-number type. */
export function decimalOf(type: DataType): DecimalType | null {
  if (type instanceof DecimalType) return type
  const digits = DIGITS[type.kind]
  return digits === undefined ? null : new DecimalType(digits, 0)
}

/** A decimal of these digits, cut to what Spark allows: whole digits stay, at least six behind the point if there were as many. */
export function boundedDecimal(precision: number, scale: number): DecimalType {
  const max = DecimalType.MAX_PRECISION
  if (precision <= max) return new DecimalType(precision, scale)
  const whole = precision - scale
  const leastScale = Math.min(scale, 6)
  return new DecimalType(max, Math.max(max - whole, leastScale))
}

/** The decimal that holds every value of both. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale)
  if (whole + scale <= DecimalType.MAX_PRECISION) return new DecimalType(whole + scale, scale)
  return boundedDecimal(whole + scale, scale)
}

/**
 * The type that values of both types are cast to where they meet: in a comparison, the branches of a `CASE`, a set operation (Spark's ANSI rules). Null where
 * there is none.
 */
export function widerType(a: DataType, b: DataType): DataType | null {
  if (a.equals(b)) return a
  if (a.kind === 'void') return b
  if (b.kind === 'void') return a
  if (isNumeric(a) && isNumeric(b)) return widerNumber(a, b)
  if (isText(a) && isText(b)) return StringType
  if (isText(a)) return widerOfText(b)
  if (isText(b)) return widerOfText(a)
  if (isMoment(a) && isMoment(b)) return widerMoment(a, b)
  return widerNested(a, b)
}

function widerNumber(a: DataType, b: DataType): DataType {
  if (a.kind === 'decimal' || b.kind === 'decimal') {
    const left = decimalOf(a)
    const right = decimalOf(b)
    return left === null || right === null ? DoubleType : widerDecimal(left, right)
  }
  const place = Math.max(PRECEDENCE.indexOf(a), PRECEDENCE.indexOf(b))
  // A whole number and a float meet in a double, because a float has too few digits.
  const isMixed = isIntegral(a) !== isIntegral(b)
  return isMixed && PRECEDENCE[place] === FloatType ? DoubleType : PRECEDENCE[place]!
}

/** Text that meets another type is cast to it; whole numbers are read as longs, other numbers as doubles. */
function widerOfText(other: DataType): DataType | null {
  if (isIntegral(other)) return LongType
  if (isNumeric(other)) return DoubleType
  if (isMoment(other) || other.kind === 'boolean' || other.kind === 'binary') return other
  return null
}

function widerMoment(a: DataType, b: DataType): DataType {
  if (a.kind === 'date') return b
  if (b.kind === 'date') return a
  return a.kind === 'timestamp' || b.kind === 'timestamp' ? TimestampType : TimestampNTZType
}

function widerNested(a: DataType, b: DataType): DataType | null {
  if (a instanceof ArrayType && b instanceof ArrayType) {
    const element = widerType(a.elementType, b.elementType)
    return element === null ? null : new ArrayType(element, a.containsNull || b.containsNull)
  }
  if (a instanceof MapType && b instanceof MapType) {
    const key = widerType(a.keyType, b.keyType)
    const value = widerType(a.valueType, b.valueType)
    return key === null || value === null ? null : new MapType(key, value, a.valueContainsNull || b.valueContainsNull)
  }
  if (a instanceof StructType && b instanceof StructType && a.fields.length === b.fields.length) {
    const fields = a.fields.map((field, index) => {
      const other = b.fields[index]!
      const type = widerType(field.dataType, other.dataType)
      return type === null ? null : new StructField(field.name, type, field.nullable || other.nullable)
    })
    return fields.every((field) => field !== null) ? new StructType(fields) : null
  }
  return null
}

/** The type that all of these meet in. */
export function commonType(types: readonly DataType[]): DataType | null {
  return types.reduce<DataType | null>((all, type) => (all === null ? null : widerType(all, type)), NullType)
}

/** Whether Spark casts values by itself where the other type is asked for, in ANSI mode. */
export function canWiden(from: DataType, to: DataType): boolean {
  if (from.equals(to) || from.kind === 'void') return true
  if (isText(from))
    return to.kind === 'string' || isNumeric(to) || isMoment(to) || to.kind === 'boolean' || to.kind === 'binary'
  if (isNumeric(from) && isNumeric(to)) {
    if (to instanceof DecimalType) {
      const own = decimalOf(from)
      return own !== null && own.scale <= to.scale && own.precision - own.scale <= to.precision - to.scale
    }
    if (from.kind === 'decimal') return to.kind === 'double' || to.kind === 'float'
    return PRECEDENCE.indexOf(from) <= PRECEDENCE.indexOf(to)
  }
  if (from === DateType) return to === TimestampType || to === TimestampNTZType
  if (isMoment(from) && isMoment(to)) return to !== DateType
  if (from instanceof ArrayType && to instanceof ArrayType) return canWiden(from.elementType, to.elementType)
  return false
}
