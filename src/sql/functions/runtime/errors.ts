import { SqlRuntimeException } from '../../errors.ts'

const TO_TRY: Readonly<Record<string, string>> = { add: 'try_add', subtract: 'try_subtract', multiply: 'try_multiply' }
const ANSI_KEY = '"spark.sql.ansi.enabled"'

export function arithmeticOverflow(type: string, operation: string): SqlRuntimeException {
  const hint = operation in TO_TRY ? ` Use '${TO_TRY[operation]}' to tolerate overflow and return NULL instead.` : ''
  return new SqlRuntimeException(
    'ARITHMETIC_OVERFLOW',
    `${type} overflow.${hint} If necessary set ${ANSI_KEY} to "false" to bypass this error.`,
    { sqlState: '22003', parameters: { message: `${type} overflow`, alternative: hint, config: ANSI_KEY } },
  )
}

type DivisionErrorCode = 'DIVIDE_BY_ZERO' | 'REMAINDER_BY_ZERO'

export function divideByZero(condition: DivisionErrorCode = 'DIVIDE_BY_ZERO'): SqlRuntimeException {
  const isRemainder = condition === 'REMAINDER_BY_ZERO'
  return new SqlRuntimeException(
    condition,
    `${isRemainder ? 'Remainder' : 'Division'} by zero. Use \`try_${isRemainder ? 'mod' : 'divide'}\` to tolerate divisor being 0 and return NULL instead. If necessary set ${ANSI_KEY} to "false" to bypass this error.`,
    { sqlState: '22012', parameters: { config: ANSI_KEY } },
  )
}

export function castInvalidInput(text: string, from: string, to: string): SqlRuntimeException {
  const expression = `'${text.replaceAll("'", "\\'")}'`
  return new SqlRuntimeException(
    'CAST_INVALID_INPUT',
    `The value ${expression} of the type "${from}" cannot be cast to "${to}" because it is malformed. Correct the value as per the syntax, or change its target type. Use \`try_cast\` to tolerate malformed input and return NULL instead.`,
    { sqlState: '22018', parameters: { expression, sourceType: `"${from}"`, targetType: `"${to}"` } },
  )
}

export function castOverflow(value: string, from: string, to: string): SqlRuntimeException {
  return new SqlRuntimeException(
    'CAST_OVERFLOW',
    `The value ${value} of the type "${from}" cannot be cast to "${to}" due to an overflow. Use \`try_cast\` to tolerate overflow and return NULL instead.`,
    { sqlState: '22003', parameters: { value, sourceType: `"${from}"`, targetType: `"${to}"` } },
  )
}

export function numericOutOfRange(value: string, precision: number, scale: number): SqlRuntimeException {
  return new SqlRuntimeException(
    'NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION',
    `The ${value} rounded half up from ${value} cannot be represented as Decimal(${precision}, ${scale}). If necessary set ${ANSI_KEY} to "false" to bypass this error, and return NULL instead.`,
    { sqlState: '22003', parameters: { value, precision: String(precision), scale: String(scale), config: ANSI_KEY } },
  )
}
