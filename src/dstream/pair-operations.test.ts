import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { HashPartitioner } from '../task/partitioner.ts'
import { runBatches } from '../testing/run-batches.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'
import type { DStream } from './dstream.ts'

after(useReferenceEngine())

type Pairs<V> = DStream<[string, V]>

const byKey = <T extends readonly [unknown, ...unknown[]]>(batches: readonly T[][]) =>
  batches.map((batch) => [...batch].sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)))

const WORDS: [string, number][][] = [
  [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ],
  [],
  [['c', 4]],
]

test('a function that returns a pair gives a stream with pair operations', async () => {
  const output = await runBatches([['a', 'a', 'b'], []], (words) =>
    words.map((word) => [word, 1]).reduceByKey((x, y) => x + y),
  )
  assert.deepEqual(byKey(output), [
    [
      ['a', 2],
      ['b', 1],
    ],
    [],
  ])
  const lines = await runBatches([['a a']], (stream) =>
    stream.flatMap((line) => line.split(' ').map((word) => [word, 1])).reduceByKey((x, y) => x + y),
  )
  assert.deepEqual(lines, [[['a', 2]]])
})

test('groupByKey brings the values of a key together', async () => {
  const output = await runBatches(WORDS, (pairs: Pairs<number>) =>
    pairs.groupByKey().mapValues((values) => values.sort()),
  )
  assert.deepEqual(byKey(output), [
    [
      ['a', [1, 3]],
      ['b', [2]],
    ],
    [],
    [['c', [4]]],
  ])
})

test('reduceByKey merges the values of a key', async () => {
  const output = await runBatches(WORDS, (pairs: Pairs<number>) => pairs.reduceByKey((x, y) => x + y))
  assert.deepEqual(byKey(output), [
    [
      ['a', 4],
      ['b', 2],
    ],
    [],
    [['c', 4]],
  ])
})

test('combineByKey makes a combined value of another type', async () => {
  for (const mapSideCombine of [true, false]) {
    const output = await runBatches(WORDS, (pairs: Pairs<number>) =>
      pairs.combineByKey(
        (value) => new Set([value]),
        (combiner, value) => combiner.add(value),
        (a, b) => new Set([...a, ...b]),
        1,
        mapSideCombine,
      ),
    )
    assert.deepEqual(byKey(output)[0], [
      ['a', new Set([1, 3])],
      ['b', new Set([2])],
    ])
  }
})

test('the number of partitions is the default parallelism, or as asked for', async () => {
  const partitions = async (operation: (pairs: Pairs<number>) => DStream<unknown>) =>
    (await runBatches(WORDS, (pairs: Pairs<number>) => operation(pairs).glom(), { master: 'local[3]' }))[0]?.length
  assert.equal(await partitions((pairs) => pairs.reduceByKey((a) => a)), 3)
  assert.equal(await partitions((pairs) => pairs.reduceByKey((a) => a, 5)), 5)
  assert.equal(await partitions((pairs) => pairs.groupByKey(new HashPartitioner(4))), 4)
  assert.equal(await partitions((pairs) => pairs.join(pairs, 2)), 2)
  assert.equal(await partitions((pairs) => pairs.cogroup(pairs)), 3)
})

test('mapValues and flatMapValues keep keys and partitioning', async () => {
  await using harness = new StreamingHarness()
  const partitioned = harness.input(WORDS).partitionBy(3)
  const doubled = harness.collect(partitioned.mapValues((n) => n * 2))
  const spread = harness.collect(partitioned.flatMapValues((n) => [n, -n]))
  const kept: unknown[] = []
  partitioned.mapValues((n) => n).foreachRDD((rdd) => kept.push(rdd.partitioner?.numPartitions))
  await harness.ssc.start()
  await harness.advance()
  assert.deepEqual(byKey(doubled.batches)[0], [
    ['a', 2],
    ['a', 6],
    ['b', 4],
  ])
  assert.deepEqual(byKey(spread.batches)[0]?.length, 6)
  assert.deepEqual(kept, [3])
})

test('partitionBy places pairs by a function of the key', async () => {
  const output = await runBatches(WORDS, (pairs: Pairs<number>) =>
    pairs.partitionBy(2, (key) => (key === 'a' ? 0 : 1)).glom(),
  )
  assert.deepEqual(output[0], [
    [
      ['a', 1],
      ['a', 3],
    ],
    [['b', 2]],
  ])
})

/** Both sides of one batch, and what each join gives. */
const LEFT: [string, number][][] = [
  [
    ['a', 1],
    ['b', 2],
  ],
  [['a', 3]],
  [],
]
const RIGHT: [string, string][][] = [
  [
    ['a', 'x'],
    ['c', 'y'],
  ],
  [],
  [['a', 'z']],
]

test('joins bring together what one batch has on both sides', async () => {
  await using harness = new StreamingHarness()
  const left = harness.input(LEFT)
  const right = harness.input(RIGHT)
  const outputs = {
    cogroup: harness.collect(left.cogroup(right)),
    join: harness.collect(left.join(right)),
    left: harness.collect(left.leftOuterJoin(right)),
    right: harness.collect(left.rightOuterJoin(right)),
    full: harness.collect(left.fullOuterJoin(right)),
  }
  await harness.ssc.start()
  await harness.advance(3)
  await harness.ssc.awaitTerminationOrTimeout(0)
  assert.deepEqual(byKey(outputs.cogroup.batches), [
    [
      ['a', [[1], ['x']]],
      ['b', [[2], []]],
      ['c', [[], ['y']]],
    ],
    [['a', [[3], []]]],
    [['a', [[], ['z']]]],
  ])
  assert.deepEqual(byKey(outputs.join.batches), [[['a', [1, 'x']]], [], []])
  assert.deepEqual(byKey(outputs.left.batches), [
    [
      ['a', [1, 'x']],
      ['b', [2, undefined]],
    ],
    [['a', [3, undefined]]],
    [],
  ])
  assert.deepEqual(byKey(outputs.right.batches), [
    [
      ['a', [1, 'x']],
      ['c', [undefined, 'y']],
    ],
    [],
    [['a', [undefined, 'z']]],
  ])
  assert.deepEqual(byKey(outputs.full.batches), [
    [
      ['a', [1, 'x']],
      ['b', [2, undefined]],
      ['c', [undefined, 'y']],
    ],
    [['a', [3, undefined]]],
    [['a', [undefined, 'z']]],
  ])
})

test('pair operations are a type error on a stream that is not of pairs', async () => {
  await using harness = new StreamingHarness()
  const numbers = harness.input([[1]])
  // @ts-expect-error numbers are no pairs
  const attempt = () => numbers.reduceByKey((a, b) => a + b)
  assert.equal(typeof attempt, 'function')
})
