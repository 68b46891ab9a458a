import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { canonicalKey, hashKey, KeyNotHashableError, keysEqual } from './index.ts'

class Point {
  readonly x: number
  constructor(x: number) {
    this.x = x
  }
}
class Other {
  readonly x = 1
}
const anotherPoint = {
  Point: class Point {
    readonly x = 1
  },
}.Point

const equalKeys: [string, unknown, unknown][] = [
  ['NaN', NaN, NaN],
  ['-0 and 0', -0, 0],
  ['-0 and 0 within', [{ a: -0 }], [{ a: 0 }]],
  ['arrays', ['a', 1, [null]], ['a', 1, [null]]],
  ['a hole and undefined', new Array(1), [undefined]],
  ['fields in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ['plain and null-prototype objects', { a: 1 }, Object.assign(Object.create(null), { a: 1 })],
  ['objects of another realm', { a: [1] }, runInNewContext('({ a: [1] })')],
  ['dates', new Date(5), new Date(5)],
  ['invalid dates', new Date(NaN), new Date(NaN)],
  ['a Buffer and a Uint8Array', Buffer.from([1, 2]), new Uint8Array([1, 2])],
  [
    'maps in another order',
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
    new Map([
      ['b', 2],
      ['a', 1],
    ]),
  ],
  ['sets of composites in another order', new Set([[1], [2]]), new Set([[2], [1]])],
  ['instances of a class', new Point(1), new Point(1)],
  ['instances of a class that was rebuilt', new Point(1), new anotherPoint()],
  ['registered symbols', Symbol.for('a'), Symbol.for('a')],
  ['expressions', /a/g, /a/g],
  ['URLs', new URL('http://a/b'), new URL('http://a/b')],
  ['large bigints', 10n ** 30n, 10n ** 30n],
]

const differentKeys: [string, unknown, unknown][] = [
  ['null and undefined', null, undefined],
  ['5 and 5n', 5, 5n],
  ["5 and '5'", 5, '5'],
  ['true and 1', true, 1],
  ['null and 0', null, 0],
  ['a string and its box', 'a', Object('a')],
  ['arrays of another length', [1], [1, undefined]],
  ['arrays that join alike', ['a', 'b,c'], ['a,b', 'c']],
  ['texts with a mark in them', ['as', 'b'], ['a', 'sb']],
  ['nesting', [[1], 2], [[1, 2]]],
  ['an absent and an undefined field', {}, { a: undefined }],
  ['an array and an object like it', [1], { 0: 1 }],
  ['a date and its time', new Date(5), 5],
  ['views of another kind', new Uint8Array([1]), new Int8Array([1])],
  ['classes', new Point(1), new Other()],
  ['an instance and a plain object', new Point(1), { x: 1 }],
  ['Map and Set', new Map(), new Set()],
  ['inherited and own fields', { toString: 1 }, { valueOf: 1 }],
  ['a prototype field', JSON.parse('{"__proto__":1}'), { a: 1 }],
  ['a registered symbol and its name', Symbol.for('a'), 'a'],
]

describe('keysEqual, canonicalKey and hashKey agree that', () => {
  for (const [name, a, b] of equalKeys) {
    test(`${name} are equal`, () => {
      assert.ok(keysEqual(a, b) && keysEqual(b, a))
      assert.ok(new Map([[canonicalKey(a), 1]]).has(canonicalKey(b)))
      assert.equal(hashKey(a), hashKey(b))
    })
  }
  for (const [name, a, b] of differentKeys) {
    test(`${name} are different`, () => {
      assert.ok(!keysEqual(a, b) && !keysEqual(b, a))
      assert.ok(!new Map([[canonicalKey(a), 1]]).has(canonicalKey(b)))
    })
  }
})

describe('canonicalKey', () => {
  test('gives primitives as they are', () => {
    for (const key of ['', 'a', 0, 1.5, NaN, true, null, undefined, 5n]) assert.ok(Object.is(canonicalKey(key), key))
  })

  test('gives no composite the form of a string, even one made to look like it', () => {
    const composites = [[1], { a: 1 }, new Date(1), Symbol.for('x'), '\u0000', ['\u0000'], new Set()]
    const forms = composites.map(canonicalKey)
    const disguised = [...forms, ...forms.map((form) => canonicalKey(form)), ...forms.map((form) => [form])]
    assert.equal(new Set([...forms, ...disguised.map(canonicalKey)]).size, forms.length * 4)
    for (const form of forms) assert.notEqual(canonicalKey(form), form)
  })

  test('refuses functions, local symbols, cycles and what only one process has', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    for (const key of [() => 1, Symbol('x'), cyclic, new WeakSet(), Promise.resolve(), [new WeakMap()]]) {
      assert.throws(() => canonicalKey(key), KeyNotHashableError)
    }
    const other: Record<string, unknown> = {}
    other.self = other
    assert.throws(() => keysEqual(cyclic, other), KeyNotHashableError)
  })
})

