import type { ParseException } from '../errors.ts'
import { int64 } from '../functions/runtime/int64.ts'
import type { Literal } from '../plan/expression.ts'
import {
  ByteType,
  type DataType,
  DecimalType,
  DoubleType,
  FloatType,
  IntegerType,
  LongType,
  ShortType,
} from '../types/data-type.ts'

type Refuse = (
  condition: string,
  text: string,
  parameters: Readonly<Record<string, string>>,
  sqlState: string,
) => ParseException

const WHOLE: Readonly<Record<string, readonly [type: DataType, bits: bigint]>> = {
  Y: [ByteType, 8n],
  S: [ShortType, 16n],
  L: [LongType, 64n],
}

/** The literal of a number as SQL writes it, its sign before and its suffix behind. */
export function numberLiteral(text: string, refuse: Refuse): Literal {
  const suffix = /(?:BD|[LSYDF])$/.exec(text)?.[0] ?? ''
  const digits = text.slice(0, text.length - suffix.length)
  if (suffix in WHOLE) return whole(digits, WHOLE[suffix]!, refuse)
  if (suffix === 'D') return { kind: 'literal', type: DoubleType, value: Number(digits) }
  if (suffix === 'F') return { kind: 'literal', type: FloatType, value: Math.fround(Number(digits)) }
  if (suffix === '' && /^-?\d+$/.test(digits)) return integer(digits, refuse)
  if (suffix === '' && digits.includes('E')) return { kind: 'literal', type: DoubleType, value: Number(digits) }
  return decimal(digits, refuse)
}

function integer(digits: string, refuse: Refuse): Literal {
  const value = BigInt(digits)
  if (BigInt.asIntN(32, value) === value) return { kind: 'literal', type: IntegerType, value: Number(value) }
  if (BigInt.asIntN(64, value) === value) return { kind: 'literal', type: LongType, value: int64(value) }
  return decimal(digits, refuse)
}

function whole(digits: string, [type, bits]: readonly [type: DataType, bits: bigint], refuse: Refuse): Literal {
  const value = digits.includes('.') || digits.includes('E') ? null : BigInt(digits)
  if (value !== null && BigInt.asIntN(Number(bits), value) === value)
    return { kind: 'literal', type, value: int64(value) }
  const limit = 2n ** (bits - 1n)
  const parameters = {
    rawStrippedQualifier: digits,
    minValue: String(-limit),
    maxValue: String(limit - 1n),
    typeName: type.simpleString,
  }
  throw refuse(
    'INVALID_NUMERIC_LITERAL_RANGE',
    `Numeric literal ${digits} is outside the valid range for ${type.simpleString} with minimum value of ${-limit} and maximum value of ${limit - 1n}. Please adjust the value accordingly.`,
    parameters,
    '22003',
  )
}

/** Digits with a point, perhaps with an exponent. */
function decimal(text: string, refuse: Refuse): Literal {
  const [mantissa = '', exponent = '0'] = text.split('E')
  const [before = '', behind = ''] = mantissa.replace('-', '').split('.')
  let scale = behind.length - Number(exponent)
  let unscaled = BigInt(`${before}${behind}` || '0')
  if (scale < 0) {
    unscaled *= 10n ** BigInt(-scale)
    scale = 0
  }
  const precision = Math.max(String(unscaled).length, scale)
  if (precision > DecimalType.MAX_PRECISION) {
    throw refuse(
      'DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION',
      `Decimal precision ${precision} exceeds max precision 38.`,
      { precision: String(precision), maxPrecision: '38' },
      '22003',
    )
  }
  const value = text.startsWith('-') ? -unscaled : unscaled
  return { kind: 'literal', type: new DecimalType(precision, scale), value: int64(value) }
}
