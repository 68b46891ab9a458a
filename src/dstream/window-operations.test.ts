import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import { Milliseconds, Seconds } from '../batches/duration.ts'
import { StorageLevel } from '../task/storage-level.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'
import type { DStream } from './dstream.ts'
import { StateSpec } from './state/state-spec.ts'

after(useReferenceEngine())

let checkpoints = ''
before(async () => {
  checkpoints = await mkdtemp(join(tmpdir(), 'millstream-windows-'))
})
after(() => rm(checkpoints, { recursive: true }))

/** Runs a windowed stream over batches of one second, and gives its batches with their times in seconds, sorted by key. */
async function run<T, U>(
  input: readonly (readonly T[])[],
  batches: number,
  operation: (stream: DStream<T>) => DStream<U>,
): Promise<[second: number, records: U[]][]> {
  await using harness = new StreamingHarness({ conf: { 'spark.streaming.checkpoint.directory': checkpoints } })
  const stream = harness.input<T>(input, 2)
  // Has every batch taken from the queue in its own second, also those that no window asks for.
  stream.foreachRDD(() => {})
  const output = harness.collect(operation(stream))
  await harness.ssc.start()
  await harness.advance(batches)
  await harness.ssc.awaitTerminationOrTimeout(0)
  return output.collected.map(({ time, records }) => [time.milliseconds / 1000, [...records].sort(byText)])
}

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b

test('a window holds the batches in (t - window, t], the first ones what there is', async () => {
  const output = await run([[1], [2], [3], [4]], 6, (numbers) => numbers.window(2))
  assert.deepEqual(output, [
    [1, [1]],
    [2, [1, 2]],
    [3, [2, 3]],
    [4, [3, 4]],
    [5, [4]],
    [6, []],
  ])
})

test('a window comes every slide, first one slide after the start', async () => {
  const output = await run([[1], [2], [3], [4], [5], [6]], 6, (numbers) => numbers.window(3, Seconds(2)))
  assert.deepEqual(output, [
    [2, [1, 2]],
    [4, [2, 3, 4]],
    [6, [4, 5, 6]],
  ])
})

test('a slide longer than the window leaves batches out', async () => {
  const output = await run([[1], [2], [3], [4], [5], [6]], 6, (numbers) => numbers.window(1, 3))
  assert.deepEqual(output, [
    [3, [3]],
    [6, [6]],
  ])
})

test('a window of windows slides on the slide of the inner one', async () => {
  const output = await run([[1], [2], [3], [4]], 4, (numbers) => numbers.window(2, 2).window(4, 2))
  assert.deepEqual(output, [
    [2, [1, 2]],
    [4, [1, 2, 3, 4]],
  ])
})

test('durations that do not fit, zero included, are refused when the window is defined', async () => {
  await using harness = new StreamingHarness()
  const numbers = harness.input([[1]])
  const pairs = numbers.map((n) => [n, 1])
  const invalid = (message: RegExp) => ({ name: 'IllegalArgumentException', code: 'INVALID_WINDOW', message })
  assert.throws(
    () => numbers.window(1.5),
    invalid(
      /^The window duration of windowed DStream \(1500 ms\) must be a multiple of the slide duration of parent DStream \(1000 ms\)$/,
    ),
  )
  assert.throws(
    () => numbers.window(2, Milliseconds(500)),
    invalid(
      /^The slide duration of windowed DStream \(500 ms\) must be a multiple of the slide duration of parent DStream \(1000 ms\)$/,
    ),
  )
  assert.throws(
    () => pairs.reduceByKeyAndWindow(add, subtract, 1.5, 1),
    invalid(
      /^requirement failed: The window duration of ReducedWindowedDStream \(1500 ms\) must be multiple of the slide duration/,
    ),
  )
  assert.throws(() => numbers.window(0), invalid(/must be above zero$/))
  assert.throws(() => numbers.window(1, 0), invalid(/must be above zero$/))
  assert.throws(() => pairs.reduceByKeyAndWindow(add, subtract, 2, -1), invalid(/must be above zero$/))
})

