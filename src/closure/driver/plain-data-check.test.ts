import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlainDataCheck } from './plain-data-check.ts'

function isPlain(value: object): boolean {
  return new PlainDataCheck().has(value)
}

test('plain objects, arrays, maps, sets and dates are plain all the way down, in cycles too', () => {
  const cycle: { self?: unknown } = {}
  cycle.self = [cycle, new Map([[cycle, new Set([new Date(0)])]])]
  assert.equal(isPlain({ a: [1, 'x', null, undefined, 2n, { b: cycle }] }), true)
})

test('anything else within makes the whole not plain', () => {
  class Own {}
  const hole = [1, 2]
  delete hole[0]
  for (const part of [
    () => 1,
    Symbol('s'),
    new Own(),
    new Error('e'),
    /x/,
    hole,
    Object.freeze({}),
    Object.create(null),
    new Proxy({}, {}),
  ]) {
    assert.equal(isPlain({ deep: [{ part }] }), false)
  }
  assert.equal(
    isPlain({
      get x() {
        return 1
      },
    }),
    false,
  )
  assert.equal(isPlain({ [Symbol.iterator]: 1 }), false)
  assert.equal(isPlain(Object.defineProperty({}, 'hidden', { value: 1 })), false)
})

test('an object that leads back to one that is not plain is not plain either, whichever is asked for first', () => {
  const bad: Record<string, unknown> = {}
  const child = { back: bad }
  bad.child = child
  bad.fn = () => 1
  const plain = new PlainDataCheck()
  assert.equal(plain.has({ child, bad }), false)
  assert.equal(plain.has(child), false)
  assert.equal(plain.has(bad), false)
})
