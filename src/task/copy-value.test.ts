import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyValue } from './copy-value.ts'

class Totals {
  readonly byName = new Map<string, number[]>()
}

test('a copy shares nothing that can change, and keeps classes', () => {
  const totals = new Totals()
  totals.byName.set('a', [1])
  const original = { totals, list: [new Set([1]), new Date(5)], bytes: new Uint8Array([1, 2]) }
  const copy = copyValue(original)
  assert.deepEqual(copy, original)
  assert(copy.totals instanceof Totals)
  copy.totals.byName.get('a')!.push(2)
  copy.bytes[0] = 9
  ;(copy.list[1] as Date).setTime(0)
  assert.deepEqual(original.totals.byName.get('a'), [1])
  assert.deepEqual([...original.bytes], [1, 2])
  assert.equal((original.list[1] as Date).getTime(), 5)
})

test('shared parts stay shared, cycles stay cycles, holes stay holes', () => {
  const shared = { n: 1 }
  const cyclic: { self?: unknown; parts: unknown[] } = { parts: [shared, shared, new Array(2)] }
  cyclic.self = cyclic
  const copy = copyValue(cyclic)
  assert.equal(copy.self, copy)
  assert.equal(copy.parts[0], copy.parts[1])
  assert.notEqual(copy.parts[0], shared)
  assert.equal(0 in (copy.parts[2] as unknown[]), false)
})

test('primitives and functions are themselves', () => {
  const f = () => {}
  for (const value of [1, 'a', null, undefined, 3n, f]) assert.equal(copyValue(value), value)
})