/** Few distinct leaves, so that equal keys and near misses are frequent. */
const leaf = fc.constantFrom<unknown[]>(
  0,
  -0,
  1,
  NaN,
  '',
  'a',
  'b',
  'a1',
  '1',
  '\u0000',
  '\u0000[',
  1n,
  0n,
  null,
  undefined,
  true,
  false,
  's1:a',
)
const { key } = fc.letrec<{ key: unknown }>((tie) => ({
  key: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    leaf,
    fc.array(tie('key'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '', '__proto__'), tie('key'), { maxKeys: 2, noNullPrototype: true }),
    fc.array(tie('key'), { maxLength: 2 }).map((elements) => new Set(elements)),
    fc.array(fc.tuple(tie('key'), tie('key')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.constantFrom(0, 1, NaN).map((time) => new Date(time)),
    fc.uint8Array({ maxLength: 2, max: 1 }),
  ),
}))

/** An equal key whose fields, entries and elements of sets arrived the other way round. */
function turnedAround(made: unknown): unknown {
  if (Array.isArray(made)) return made.map(turnedAround)
  if (made instanceof Set) return new Set([...made].reverse().map(turnedAround))
  if (made instanceof Map) return new Map([...made].reverse().map(([k, v]) => [turnedAround(k), turnedAround(v)]))
  if (typeof made !== 'object' || made === null || Object.getPrototypeOf(made) !== Object.prototype)
    return structuredClone(made)
  return Object.fromEntries(
    Object.entries(made)
      .reverse()
      .map(([field, value]) => [field, turnedAround(value)]),
  )
}

/** Texts that run into each other when nothing tells where one ends. */
const texts = fc.array(fc.string({ unit: fc.constantFrom('s', 'a', '1', ':'), maxLength: 2 }), {
  minLength: 1,
  maxLength: 2,
})

/** Any two, two small ones that are often nearly equal, and two made the same way. */
const pair = fc.oneof(
  fc.tuple(key, key),
  fc.tuple(fc.array(leaf, { maxLength: 1 }), fc.array(leaf, { maxLength: 1 })),
  fc.tuple(leaf, leaf),
  fc.tuple(texts, texts),
  key.map((made): [unknown, unknown] => [made, turnedAround(made)]),
)

describe('for any two keys', () => {
  test('equality by value is equality of canonical forms, and equal keys have one hash', () => {
    let equalCount = 0
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const areEqual = keysEqual(a, b)
        if (areEqual) equalCount++
        const haveOneForm = new Map([[canonicalKey(a), 1]]).has(canonicalKey(b))
        return areEqual === haveOneForm && areEqual === keysEqual(b, a) && (!areEqual || hashKey(a) === hashKey(b))
      }),
      { numRuns: 10_000 },
    )
    assert.ok(equalCount > 200, `${equalCount} equal pairs are too few to mean anything`)
  })

  test('a copy made by other means is equal, with one form and one hash', () => {
    fc.assert(
      fc.property(key, (a) => {
        const b = structuredClone(a)
        return keysEqual(a, b) && new Map([[canonicalKey(a), 1]]).has(canonicalKey(b)) && hashKey(a) === hashKey(b)
      }),
      { numRuns: 3000 },
    )
  })
})
