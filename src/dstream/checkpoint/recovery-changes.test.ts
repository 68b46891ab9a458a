import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expectedTotals, run, totals, useCheckpointRoot } from '../../../test/streams/recovery-run.ts'
import type { StreamingContext } from '../../streaming/streaming-context.ts'
import type { DStream } from '../dstream.ts'

useCheckpointRoot()

describe('a program that was changed', () => {
  const named = (source: DStream<[string, number]>) => totals(source).name('totals')

  test('finds a named state wherever it now stands', async () => {
    await run({ from: 0, to: 11 }, named)
    const batches = await run({ from: 11, to: 12 }, (source) =>
      named(source.filter(() => true).map(([k, v]) => [k, v])),
    )
    assert.deepEqual(batches[12], expectedTotals(12))
  })

  test('is told by name which data nobody takes, and can give it up', async () => {
    await run({ from: 0, to: 11 }, named)
    const other = (source: DStream<[string, number]>) => totals(source).name('sums')
    await assert.rejects(run({ from: 11, to: 12 }, other), {
      name: 'CheckpointMismatchError',
      message:
        /^The checkpoint holds data of operators that this program does not have: 'totals' \(updateStateByKey at .*recovery-run\.ts:\d+.*\)\. Operators of the program that the checkpoint does not know: 'sums' \(updateStateByKey at .*\)\. Give the operator/,
    })
    const batches = await run({ from: 11, to: 13, options: { dropOperators: ['totals'] } }, other)
    assert.deepEqual(batches[13], expectedTotals(13, 12))
    await assert.rejects(run({ from: 13, to: 14, options: { dropOperators: ['nope'] } }, other), {
      message: /^dropOperators names operators that the checkpoint does not have: nope\. It has /,
    })
  })

  test('may have another state beside, which begins with it', async () => {
    await run({ from: 0, to: 11 }, named)
    const batches = await run({ from: 13, to: 14 }, (source, ssc) => {
      const added = totals(source.filter(() => true)).map(([key, sum]) => [`added ${key}`, sum])
      return ssc.union<[string, number]>(named(source), added)
    })
    const added = expectedTotals(14, 12).map(([key, sum]): [string, number] => [`added ${key}`, sum])
    assert.deepEqual(batches[14], [...expectedTotals(14), ...added].sort())
  })

  test('must keep its batch interval', async () => {
    await run({ from: 0, to: 2 }, totals)
    await assert.rejects(run({ from: 2, to: 4, interval: 2 }, totals), {
      name: 'CheckpointMismatchError',
      message: /is of a program with batches of 1000 ms, and this one has batches of 2000 ms/,
    })
  })

  test('cannot go on with a queueStream, which only recovery notices', async (t) => {
    const said = t.mock.method(process.stderr, 'write', () => true)
    const define = (_: unknown, ssc: StreamingContext) => ssc.queueStream([[1], [2]])
    assert.deepEqual(await run({ from: 0, to: 2 }, define), { 1: [1], 2: [2] })
    assert.match(
      String(said.mock.calls[0]?.arguments[0]),
      /WARN QueueInputDStream: queueStream doesn't support checkpointing/,
    )
    await assert.rejects(run({ from: 2, to: 3 }, define), {
      name: 'SparkException',
      message:
        /^Failed to read checkpoint from directory .*queueStream doesn't support checkpointing\. Please don't use queueStream when checkpointing is enabled\./,
    })
  })
})
