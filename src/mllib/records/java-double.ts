/** A number as Java's `Double.parseDouble` reads it; undefined where Java throws. */
export function parseJavaDouble(text: string): number | undefined {
  const trimmed = trimJava(text)
  const decimal = DECIMAL.exec(trimmed)
  if (decimal !== null) return Number(decimal[1])
  const named = NAMED.exec(trimmed)
  if (named !== null) return named[2] === 'NaN' ? Number.NaN : Number(`${named[1]}Infinity`)
  const hex = HEX.exec(trimmed)
  return hex === null ? undefined : hexDouble(hex)
}

const DECIMAL = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?$/
const NAMED = /^([+-]?)(NaN|Infinity)$/
const HEX = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/

function hexDouble([, sign, whole = '', fraction = '', exponent]: RegExpExecArray): number | undefined {
  const digits = whole + fraction
  if (digits === '') return undefined
  const value = Number(`0x${digits}`) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -value : value
}

/** Java's `trim`: everything up to the space character goes. */
function trimJava(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return text.slice(start, end)
}

/** A number as Java's `Double.toString` writes it: `1.0`, `0.001`, `1.0E-4`, `1.2345678E7`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`
}
