import { isPair } from './pair.ts'

/**
 * A record as PySpark's `pprint` prints it: `('word', 3)`, `hello`, `3`.
 *
 * JavaScript has one kind of array where Python has tuples and lists. A record that is an array of two is a pair and printed as a tuple,
 * with its key; a key that is an array is a tuple too, since a list cannot be a key in Python; every other array is a list. Numbers that are whole
 * print as `int`, others as `float`; null and undefined are `None`; a Map or a plain object is a dict, a Set a set, bytes are `bytes`, a Date is a `datetime`.
 * An object with a `toString` of its own prints that.
 */
export function formatPython(record: unknown): string {
  return typeof record === 'string' ? record : represent(record, isPair(record))
}

/** Python's `repr`. */
function represent(value: unknown, isTuple = false): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return number(value)
    case 'boolean':
      return value ? 'True' : 'False'
    case 'undefined':
      return 'None'
    case 'object':
      return value === null ? 'None' : object(value, isTuple)
    case 'function':
      return `<function ${value.name || '<lambda>'}>`
    default:
      return String(value)
  }
}

function object(value: object, isTuple: boolean): string {
  if (Array.isArray(value)) return isTuple ? tuple(value) : `[${list(value)}]`
  if (value instanceof Date) return datetime(value)
  if (value instanceof Uint8Array) return bytes(value)
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return `[${list([...(value as Int8Array)])}]`
  if (value instanceof Map) return dict(value)
  if (value instanceof Set) return value.size === 0 ? 'set()' : `{${list([...value])}}`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return dict(Object.entries(value))
  if (value.toString !== Object.prototype.toString) return String(value)
  const fields = Object.entries(value).map(([name, field]) => `${name}=${represent(field)}`)
  return `${value.constructor.name}(${fields.join(', ')})`
}

/** The first of two is a key, and a key is never a list. */
function tuple(values: readonly unknown[]): string {
  if (isPair(values)) return `(${key(values[0])}, ${represent(values[1])})`
  return `(${list(values)}${values.length === 1 ? ',' : ''})`
}

function key(value: unknown): string {
  if (!Array.isArray(value)) return represent(value)
  return `(${value.map(key).join(', ')}${value.length === 1 ? ',' : ''})`
}

function list(values: readonly unknown[]): string {
  return values.map((value) => represent(value)).join(', ')
}

function dict(entries: Iterable<readonly [unknown, unknown]>): string {
  return `{${Array.from(entries, ([name, value]) => `${key(name)}: ${represent(value)}`).join(', ')}}`
}

/** The largest exponent below which Python writes a float without one. */
const FIXED_EXPONENTS = { least: -4, below: 16 } as const

function number(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  if (Number.isSafeInteger(value)) return String(value)
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string]
  const exponent = Number(exponentText)
  if (exponent >= FIXED_EXPONENTS.least && exponent < FIXED_EXPONENTS.below) return fixed(value, exponent)
  const sign = exponent < 0 ? '-' : '+'
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** All of a float's digits, which JavaScript would write with an exponent from 1e-7 down where Python does from 1e-5. */
function fixed(value: number, exponent: number): string {
  const text = exponent < 0 ? value.toFixed(decimals(value)) : String(value)
  return text.includes('.') ? text : `${text}.0`
}

function decimals(value: number): number {
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  return (mantissa.split('.')[1]?.length ?? 0) - Number(exponent)
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** The characters that Python's repr escapes: controls, separators other than the blank, format characters, lone surrogates, unassigned code points. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u

/** Single quotes, unless there is one inside and no double quote. */
function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  let result = mark
  for (const character of text) {
    if (character === mark) result += `\\${mark}`
    else result += ESCAPES[character] ?? (UNPRINTABLE.test(character) ? escaped(character) : character)
  }
  return result + mark
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!
  const hex = code.toString(16)
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function bytes(value: Uint8Array): string {
  const mark = value.includes(0x27) && !value.includes(0x22) ? '"' : "'"
  const characters = Array.from(value, (byte) => {
    const character = String.fromCharCode(byte)
    if (character === mark) return `\\${mark}`
    const isPrintable = byte >= 0x20 && byte < 0x7f
    return ESCAPES[character] ?? (isPrintable ? character : `\\x${byte.toString(16).padStart(2, '0')}`)
  })
  return `b${mark}${characters.join('')}${mark}`
}

/** Seconds and microseconds only as far as there are some, as Python does. */
function datetime(date: Date): string {
  if (Number.isNaN(date.getTime())) return 'None'
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes()]
  const microseconds = date.getMilliseconds() * 1000
  if (date.getSeconds() > 0 || microseconds > 0) parts.push(date.getSeconds())
  if (microseconds > 0) parts.push(microseconds)
  return `datetime.datetime(${parts.join(', ')})`
}
