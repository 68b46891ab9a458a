import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPython } from './python-format.ts'

/** Records with what Python prints for them. */
const RECORDS: readonly (readonly [record: unknown, printed: string])[] = [
  ['hello', 'hello'],
  [3, '3'],
  [null, 'None'],
  [undefined, 'None'],
  [true, 'True'],
  [10n ** 20n, '100000000000000000000'],
  [['word', 3], "('word', 3)"],
  [[['a', 1], 2], "(('a', 1), 2)"],
  [[['a', ['b']], 2], "(('a', ('b',)), 2)"],
  [['k', [1, 2]], "('k', [1, 2])"],
  [['k', [['a', 1]]], "('k', [['a', 1]])"],
  [[1, 2, 3], '[1, 2, 3]'],
  [[], '[]'],
  [['k', undefined], "('k', None)"],
  [['k', false], "('k', False)"],
  [{ a: 1, b: [null] }, "{'a': 1, 'b': [None]}"],
  [new Map<unknown, unknown>([[['a', 1], 'x']]), "{('a', 1): 'x'}"],
  [new Set([1, 'a']), "{1, 'a'}"],
  [new Set(), 'set()'],
  [new Uint8Array([0x61, 0x27, 0, 0xff, 0x5c, 0x0a]), String.raw`b"a'\x00\xff\\\n"`],
  [new Float64Array([0.5, 1]), '[0.5, 1]'],
  [new Date(2023, 10, 14, 22, 13, 20, 5), 'datetime.datetime(2023, 11, 14, 22, 13, 20, 5000)'],
  [new Date(2023, 10, 14, 22, 13), 'datetime.datetime(2023, 11, 14, 22, 13)'],
]

test('records print as PySpark prints them', () => {
  for (const [record, printed] of RECORDS) assert.equal(formatPython(record), printed)
})

/** Strings inside a record with their Python representation. */
const STRINGS: readonly (readonly [text: string, represented: string])[] = [
  ['', "''"],
  ["it's", `"it's"`],
  [`both ' and "`, String.raw`'both \' and "'`],
  ['say "x"', `'say "x"'`],
  ['\\ \n\r\t\x00\x7f\xa0\u200b\u2028é日😀', String.raw`'\\ \n\r\t\x00\x7f\xa0\u200b\u2028é日😀'`],
  ['\ud800', String.raw`'\ud800'`],
]

test('strings are quoted by the rules of Python', () => {
  for (const [text, represented] of STRINGS) assert.equal(formatPython([0, text]), `(0, ${represented})`)
})

/** Numbers with their Python representation. */
const NUMBERS: readonly (readonly [number, string])[] = [
  [0.5, '0.5'],
  [-2.5, '-2.5'],
  [0.0001, '0.0001'],
  [0.00012345, '0.00012345'],
  [1e-5, '1e-05'],
  [1.5e-5, '1.5e-05'],
  [123456789.125, '123456789.125'],
  [1e15 + 0.5, '1000000000000000.5'],
  [9007199254740991, '9007199254740991'],
  [1e16, '1e+16'],
  [1.5e300, '1.5e+300'],
  [5e-324, '5e-324'],
  [-0, '-0.0'],
  [Number.NaN, 'nan'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
]

test('numbers are int when whole, else float, with exponents where Python has them', () => {
  for (const [value, represented] of NUMBERS) assert.equal(formatPython([0, value]), `(0, ${represented})`)
})

class Point {
  readonly x = 1
  readonly y = 'a'
}
class Money {
  readonly #cents = 250
  toString(): string {
    return `$${this.#cents / 100}`
  }
}

test('an object prints by its own toString, or by its fields', () => {
  assert.equal(formatPython(new Point()), "Point(x=1, y='a')")
  assert.equal(formatPython(['k', new Money()]), "('k', $2.5)")
})
