import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { KeyNotHashableError, KeyTable, keysEqual } from './index.ts'

describe('KeyTable', () => {
  test('numbers keys in the order of their arrival and keeps the first of equal ones', () => {
    const table = new KeyTable<number>()
    const first = ['a', 1]
    const keys = [
      'x',
      first,
      5,
      ['a', 1],
      'x',
      5n,
      null,
      undefined,
      NaN,
      NaN,
      -0,
      0,
      new Date(1),
      new Date(1),
      '\u0000',
    ]
    assert.deepEqual(
      keys.map((key) => table.insert(key)),
      [0, 1, 2, 1, 0, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9],
    )
    assert.equal(table.size, 10)
    assert.equal(table.keyAt(1), first)
    assert.ok(Object.is(table.keyAt(7), -0))
    assert.equal(table.indexOf(['a', 2]), -1)
    assert.equal(table.indexOf('absent'), -1)
  })

  test('merges values by key', () => {
    const table = new KeyTable<number, string | string[]>()
    for (const key of ['a', ['b'], 'a', ['b'], ['b']]) table.merge(key, 1, (a, b) => a + b)
    assert.deepEqual(table.pairs(), [
      ['a', 2],
      [['b'], 3],
    ])
    table.set('a', 7)
    assert.deepEqual([table.get('a'), table.get('z'), table.has(['b']), table.has('b')], [7, undefined, true, false])
    table.clear()
    assert.deepEqual([table.size, table.indexOf('a'), table.pairs()], [0, -1, []])
  })

  test('keeps undefined as a value', () => {
    const table = new KeyTable<undefined>()
    table.set('a', undefined)
    assert.deepEqual(table.pairs(), [['a', undefined]])
  })

  test('keeps long strings equal to what came in', () => {
    const text = 'long text of many words, ж included '.repeat(20)
    const table = new KeyTable<number>()
    for (let i = 0; i < 50; i++) table.insert(text.slice(i, i + 5 + i))
    for (let i = 0; i < 50; i++)
      assert.equal(table.keyAt(table.indexOf(text.slice(i, i + 5 + i))), text.slice(i, i + 5 + i))
  })

  test('refuses what cannot be a key, and stays as it was', () => {
    const table = new KeyTable<number>()
    for (const key of [() => 1, Symbol('x'), [() => 1]]) {
      assert.throws(() => table.insert(key), KeyNotHashableError)
      assert.throws(() => table.indexOf(key), KeyNotHashableError)
    }
    assert.equal(table.size, 0)
  })

  test('groups any keys as a search by keysEqual does', () => {
    const key = fc.oneof(
      fc.string({ maxLength: 2 }),
      fc.double(),
      fc.bigInt({ min: -2n, max: 2n }),
      fc.array(fc.nat(2), { maxLength: 2 }),
      fc.record({ a: fc.nat(2) }),
      fc.constant(null),
    )
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const table = new KeyTable<number>()
        const model: unknown[] = []
        for (const each of keys) {
          let index = model.findIndex((known) => keysEqual(known, each))
          if (index < 0) index = model.push(each) - 1
          assert.equal(table.insert(each), index)
        }
        assert.deepEqual(table.keys, model)
      }),
      { numRuns: 500 },
    )
  })
})