test('a windowed stream has its parent persisted and remembered for as long as the window', async () => {
  await using harness = new StreamingHarness()
  const input = harness.input([[1]])
  const mapped = input.map((n) => n)
  const windowed = mapped.window(4, 2)
  assert.equal(mapped.storageLevel, StorageLevel.MEMORY_ONLY_SER)
  windowed.persist(StorageLevel.DISK_ONLY)
  assert.equal(mapped.storageLevel, StorageLevel.DISK_ONLY)
  assert.equal(windowed.storageLevel, StorageLevel.NONE)
  windowed.foreachRDD((rdd) => rdd.count())
  await harness.ssc.start()
  await harness.advance(10)
  const durations = [windowed, mapped, input].map((stream) => stream.rememberDuration.milliseconds)
  assert.deepEqual(durations, [2000, 6000, 6000])
  assert.deepEqual(
    [...mapped.generatedRDDs.keys()].map((time) => time / 1000),
    [5, 6, 7, 8, 9, 10],
  )
})

test('reduceByWindow gives one record per window, and none for an empty one', async () => {
  const output = await run([[1, 2], [3], [], [], [4]], 5, (numbers) => numbers.reduceByWindow(add, 2, 1))
  assert.deepEqual(output, [
    [1, [3]],
    [2, [6]],
    [3, [3]],
    [4, []],
    [5, [4]],
  ])
})

test('reduceByWindow with an inverse keeps its record once there was one', async () => {
  const output = await run([[], [1, 2], [3], [], []], 5, (numbers) => numbers.reduceByWindow(add, subtract, 2, 1))
  assert.deepEqual(output, [
    [1, []],
    [2, [3]],
    [3, [6]],
    [4, [3]],
    [5, [0]],
  ])
})

test('countByWindow counts, with 0 once everything has left', async () => {
  const output = await run([[], ['a', 'b'], ['c']], 6, (words) => words.countByWindow(2, 1))
  assert.deepEqual(output, [
    [1, []],
    [2, [2]],
    [3, [3]],
    [4, [1]],
    [5, [0]],
    [6, [0]],
  ])
})

test('countByValueAndWindow counts each record, and drops what has left', async () => {
  const output = await run([['a', 'b'], ['a'], [], ['c']], 4, (words) => words.countByValueAndWindow(2, 1))
  assert.deepEqual(output, [
    [
      1,
      [
        ['a', 1],
        ['b', 1],
      ],
    ],
    [
      2,
      [
        ['a', 2],
        ['b', 1],
      ],
    ],
    [3, [['a', 1]]],
    [4, [['c', 1]]],
  ])
})

test('groupByKeyAndWindow has all values of the window', async () => {
  const input: [string, number][][] = [
    [
      ['a', 1],
      ['b', 2],
    ],
    [['a', 3]],
    [],
  ]
  const output = await run(input, 3, (pairs: DStream<[string, number]>) =>
    pairs.groupByKeyAndWindow(2).mapValues((values) => [...values].sort()),
  )
  assert.deepEqual(output, [
    [
      1,
      [
        ['a', [1]],
        ['b', [2]],
      ],
    ],
    [
      2,
      [
        ['a', [1, 3]],
        ['b', [2]],
      ],
    ],
    [3, [['a', [3]]]],
  ])
})

const PAIRS: [string, number][][] = [[['a', 1]], [['b', 2]], [], []]

