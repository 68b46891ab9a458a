import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { useReferenceEngine } from '../../../test/model/use-reference-engine.ts'
import { StreamingHarness } from '../../testing/streaming-harness.ts'
import { ConstantInputDStream } from './constant-input-dstream.ts'
import type { BatchQueue } from './queue-input-dstream.ts'

after(useReferenceEngine())

/** The partitions of each batch of a queue stream, as arrays of their records. */
async function batchesOf(
  queue: BatchQueue<string>,
  options: { oneAtATime?: boolean; defaultRDD?: null | readonly string[]; whileRunning?: () => void } = {},
) {
  await using harness = new StreamingHarness()
  const { oneAtATime, defaultRDD } = options
  const output = harness.collect(harness.ssc.queueStream(queue, oneAtATime, defaultRDD).glom())
  await harness.ssc.start()
  await harness.advance()
  options.whileRunning?.()
  await harness.advance(2)
  return output.batches
}

test('a queue gives one element per batch, then an empty partition', async () => {
  assert.deepEqual(await batchesOf([['1', '2'], ['3']]), [[['1'], ['2']], [[], ['3']], [[]]])
})

test('a queue that is not taken one at a time gives all there is', async () => {
  const queue = [['1'], ['2']]
  const batches = await batchesOf(queue, { oneAtATime: false, whileRunning: () => queue.push(['3']) })
  assert.deepEqual(
    batches.map((batch) => batch.flat()),
    [['1', '2'], ['3'], []],
  )
})

test('the program may push while the stream runs', async () => {
  const queue: string[][] = []
  const batches = await batchesOf(queue, { whileRunning: () => queue.push(['late']) })
  assert.deepEqual(
    batches.map((batch) => batch.flat()),
    [[], ['late'], []],
  )
  assert.deepEqual(queue, [])
})

test('an empty queue gives the default, or no partitions when that is null', async () => {
  assert.deepEqual(
    (await batchesOf([['1']], { defaultRDD: ['none'] })).map((batch) => batch.flat()),
    [['1'], ['none'], ['none']],
  )
  assert.deepEqual(await batchesOf([], { defaultRDD: null }), [[], [], []])
})

test('a queue may hold RDDs', async () => {
  await using harness = new StreamingHarness()
  const rdds = [harness.sc.range(3), harness.sc.emptyRDD<number>()]
  const output = harness.collect(harness.ssc.queueStream(rdds))
  await harness.ssc.start()
  await harness.advance(2)
  assert.deepEqual(output.batches, [[0, 1, 2], []])
})

test('a constant stream gives the same RDD in every batch, and refuses null', async () => {
  await using harness = new StreamingHarness()
  const { ssc, sc } = harness
  const output = harness.collect(new ConstantInputDStream(ssc, sc.parallelize([1, 2])))
  await ssc.start()
  await harness.advance(2)
  assert.deepEqual(output.batches, [
    [1, 2],
    [1, 2],
  ])
  assert.throws(() => new ConstantInputDStream(ssc, null as never), {
    name: 'IllegalArgumentException',
    message: /parameter rdd null is illegal/,
  })
})

test('input streams are numbered in each context, and named for people', async () => {
  await using harness = new StreamingHarness()
  const streams = [harness.input([[1]]), harness.input([[2]])]
  streams[0]?.print()
  assert.deepEqual(
    harness.ssc.graph.inputStreams.map(({ id, displayName }) => [id, displayName]),
    [
      [0, 'Queue stream [0]'],
      [1, 'Queue stream [1]'],
    ],
  )
})
