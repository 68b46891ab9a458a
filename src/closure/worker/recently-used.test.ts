import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentlyUsed } from './recently-used.ts'

test('what was not used for the longest time leaves when there are too many', () => {
  const kept = new RecentlyUsed<string, number | undefined>({ count: 2, weight: 100 })
  kept.set('a', 1, 1)
  kept.set('b', undefined, 1)
  assert.equal(kept.get('a'), 1)
  kept.set('c', 3, 1)
  assert.deepEqual([kept.has('a'), kept.has('b'), kept.has('c')], [true, false, true])
})

test('heavy values leave, and the last one stays however heavy it is', () => {
  const kept = new RecentlyUsed<string, number>({ count: 10, weight: 10 })
  kept.set('a', 1, 4)
  kept.set('b', 2, 4)
  kept.set('c', 3, 4)
  assert.deepEqual([kept.get('a'), kept.get('b'), kept.get('c')], [undefined, 2, 3])
  kept.set('d', 4, 1000)
  assert.deepEqual([kept.get('b'), kept.get('c'), kept.get('d')], [undefined, undefined, 4])
  kept.set('d', 5, 2)
  kept.set('e', 6, 8)
  assert.deepEqual([kept.get('d'), kept.get('e')], [5, 6])
  kept.clear()
  assert.equal(kept.has('e'), false)
})
