import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textOf } from './text-of.ts'

class Point {
  readonly x = 1
  toString(): string {
    return `Point(${this.x})`
  }
}

test('records print as Scala prints them', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ['a b', 'a b'],
    [['word', 3], '(word,3)'],
    [['a', [1, [2, 'b']]], '(a,(1,(2,b)))'],
    [null, 'null'],
    [undefined, 'undefined'],
    [1.5, '1.5'],
    [12n, '12'],
    [true, 'true'],
    [new Map([['a', [1, 2]]]), 'Map(a -> (1,2))'],
    [new Set(['x', 'y']), 'Set(x, y)'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'Invalid Date'],
    [Buffer.from('ü'), 'ü'],
    [{ a: 1, b: 2n }, '{"a":1,"b":"2"}'],
    [new Point(), 'Point(1)'],
  ]
  for (const [value, text] of cases) assert.equal(textOf(value), text)
})
