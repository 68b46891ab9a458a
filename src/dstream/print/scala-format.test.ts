import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatScala } from './scala-format.ts'

class Point {
  readonly x = 1
  readonly y = 'a'
}

/** Records with what Scala prints for them. */
const RECORDS: readonly (readonly [record: unknown, printed: string])[] = [
  ['hello', 'hello'],
  [3, '3'],
  [0.5, '0.5'],
  [null, 'null'],
  [undefined, 'None'],
  [true, 'true'],
  [12n, '12'],
  [['word', 3], '(word,3)'],
  [[['a', 1], 2], '((a,1),2)'],
  [['k', [1, 2]], '(k,List(1, 2))'],
  [[1, 2, 3], 'List(1, 2, 3)'],
  [['k', undefined], '(k,None)'],
  [{ a: 1 }, 'Map(a -> 1)'],
  [new Map([[['a', 1], 'x']]), 'Map((a,1) -> x)'],
  [new Set([1, 2]), 'Set(1, 2)'],
  [new Uint8Array([1, 2]), 'Array(1, 2)'],
  [new Point(), 'Point(1,a)'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
]

test('records print as Spark prints them in Scala', () => {
  for (const [record, printed] of RECORDS) assert.equal(formatScala(record), printed)
})
