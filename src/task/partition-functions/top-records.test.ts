import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { greatestRecords, leastRecords } from './top-records.ts'

test('the heap keeps what sorting and cutting would keep', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -20, max: 20 })), fc.nat({ max: 12 }), (records, count) => {
      const ascending = [...records].sort((a, b) => a - b)
      assert.deepEqual(leastRecords(records, 0, count, null), ascending.slice(0, count))
      assert.deepEqual(greatestRecords(records, 0, count, null), ascending.reverse().slice(0, count))
    }),
  )
})
