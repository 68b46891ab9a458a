import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StringIndex } from './string-index.ts'

/** Short and long strings, of one and of two bytes a character, some alike but for a NUL or a letter. */
const string = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.string({ minLength: 12, maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('', '\0', 'a', 'a\0', 'ab', 'ba', 'é', 'é', 'a'.repeat(16), 'a'.repeat(17)),
  fc.nat(2000).map((n) => `key-${n}`),
)

test('an index answers as a Map from strings to their places would, before and after it was cleared', () => {
  fc.assert(
    fc.property(fc.array(fc.array(string, { maxLength: 500 }), { minLength: 1, maxLength: 4 }), (rounds) => {
      const strings: string[] = []
      const index = new StringIndex(strings)
      for (const round of rounds) {
        const model = new Map<string, number>()
        for (const one of round) {
          const place = index.get(one)
          assert.equal(place, model.get(one) ?? -1)
          if (place !== -1) continue
          index.add(one, strings.length)
          model.set(one, strings.length)
          strings.push(one)
        }
        for (const [known, place] of model) assert.equal(index.get(known), place)
        index.clear()
        strings.length = 0
        for (const known of model.keys()) assert.equal(index.get(known), -1)
      }
    }),
  )
})

test('an index of many strings finds each, and forgets all when cleared', () => {
  const strings = Array.from({ length: 100_000 }, (_, i) => `${i * 7919}`)
  const index = new StringIndex(strings)
  for (const round of [1, 2]) {
    strings.forEach((one, place) => {
      index.add(one, place)
    })
    strings.forEach((one, place) => {
      assert.equal(index.get(one), place, `round ${round}`)
    })
    assert.equal(index.get('x'), -1)
    index.clear()
    assert.equal(index.get('7919'), -1)
  }
})

test('a string that was cut out of a text, or put together, is found like any other', () => {
  const index = new StringIndex(['apple'])
  index.add('apple', 0)
  const text = ['an', 'app', 'le', 'a day'].join(' ')
  assert.equal(index.get(text.slice(3, 6) + text.slice(7, 9)), 0)
  assert.equal(index.get('an apple a day'.split(' ')[1] as string), 0)
})
