import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { keysEqual } from './key/index.ts'
import { compareValues, NotComparableError, reverseOrdering } from './ordering.ts'

describe('compareValues', () => {
  const ascending: [string, unknown[]][] = [
    ['numbers, NaN last', [-Infinity, -1, 0, 5e-324, 1, 10, Infinity, NaN]],
    [
      'numbers and bigints by value, the number first',
      [-(2n ** 70n), -1, 0n, 1, 1n, 1.5, 2n, 2 ** 60, 2n ** 60n, Infinity, NaN],
    ],
    ['strings by UTF-16 code unit', ['', 'A', 'B', 'a', 'aa', 'ab', 'é', '\ud83d\ude00', '\uffff']],
    ['booleans', [false, true]],
    ['dates, invalid last', [new Date(-5), new Date(0), new Date(7), new Date(NaN)]],
    [
      'bytes as unsigned',
      [new Uint8Array(0), Buffer.from([1]), new Uint8Array([1, 0]), new Uint8Array([127]), new Uint8Array([128])],
    ],
    ['arrays, shorter first', [[], [null], [undefined], [1], [1, 'a'], [1, 'b'], [2]]],
    ['nothing before everything', [null, undefined, -Infinity]],
  ]
  for (const [name, values] of ascending) {
    test(`orders ${name}`, () => {
      for (let i = 0; i < values.length; i++) {
        for (let j = 0; j < values.length; j++) {
          assert.equal(Math.sign(compareValues(values[i], values[j])), Math.sign(i - j), `${i} and ${j}`)
        }
      }
      // JavaScript's own sort never shows undefined to a comparator: it always puts it last.
      const sortable = values.filter((value) => value !== undefined)
      assert.deepEqual([...sortable].reverse().sort(compareValues), sortable)
      assert.deepEqual([...sortable].sort(reverseOrdering(compareValues)), [...sortable].reverse())
    })
  }

  test('takes -0 and 0 as equal, as keys are', () => {
    assert.equal(compareValues(-0, 0), 0)
    assert.equal(compareValues([-0], [0]), 0)
  })

  test('refuses values of different kinds and kinds without an order, and names them', () => {
    const cases: [unknown, unknown, RegExp][] = [
      ['a', 1, /between a string and a number/],
      [[1], ['a'], /between a number and a string/],
      [{ a: 1 }, { a: 1 }, /between a plain object and a plain object/],
      [new Map(), new Map(), /between an instance of Map/],
      [true, new Date(), /between a boolean and an instance of Date/],
      [() => 1, () => 1, /between a function and a function/],
    ]
    for (const [a, b, message] of cases) {
      assert.throws(
        () => compareValues(a, b),
        (error) =>
          error instanceof NotComparableError && error.code === 'NOT_COMPARABLE' && message.test(error.message),
      )
    }
  })

  const nothing = fc.constantFrom(null, undefined)
  const number = fc.oneof(fc.constantFrom(0, -0, 1, NaN, 0n, 1n, 2n ** 53n, 2 ** 53), fc.double(), fc.bigInt())
  const scalar = fc.constantFrom<fc.Arbitrary<unknown>[]>(
    fc.oneof(number, nothing),
    fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), nothing),
    fc.oneof(fc.date({ noInvalidDate: false }), nothing),
    fc.uint8Array({ maxLength: 3, max: 2 }),
    fc.array(fc.oneof(number, nothing), { maxLength: 3 }),
  )
  const three = scalar.chain((kind) => fc.tuple(kind, kind, kind))

  test('is a total order that agrees with key equality', () => {
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        const ab = Math.sign(compareValues(a, b))
        const bc = Math.sign(compareValues(b, c))
        const ac = Math.sign(compareValues(a, c))
        assert.equal(ab, 0 - Math.sign(compareValues(b, a)))
        if (ab <= 0 && bc <= 0) assert.ok(ac <= 0)
        if (ab === 0) assert.equal(ac, bc)
        assert.equal(ab === 0, keysEqual(a, b))
      }),
      { numRuns: 10_000 },
    )
  })
})
