import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareDoubles, countIntervals, rangeOfNumbers, statsOfNumbers, sumOfNumbers } from './numbers.ts'

test('what is no number is refused by name', () => {
  for (const [record, said] of [
    ['5', /the string '5'/],
    [null, /met null/],
    [undefined, /met undefined/],
    [true, /the boolean true/],
    [7n, /the bigint 7n/],
    [[1], /an array of 1 element\b/],
    [new Date(0), /Date/],
  ] as const) {
    for (const take of [
      () => sumOfNumbers([1, record]),
      () => statsOfNumbers([1, record]),
      () => rangeOfNumbers([1, record]),
      () => countIntervals([1, record], 0, [0, 1], true),
      () => countIntervals([1, record], 0, [0, 1], false),
    ]) {
      assert.throws(take, { code: 'NOT_A_NUMBER', message: said })
    }
  }
  assert.equal(sumOfNumbers([1, 2.5, Number.NaN].slice(0, 2)), 3.5)
  assert(Number.isNaN(sumOfNumbers([1, Number.NaN])))
})

test('NaN as the end of the last interval takes in what is above all other bounds, NaN too', () => {
  assert.deepEqual(countIntervals([10.01, -0.01, Number.NaN], 0, [-1 / 0, 0, Number.NaN], false), [1, 2])
  assert.deepEqual(countIntervals([10.01, -0.01, Number.NaN], 0, [-1 / 0, 0, 1 / 0], false), [1, 1])
  assert.deepEqual(countIntervals([1, 2, 3, Number.NaN], 0, [1, 3], false), [3])
})

test("numbers are ordered as Java's doubles", () => {
  const ordered = [-1 / 0, -1, -0, 0, 1e-300, 5, 1 / 0, Number.NaN]
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) assert.equal(compareDoubles(a, b), Math.sign(i - j), `${a} and ${b}`)
  }
})
