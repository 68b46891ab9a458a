import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { useReferenceEngine } from '../../test/model/use-reference-engine.ts'
import type { Time } from '../batches/time.ts'
import { StorageLevel } from '../task/storage-level.ts'
import { StreamingHarness } from '../testing/streaming-harness.ts'
import type { DStream } from './dstream.ts'
import type { DStreamNode } from './dstream-node.ts'

after(useReferenceEngine())

let checkpoints = ''
before(async () => {
  checkpoints = await mkdtemp(join(tmpdir(), 'millstream-state-'))
})
after(() => rm(checkpoints, { recursive: true }))

type Pairs = DStream<[string, number]>

/** Runs a stateful stream over the batches, and gives each batch's state sorted by key. */
async function run<U>(
  input: readonly (readonly [string, number][])[],
  operation: (stream: Pairs, harness: StreamingHarness) => DStream<U>,
): Promise<U[][]> {
  await using harness = new StreamingHarness({ conf: { 'spark.streaming.checkpoint.directory': checkpoints } })
  const output = harness.collect(operation(harness.input<[string, number]>(input, 2), harness))
  await harness.ssc.start()
  await harness.advance(input.length)
  await harness.ssc.awaitTerminationOrTimeout(0)
  return output.batches.map((batch) => batch.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)))
}

const sum = (values: number[], state: number | undefined) => values.reduce((a, b) => a + b, state ?? 0)

const INPUT: [string, number][][] = [
  [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ],
  [],
  [['b', 4]],
]

test('the state of every key is carried from batch to batch', async () => {
  const states = await run(INPUT, (pairs) => pairs.updateStateByKey(sum))
  const [a, b] = [4, 2]
  const before = [
    ['a', a],
    ['b', b],
  ]
  assert.deepEqual(states, [
    before,
    before,
    [
      ['a', a],
      ['b', b + 4],
    ],
  ])
})

test('the function is called for every key in every batch, with no values where there are none', async () => {
  const calls = await run(INPUT, (pairs) =>
    pairs.updateStateByKey((values, state: unknown[] | undefined) => [...(state ?? []), values.length]),
  )
  assert.deepEqual(calls[2], [
    ['a', [2, 0, 0]],
    ['b', [1, 0, 1]],
  ])
})

test('a key whose new state is undefined or null is forgotten', async () => {
  for (const nothing of [undefined, null]) {
    const states = await run(INPUT, (pairs) =>
      pairs.updateStateByKey((values, state: number | undefined) => (values.length > 0 ? sum(values, state) : nothing)),
    )
    assert.deepEqual(states, [
      [
        ['a', 4],
        ['b', 2],
      ],
      [],
      [['b', 4]],
    ])
  }
})

test('an initial state, of an RDD or of pairs, is there before the first batch; of twins the first counts', async () => {
  const initial: [string, number][] = [
    ['a', 10],
    ['c', 30],
    ['a', 99],
  ]
  for (const ofRDD of [false, true]) {
    const states = await run(INPUT.slice(0, 1), (pairs, { sc }) =>
      pairs.updateStateByKey(sum, 2, ofRDD ? sc.parallelize(initial, 1) : initial),
    )
    assert.deepEqual(states[0], [
      ['a', 14],
      ['b', 2],
      ['c', 30],
    ])
  }
})

test('a function over a partition may change and leave out keys', async () => {
  const states = await run(INPUT, (pairs) =>
    pairs.updateStateByKey(
      function* (updates: IterableIterator<[string, number[], number | undefined]>): Iterable<[string, number]> {
        for (const [key, values, state] of updates) {
          if (key !== 'b') yield [key.endsWith('!') ? key : `${key}!`, sum(values, state)]
        }
      },
      2,
      false,
    ),
  )
  assert.deepEqual(states, [[['a!', 4]], [['a!', 4]], [['a!', 4]]])
})

test('a function with four parameters gets the batch’s time and the key', async () => {
  const states = await run(INPUT, (pairs) =>
    pairs.updateStateByKey(
      (time: Time, key: string, values: number[], state: string | undefined) =>
        `${state ?? key} ${time.milliseconds}:${values.length}`,
      2,
      true,
      [['z', 'z']],
    ),
  )
  assert.deepEqual(states[1], [
    ['a', 'a 1000:2 2000:0'],
    ['b', 'b 1000:1 2000:0'],
    ['z', 'z 1000:0 2000:0'],
  ])
})

test('the state keeps its partitioner, stays with the workers, and is checkpointed every ten seconds', async () => {
  await using harness = new StreamingHarness({
    conf: { 'spark.streaming.checkpoint.directory': checkpoints },
    interval: 3,
  })
  const state = harness.input(INPUT).updateStateByKey(sum, 3)
  const seen: unknown[] = []
  const [table] = state.dependencies as [DStreamNode<unknown>]
  state.foreachRDD(async (rdd, time) => {
    await rdd.count()
    const held = await table.getOrCompute(time)
    seen.push([time.milliseconds / 1000, held?.isCheckpointed(), rdd.partitioner?.numPartitions])
  })
  await harness.ssc.start()
  await harness.advance(5)
  assert.equal(table.storageLevel, StorageLevel.MEMORY_ONLY)
  assert.equal(table.checkpointDuration?.milliseconds, 12_000)
  assert.equal(table.rememberDuration.milliseconds, 24_000)
  assert.deepEqual(seen, [
    [3, false, 3],
    [6, false, 3],
    [9, false, 3],
    [12, true, 3],
    [15, false, 3],
  ])
})

test('a state needs a checkpoint directory', async () => {
  await using harness = new StreamingHarness()
  harness.sc.setCheckpointDir(null)
  harness.input(INPUT).updateStateByKey(sum).print()
  await assert.rejects(harness.ssc.start(), /The checkpoint directory has not been set/)
})

test('the state is what a map on the driver would hold, for any input', async () => {
  const record = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: -3, max: 3 }))
  const batches = fc.array(fc.array(record, { maxLength: 5 }), { minLength: 1, maxLength: 14 })
  await fc.assert(
    fc.asyncProperty(batches, async (input) => {
      const update = (values: number[], state: number | undefined) => {
        const next = sum(values, state)
        return next < 0 ? undefined : next
      }
      const model = new Map<string, number>()
      const expected = input.map((batch) => {
        for (const key of new Set([...model.keys(), ...batch.map(([name]) => name)])) {
          const next = update(
            batch.filter(([name]) => name === key).map(([, n]) => n),
            model.get(key),
          )
          if (next === undefined) model.delete(key)
          else model.set(key, next)
        }
        return [...model].sort()
      })
      assert.deepEqual(await run(input, (pairs) => pairs.updateStateByKey(update)), expected)
    }),
    { numRuns: 50 },
  )
})
