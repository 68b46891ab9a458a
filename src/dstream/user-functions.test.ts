import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { StreamingHarness } from '../testing/index.ts'
import type { DStream } from './dstream.ts'
import { StateSpec } from './state/state-spec.ts'

after(useReferenceEngine())

/** What exists on the driver only. */
function live(): Socket {
  return connect(9, '127.0.0.1')
    .on('error', () => {})
    .unref()
}

describe('a function that cannot be sent to workers', () => {
  const socket = live()
  after(() => socket.destroy())
  const touch = <T>(value: T): T => {
    socket.resume()
    return value
  }
  const operations: readonly (readonly [string, (pairs: DStream<[string, number]>) => DStream<unknown>])[] = [
    ['map', (pairs) => pairs.map(touch)],
    ['filter', (pairs) => pairs.filter(touch)],
    ['mapPartitions', (pairs) => pairs.mapPartitions(touch)],
    ['reduceByKey', (pairs) => pairs.reduceByKey((a, b) => touch(a + b))],
    [
      'combineByKey',
      (pairs) =>
        pairs.combineByKey(
          (v) => [v],
          (all, v) => touch([...all, v]),
          (a, b) => [...a, ...b],
        ),
    ],
    ['reduceByWindow', (pairs) => pairs.map(([, n]) => n).reduceByWindow((a, b) => touch(a + b), 2, 1)],
    [
      'reduceByKeyAndWindow',
      (pairs) =>
        pairs.reduceByKeyAndWindow(
          (a, b) => a + b,
          (a, b) => touch(a - b),
          2,
          1,
        ),
    ],
    ['updateStateByKey', (pairs) => pairs.updateStateByKey<string, number, number>((values) => touch(values.length))],
    ['mapWithState', (pairs) => pairs.mapWithState(StateSpec.function((_: string, n: number | undefined) => touch(n)))],
  ]
  for (const [name, operation] of operations) {
    test(`of ${name} is found at start, with the operation and the line`, async () => {
      await using harness = new StreamingHarness({ conf: { 'spark.log.level': 'OFF' } })
      harness.ssc.checkpoint(`/tmp/never-written-${process.pid}`)
      harness.collect(operation(harness.input([[['a', 1]]])).map((record) => record))
      await assert.rejects(harness.ssc.start(), (error: Error & { code: string }) => {
        assert.equal(error.code, 'CLOSURE_NOT_SHIPPABLE')
        assert.match(
          error.message,
          new RegExp(`^${name} at user-functions\\.test\\.ts:\\d+:\\d+: cannot ship .*socket`),
        )
        return true
      })
    })
  }

  test('of the driver’s own, or of a stream that nothing reads, keeps nothing from starting', async () => {
    await using harness = new StreamingHarness()
    const input = harness.input([[1], [2]])
    input.map(touch)
    const output = harness.collect(input.transform((rdd) => touch(rdd)))
    await harness.ssc.start()
    await harness.advance(2)
    assert.deepEqual(output.batches, [[1], [2]])
  })
})

test('undefined for the inverse function stands for none, as None does in PySpark', async () => {
  await using harness = new StreamingHarness()
  const input = harness.input<[string, number]>([[['a', 1]], [['a', 2]], [['a', 4]]])
  const add = (a: number, b: number) => a + b
  const byKey = harness.collect(input.reduceByKeyAndWindow(add, undefined, 2, 1))
  const whole = harness.collect(input.map(([, n]) => n).reduceByWindow(add, undefined, 2, 1))
  await harness.ssc.start()
  await harness.advance(3)
  assert.deepEqual(byKey.batches, [[['a', 1]], [['a', 3]], [['a', 6]]])
  assert.deepEqual(whole.batches, [[1], [3], [6]])
})
