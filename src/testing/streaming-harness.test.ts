import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { runBatches, StreamingHarness } from './index.ts'

after(useReferenceEngine())

test('a harness runs scripted batches as the clock is moved', async () => {
  await using harness = new StreamingHarness()
  const output = harness.collect(harness.input([['a b'], ['c']]).flatMap((line) => line.split(' ')))
  await harness.ssc.start()
  await harness.advance()
  assert.deepEqual(output.batches, [['a', 'b']])
  await harness.advance(2)
  assert.deepEqual(output.batches, [['a', 'b'], ['c'], []])
  assert.deepEqual(output.records, ['a', 'b', 'c'])
  assert.deepEqual(
    output.collected.map(({ time }) => time.milliseconds),
    [1000, 2000, 3000],
  )
})

test('harnesses one after another share a SparkContext that is given', async () => {
  await using owner = new StreamingHarness()
  for (const expected of [[2], [4]]) {
    await using harness = new StreamingHarness({ sparkContext: owner.sc })
    const output = harness.collect(harness.input([expected]))
    await harness.ssc.start()
    await harness.advance()
    assert.deepEqual(output.batches, [expected])
  }
  assert.equal(await owner.sc.parallelize([1, 2]).count(), 2)
})

test('runBatches gives what comes out, batch by batch, and throws what went wrong', async () => {
  const lengths = await runBatches([['a', 'bb'], ['ccc']], (words) => words.map((word) => word.length))
  assert.deepEqual(lengths, [[1, 2], [3]])
  const failing = runBatches([['a']], (words) =>
    words.map((word): string => {
      throw new Error(`expected: no use for ${word}`)
    }),
  )
  await assert.rejects(failing, /expected: no use for a/)
})

test('a harness that was not started, or that nobody moves, is disposed of at once', async () => {
  await using idle = new StreamingHarness()
  await idle.settled()
  await idle[Symbol.asyncDispose]()
  await using still = new StreamingHarness()
  still.input([[1]]).print()
  await still.ssc.start()
  await still.settled()
  assert.equal(still.output.text, '')
})
