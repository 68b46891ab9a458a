import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashKey, KeyNotHashableError, nonNegativeMod } from './index.ts'

/** Hash codes as Java 17 gives them for String, Integer, Long, Double, Boolean, BigInteger and java.util.Date. */
const JAVA_HASHES: readonly (readonly [unknown, number])[] = [
  ['', 0],
  ['a', 97],
  ['hello', 99162322],
  ['Spark', 80085693],
  ['the quick brown fox jumps over the lazy dog', -2082818701],
  ['\u00e9t\u00e9', 227742],
  ['\u043f\u0440\u0438\u0432\u0435\u0442', 2093147784],
  ['\u65e5\u672c\u8a9e', 25921943],
  ['\ud83d\ude00', 1772899],
  ['\ud800', 55296],
  ['\0', 0],
  ['polygenelubricants', -2147483648],
  [0, 0],
  [1, 1],
  [-1, -1],
  [42, 42],
  [-42, -42],
  [2147483647, 2147483647],
  [-2147483648, -2147483648],
  [2147483648, -2147483648],
  [-2147483649, -2147483648],
  [4294967295, -1],
  [4294967296, 1],
  [-4294967296, -1],
  [1700000000123, -807048720],
  [-1700000000123, -807048719],
  [9007199254740991, -2097152],
  [-9007199254740991, -2097151],
  [0.5, 1071644672],
  [-0.5, -1075838976],
  [1.1, -1503133693],
  [Math.PI, 340593891],
  [-1e-300, 1130208582],
  [5e-324, 1],
  [1e300, -164130400],
  [1.7976931348623157e308, -2146435072],
  [9007199254740992, 1128267776],
  [Number.NaN, 2146959360],
  [Number.POSITIVE_INFINITY, 2146435072],
  [Number.NEGATIVE_INFINITY, -1048576],
  [true, 1231],
  [false, 1237],
  [0n, 0],
  [5n, 5],
  [-5n, 4],
  [4294967296n, 1],
  [9223372036854775807n, -2147483648],
  [-9223372036854775808n, -2147483648],
  [-1n, 0],
  [9223372036854775808n, -2147483648],
  [-9223372036854775809n, 2147483647],
  [123456789012345678901234567890n, 1915528825],
  [-123456789012345678901234567890n, -1915528825],
  [340282366920938463463374607431768211456n, 923521],
  [new Date(0), 0],
  [new Date(1700000000123), -807048720],
  [new Date(-1), 0],
]

/** Hash codes as Scala 2.13 gives them for tuples of the same elements. */
const TUPLE_HASHES: readonly (readonly [unknown, number])[] = [
  [['a', 1], -1734940110],
  [['hello', 'world'], -774897290],
  [[1, 2], 1316541600],
  [[-1, 2147483648], -1455666255],
  [[0.5, 0.1], -1392306863],
  [[null, true], -1541418814],
  [[Number.NaN, Number.POSITIVE_INFINITY], -1092001086],
  [[1e300, 1e18], 1395439906],
  [[2 ** 63, -(2 ** 63)], 288279919],
  [[5n, -5n], -1867792177],
  [[9223372036854775807n, -9223372036854775808n], 288279919],
  [[2 ** 53, 1e22], -750201765],
  [[['a', 1], 'b'], -1103706863],
  [[new Date(1700000000123), 1], -890960095],
  [['a'], -1133508222],
  [['a', 'b', 'c'], -407693014],
  [[1, 2, 3, 4, 5], -782685716],
  [[123456789012345678901234567890n, 9223372036854775808n], 1116696657],
  [Array.from({ length: 22 }, (_, i) => i), -1332217036],
]

/** What our own structural hash gave when it was fixed; a change would move keys between partitions of stored data. */
const STRUCTURE_HASHES = [-189035256, -1688264496, 580339778, -1822057979, -1056866158, -665658773]

function show(key: unknown): string {
  if (Array.isArray(key)) return `[${key.map(show)}]`
  return typeof key === 'string' ? JSON.stringify(key) : `${String(key)}${typeof key === 'bigint' ? 'n' : ''}`
}

describe('hashKey', () => {
  test("equals Java's hashCode", () => {
    for (const [key, hash] of JAVA_HASHES) assert.equal(hashKey(key), hash, show(key))
  })

  test("equals the hashCode of Scala's tuple for arrays", () => {
    for (const [key, hash] of TUPLE_HASHES) assert.equal(hashKey(key), hash, show(key))
  })

  test('is 0 for null and undefined, and that of 0 for -0', () => {
    assert.deepEqual([null, undefined, 0, -0].map(hashKey), [0, 0, 0, 0])
    assert.equal(hashKey([-0]), hashKey([0]))
  })

  test('does not depend on the order of fields, entries and elements', () => {
    assert.equal(hashKey({ a: 1, b: [2] }), hashKey({ b: [2], a: 1 }))
    assert.equal(
      hashKey(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ),
      hashKey(
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ),
    )
    assert.equal(hashKey(new Set(['a', [1]])), hashKey(new Set([[1], 'a'])))
  })

  test('tells structures apart', () => {
    const keys = [
      [],
      {},
      new Map(),
      new Set(),
      [[]],
      [1],
      [2],
      [1, 2],
      [2, 1],
      { a: 1 },
      { a: 2 },
      { b: 1 },
      new Uint8Array(1),
      new Int8Array(1),
      /a/,
      Object(1),
    ]
    assert.equal(new Set(keys.map(hashKey)).size, keys.length)
  })

  test('of structures is the same in every process and version', () => {
    const keys = [
      { user: 'a', day: 5 },
      [],
      new Map([['k', 1]]),
      new Set([1, 'x']),
      Buffer.from('bytes'),
      new Array(30).fill(7),
    ]
    assert.deepEqual(keys.map(hashKey), STRUCTURE_HASHES)
  })

  test('spreads small tuples over partitions', () => {
    const counts = new Array<number>(8).fill(0)
    for (let i = 0; i < 8000; i++) counts[nonNegativeMod(hashKey([`k${i % 80}`, i]), 8)]!++
    assert.ok(
      counts.every((count) => count > 800 && count < 1200),
      `${counts}`,
    )
  })

  test('refuses what has no equality by value', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    const branching: Record<string, unknown> = {}
    branching.a = branching
    branching.b = branching
    for (const key of [
      () => 1,
      Symbol('local'),
      new WeakMap(),
      Promise.resolve(),
      cyclic,
      branching,
      { f: () => 1 },
      [Symbol('x')],
    ]) {
      assert.throws(
        () => hashKey(key),
        (error) => error instanceof KeyNotHashableError && error.code === 'KEY_NOT_HASHABLE',
      )
    }
    assert.equal(hashKey(Symbol.for('shared')), hashKey('shared'))
  })
})

test('nonNegativeMod is never negative, as the JVM would have it', () => {
  assert.deepEqual(
    [-1, -8, -2147483648, 2147483647, 0, -0].map((x) => nonNegativeMod(x, 8)),
    [7, 0, 0, 7, 0, 0],
  )
  assert.ok(Object.is(nonNegativeMod(-8, 8), 0))
})
