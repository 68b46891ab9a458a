import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { runBatches } from '../testing/run-batches.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'
import type { DStream } from './dstream.ts'

after(useReferenceEngine())

const sorted = <T>(batches: readonly T[][]) => batches.map((batch) => [...batch].sort())

test('map changes each record', async () => {
  const output = await runBatches([[1, 2], [], [3]], (numbers) => numbers.map((n) => String(n * 10)))
  assert.deepEqual(output, [['10', '20'], [], ['30']])
})

test('flatMap gives all that the function gives', async () => {
  const output = await runBatches([['a b', 'c'], ['']], (lines) => lines.flatMap((line) => line.split(' ')))
  assert.deepEqual(output, [['a', 'b', 'c'], ['']])
})

test('filter keeps what is truthy, and narrows the type', async () => {
  const output = await runBatches([[1, 'a', 2], ['b']], (mixed) =>
    mixed.filter((value): value is string => typeof value === 'string').map((text) => text.toUpperCase()),
  )
  assert.deepEqual(output, [['A'], ['B']])
})

test('glom gives one array per partition, empty ones too', async () => {
  const output = await runBatches([[1, 2, 3, 4], [5]], (numbers) => numbers.glom(), { inputPartitions: 2 })
  assert.deepEqual(output, [
    [
      [1, 2],
      [3, 4],
    ],
    [[], [5]],
  ])
})

test('mapPartitions sees a partition at a time, and may be async', async () => {
  const input = [
    [1, 2, 3, 4],
    [5, 6],
  ]
  const sums = (numbers: DStream<number>) =>
    numbers.mapPartitions((records) => [[...records].reduce((a, b) => a + b, 0)])
  assert.deepEqual(await runBatches(input, sums, { inputPartitions: 2 }), [
    [3, 7],
    [5, 6],
  ])
  const counts = (numbers: DStream<number>) => numbers.mapPartitions(async (records) => [[...records].length])
  assert.deepEqual(await runBatches(input, counts, { inputPartitions: 2 }), [
    [2, 2],
    [1, 1],
  ])
})

test('mapPartitionsWithIndex gives the partition’s number first', async () => {
  const output = await runBatches(
    [['a', 'b']],
    (letters) =>
      letters.mapPartitionsWithIndex((index, records) => Array.from(records, (letter) => `${index}${letter}`)),
    { inputPartitions: 2 },
  )
  assert.deepEqual(output, [['0a', '1b']])
})

test('repartition gives as many partitions as asked for, more or fewer', async () => {
  const input = [[1, 2, 3, 4, 5, 6]]
  for (const partitions of [1, 5]) {
    const output = await runBatches(input, (numbers) => numbers.repartition(partitions).glom(), { inputPartitions: 3 })
    assert.equal(output[0]?.length, partitions)
    assert.deepEqual(output[0]?.flat().sort(), input[0])
  }
})

test('count gives one number per batch, 0 for an empty one', async () => {
  const count = (numbers: DStream<number>) => numbers.count()
  assert.deepEqual(await runBatches([[], [1], [1, 2, 3], []], count), [[0], [1], [3], [0]])
})

test('count gives 0 for a batch without partitions', async () => {
  await using harness = new StreamingHarness()
  const output = harness.collect(harness.ssc.queueStream<number>([], true, null).count())
  await harness.ssc.start()
  await harness.advance()
  assert.deepEqual(output.batches, [[0]])
})

test('reduce gives one record per batch, and none for an empty one', async () => {
  const output = await runBatches([[1, 2, 3], [], [4]], (numbers) => numbers.reduce((a, b) => a + b))
  assert.deepEqual(output, [[6], [], [4]])
})

test('countByValue counts each distinct record of a batch', async () => {
  const output = await runBatches([['a', 'a', 'b'], [], ['c', 'a', 'c']], (words) => words.countByValue())
  assert.deepEqual(sorted(output), [
    [
      ['a', 2],
      ['b', 1],
    ],
    [],
    [
      ['a', 1],
      ['c', 2],
    ],
  ])
})