test('reduceByKeyAndWindow forgets a key that left, unless it goes step by step without a filter', async () => {
  const plain = await run(PAIRS, 4, (pairs: DStream<[string, number]>) => pairs.reduceByKeyAndWindow(add, 2, 1))
  assert.deepEqual(plain.slice(2), [
    [3, [['b', 2]]],
    [4, []],
  ])
  const stepwise = await run(PAIRS, 4, (pairs: DStream<[string, number]>) =>
    pairs.reduceByKeyAndWindow(add, subtract, 2, 1),
  )
  const kept = (second: number, b: number) => [
    second,
    [
      ['a', 0],
      ['b', b],
    ],
  ]
  assert.deepEqual(stepwise.slice(2), [kept(3, 2), kept(4, 0)])
  const filtered = await run(PAIRS, 4, (pairs: DStream<[string, number]>) =>
    pairs.reduceByKeyAndWindow(add, subtract, 2, 1, 3, ([, n]) => n !== 0),
  )
  assert.deepEqual(filtered.slice(2), plain.slice(2))
  const withNull = await run(PAIRS, 4, (pairs: DStream<[string, number]>) =>
    pairs.reduceByKeyAndWindow(add, null, 2, 1),
  )
  assert.deepEqual(withNull, plain)
})

test('a window that goes step by step needs a checkpoint directory, and says which operation and which line do', async () => {
  const operations: Readonly<Record<string, (pairs: DStream<[string, number]>) => DStream<unknown>>> = {
    reduceByKeyAndWindow: (pairs) => pairs.reduceByKeyAndWindow(add, subtract, 2, 1),
    reduceByWindow: (pairs) => pairs.map(([, n]) => n).reduceByWindow(add, subtract, 2, 1),
    countByWindow: (pairs) => pairs.countByWindow(2, 1),
    countByValueAndWindow: (pairs) => pairs.countByValueAndWindow(2, 1),
    updateStateByKey: (pairs) => pairs.updateStateByKey((values: number[]) => values.length),
    mapWithState: (pairs) => pairs.mapWithState(StateSpec.function((key: string) => key)),
  }
  for (const [name, make] of Object.entries(operations)) {
    await using harness = new StreamingHarness()
    harness.sc.setCheckpointDir(null)
    make(harness.input(PAIRS)).print()
    const site = `${name} at window-operations\\.test\\.ts:\\d+:\\d+ needs one: call ssc\\.checkpoint\\(directory\\) before`
    await assert.rejects(harness.ssc.start(), {
      name: 'IllegalArgumentException',
      message: new RegExp(
        `^requirement failed: The checkpoint directory has not been set\\. Please set it by StreamingContext\\.checkpoint\\(\\)\\. ${site}`,
      ),
    })
  }
})

test('windowed streams join with streams of the same slide only', async () => {
  await using harness = new StreamingHarness()
  const pairs = harness.input(PAIRS)
  const joined = harness.collect(pairs.window(2).join(pairs.mapValues((n) => -n)))
  assert.throws(() => pairs.window(2, 2).join(pairs), {
    name: 'IllegalArgumentException',
    message: /^Some of the DStreams have different slide durations/,
  })
  await harness.ssc.start()
  await harness.advance(2)
  assert.deepEqual(joined.batches, [[['a', [1, -1]]], [['b', [2, -2]]]])
})

test('step by step gives what computing each window anew gives, for any input', async () => {
  const record = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 }))
  const batches = fc.array(fc.array(record, { maxLength: 4 }), { minLength: 1, maxLength: 9 })
  const seconds = fc.integer({ min: 1, max: 5 })
  await fc.assert(
    fc.asyncProperty(batches, seconds, seconds, async (input, window, slide) => {
      const model = (at: number) => {
        const sums = new Map<string, number>()
        for (const [key, n] of input.slice(Math.max(0, at - window), at).flat()) sums.set(key, (sums.get(key) ?? 0) + n)
        return [...sums].sort(byText)
      }
      const expected = Array.from({ length: Math.floor(input.length / slide) }, (_, i) => [
        (i + 1) * slide,
        model((i + 1) * slide),
      ])
      const plain = await run(input, input.length, (pairs: DStream<[string, number]>) =>
        pairs.reduceByKeyAndWindow(add, window, slide),
      )
      assert.deepEqual(plain, expected)
      const stepwise = await run(input, input.length, (pairs: DStream<[string, number]>) =>
        pairs.reduceByKeyAndWindow(add, subtract, window, slide, 2, ([, n]) => n !== 0),
      )
      assert.deepEqual(stepwise, expected)
    }),
    { numRuns: 60 },
  )
})
