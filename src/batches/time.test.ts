import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Duration } from './duration.ts'
import { Interval } from './interval.ts'
import { Time } from './time.ts'

const millis = (times: readonly Time[]) => times.map((time) => time.milliseconds)

test('times compare by when they are', () => {
  assert(new Time(999).less(new Time(1000)))
  assert(!new Time(1000).less(new Time(1000)))
  assert(new Time(1000).lessEq(new Time(1000)))
  assert(!new Time(1001).lessEq(new Time(1000)))
  assert(new Time(1001).greater(new Time(1000)))
  assert(!new Time(1000).greater(new Time(1000)))
  assert(new Time(1000).greaterEq(new Time(1000)))
  assert(!new Time(999).greaterEq(new Time(1000)))
  assert(new Time(5).equals(new Time(5)))
  assert(!new Time(5).equals(new Duration(5)))
  assert.equal(new Time(1).min(new Time(2)).milliseconds, 1)
  assert.equal(new Time(1).max(new Time(2)).milliseconds, 2)
})

test('a time plus or minus a duration is a time, a time minus a time is a duration', () => {
  assert(new Time(1000).plus(new Duration(100)).equals(new Time(1100)))
  assert(new Time(1000).minus(new Duration(100)).equals(new Time(900)))
  assert(new Time(1000).minus(new Time(900)).equals(new Duration(100)))
})

test('floor goes back to the last multiple, counted from the epoch or from a zero time', () => {
  assert.equal(new Time(1350).floor(new Duration(200)).milliseconds, 1200)
  assert.equal(new Time(1200).floor(new Duration(200)).milliseconds, 1200)
  assert.equal(new Time(1350).floor(new Duration(200), new Time(50)).milliseconds, 1250)
  assert.equal(new Time(1350).floor(new Duration(500), new Time(150)).milliseconds, 1150)
})

test('a time is a multiple of what divides it', () => {
  assert(new Time(1000).isMultipleOf(new Duration(5)))
  assert(!new Time(1000).isMultipleOf(new Duration(6)))
})

test('until leaves the end out, to takes it in', () => {
  assert.deepEqual(millis(new Time(1000).until(new Time(1100), new Duration(50))), [1000, 1050])
  assert.deepEqual(millis(new Time(1000).to(new Time(1100), new Duration(50))), [1000, 1050, 1100])
  assert.deepEqual(millis(new Time(1000).to(new Time(1099), new Duration(50))), [1000, 1050])
  assert.deepEqual(new Time(1000).until(new Time(1000), new Duration(50)), [])
  assert.throws(() => new Time(0).to(new Time(1), new Duration(0)), { code: 'INVALID_DURATION' })
})

test('a time prints as milliseconds', () => {
  assert.equal(String(new Time(1_700_000_000_000)), '1700000000000 ms')
  assert.throws(() => new Time(Number.NaN), { name: 'IllegalArgumentException', code: 'INVALID_TIME' })
})

test('an interval moves as a whole', () => {
  const interval = new Interval(new Time(100), new Time(300))
  assert.equal(interval.duration().milliseconds, 200)
  assert.equal(String(interval.plus(new Duration(100))), '[200 ms, 400 ms]')
  assert.equal(String(interval.minus(new Duration(100))), '[0 ms, 200 ms]')
})