test('union has all records of both, duplicates too', async () => {
  await using harness = new StreamingHarness()
  const { ssc } = harness
  const [a, b, c] = [harness.input([[1], [2]]), harness.input([[10], [2]]), harness.input([[100], []])]
  const outputs = [a.union(b), ssc.union(a, b, c), ssc.union([a, b, c]), ssc.union([a])].map((stream) =>
    harness.collect(stream),
  )
  await ssc.start()
  await harness.advance(2)
  assert.deepEqual(
    outputs.map((output) => sorted(output.batches)),
    [
      [
        [1, 10],
        [2, 2],
      ],
      [
        [1, 10, 100],
        [2, 2],
      ],
      [
        [1, 10, 100],
        [2, 2],
      ],
      [[1], [2]],
    ],
  )
})

test('streams of nothing, or of different contexts, cannot be put together', async () => {
  await using harness = new StreamingHarness()
  const { ssc, sc } = harness
  const invalid = (message: RegExp) => ({ name: 'IllegalArgumentException', message })
  assert.throws(() => ssc.union([]), invalid(/^List of DStreams to union is empty$/))
  assert.throws(() => ssc.transform([], () => sc.emptyRDD()), invalid(/List of DStreams to transform is empty$/))
  const { StreamingContext } = await import('../streaming/streaming-context.ts')
  const other = new StreamingContext(sc, 1).queueStream([[1]])
  assert.throws(() => harness.input([[1]]).union(other), invalid(/^Some of the DStreams have different contexts$/))
  assert.throws(
    () => harness.input([[1]]).transformWith(other, (rdd) => rdd),
    invalid(/^Some of the DStreams have different contexts$/),
  )
})

test('transform runs on the driver for every batch, with its time', async () => {
  await using harness = new StreamingHarness()
  const times: number[] = []
  const output = harness.collect(
    harness.input([[3, 1], [2]]).transform((rdd, time) => {
      times.push(time.milliseconds)
      return rdd.map((n) => n + 1).sortBy((n) => n)
    }),
  )
  await harness.ssc.start()
  await harness.advance(3)
  assert.deepEqual(output.batches, [[2, 4], [3], []])
  assert.deepEqual(times, [1000, 2000, 3000])
})

test('transform may be async, and batches still come in order', async () => {
  await using harness = new StreamingHarness()
  let delays = 3
  const output = harness.collect(
    harness.input([[1], [2], [3]]).transform(async (rdd) => {
      for (let turns = delays--; turns > 0; turns--) await new Promise(setImmediate)
      return rdd.map((n) => n * 2)
    }),
  )
  await harness.ssc.start()
  harness.clock.advance(3000)
  await harness.settled()
  assert.deepEqual(output.batches, [[2], [4], [6]])
  assert.deepEqual(
    output.collected.map(({ time }) => time.milliseconds),
    [1000, 2000, 3000],
  )
})

test('transform must return an RDD', async () => {
  await using harness = new StreamingHarness()
  harness
    .input([[1]])
    .transform(() => null as never)
    .foreachRDD(() => {})
  await harness.ssc.start()
  await harness.advance()
  await assert.rejects(harness.ssc.awaitTermination(), {
    name: 'SparkException',
    message: /^Transform function must not return null\. Return SparkContext\.emptyRDD\(\) instead/,
  })
})

test('transformWith and ssc.transform see the RDDs of one batch, in the order of the streams', async () => {
  await using harness = new StreamingHarness()
  const { ssc, sc } = harness
  const [a, b] = [harness.input([['a1'], ['a2']]), harness.input([['b1'], []])]
  const pairwise = harness.collect(
    a.transformWith(b, (first, second, time) => first.union(second).map((text) => text + time)),
  )
  const listed = harness.collect(ssc.transform([b, a, b], (rdds) => sc.union(rdds)))
  await ssc.start()
  await harness.advance(2)
  assert.deepEqual(pairwise.batches, [['a11000 ms', 'b11000 ms'], ['a22000 ms']])
  assert.deepEqual(listed.batches, [['b1', 'a1', 'b1'], ['a2']])
})

test('two streams made of one share its RDD of each batch', async () => {
  await using harness = new StreamingHarness()
  let made = 0
  const shared = harness.input([[1], [2]]).transform((rdd) => {
    made++
    return rdd
  })
  const outputs = [harness.collect(shared.map((n) => n)), harness.collect(shared.map((n) => -n))]
  await harness.ssc.start()
  await harness.advance(2)
  assert.equal(made, 2)
  assert.deepEqual(outputs[1]?.batches, [[-1], [-2]])
})
