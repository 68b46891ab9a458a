import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Duration, Durations, Milliseconds, Minutes, Seconds, toDuration } from './duration.ts'

test('durations compare by their length', () => {
  assert(new Duration(999).less(new Duration(1000)))
  assert(!new Duration(1000).less(new Duration(1000)))
  assert(new Duration(1000).lessEq(new Duration(1000)))
  assert(!new Duration(1001).lessEq(new Duration(1000)))
  assert(new Duration(1001).greater(new Duration(1000)))
  assert(!new Duration(1000).greater(new Duration(1000)))
  assert(new Duration(1000).greaterEq(new Duration(1000)))
  assert(!new Duration(999).greaterEq(new Duration(1000)))
  assert(new Duration(1).equals(new Duration(1)))
  assert(!new Duration(1).equals(1))
  assert(new Duration(1) < new Duration(2))
})

test('durations add, subtract and multiply to durations, and divide to a number', () => {
  assert.equal(new Duration(1000).plus(new Duration(100)).milliseconds, 1100)
  assert.equal(new Duration(1000).minus(new Duration(100)).milliseconds, 900)
  assert.equal(new Duration(1000).times(2).milliseconds, 2000)
  assert.equal(new Duration(1000).times(0).milliseconds, 0)
  assert.equal(new Duration(1000).div(new Duration(500)), 2)
  assert.equal(new Duration(1000).div(new Duration(400)), 2.5)
})

test('zero is a multiple of every duration', () => {
  assert(new Duration(1000).isMultipleOf(new Duration(5)))
  assert(new Duration(1000).isMultipleOf(new Duration(1000)))
  assert(new Duration(1000).isMultipleOf(new Duration(1)))
  assert(!new Duration(1000).isMultipleOf(new Duration(6)))
  assert(new Duration(0).isMultipleOf(new Duration(6)))
  assert(!new Duration(1000).isMultipleOf(new Duration(0)))
  assert(new Duration(0).isZero())
  assert(!new Duration(1).isZero())
})

test('min and max give one of the two', () => {
  assert.equal(new Duration(999).min(new Duration(1000)).milliseconds, 999)
  assert.equal(new Duration(1001).min(new Duration(1000)).milliseconds, 1000)
  assert.equal(new Duration(999).max(new Duration(1000)).milliseconds, 1000)
  assert.equal(new Duration(1001).max(new Duration(1000)).milliseconds, 1001)
})

test('a duration prints as milliseconds, and prettily in its largest unit', () => {
  assert.equal(String(new Duration(1500)), '1500 ms')
  assert.equal(new Duration(1500).toFormattedString(), '1500')
  assert.equal(new Duration(999).prettyPrint(), '999 ms')
  assert.equal(new Duration(1500).prettyPrint(), '1.5 s')
  assert.equal(new Duration(90_000).prettyPrint(), '1.5 m')
  assert.equal(new Duration(3_600_000).prettyPrint(), '1.00 h')
})

test('each unit has its constructor, and Java names for them', () => {
  assert.equal(Milliseconds(2).milliseconds, 2)
  assert.equal(Seconds(2).milliseconds, 2000)
  assert.equal(Minutes(2).milliseconds, 120_000)
  assert.equal(Durations.milliseconds(2).milliseconds, 2)
  assert.equal(Durations.seconds(2).milliseconds, 2000)
  assert.equal(Durations.minutes(2).milliseconds, 120_000)
})

test('a plain number is seconds, cut off at the millisecond, exact where multiplication is not', () => {
  assert.equal(toDuration(0.5).milliseconds, 500)
  assert.equal(toDuration(0.0019).milliseconds, 1)
  assert.equal(1.001 * 1000, 1000.9999999999999)
  assert.equal(toDuration(1.001).milliseconds, 1001)
  assert.equal(toDuration(Milliseconds(7)).milliseconds, 7)
})

test('what is no finite number is no duration', () => {
  assert.throws(() => new Duration(Number.NaN), { name: 'IllegalArgumentException', code: 'INVALID_DURATION' })
  assert.throws(() => Seconds(Number.POSITIVE_INFINITY), { name: 'IllegalArgumentException' })
})
