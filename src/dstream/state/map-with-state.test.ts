import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { useReferenceEngine } from '../../../test/model/use-reference-engine.ts'
import { HashPartitioner, type State, StateSpec, TaskContext, type Time } from '../../index.ts'
import { StreamingHarness, type StreamingHarnessOptions } from '../../testing/index.ts'

const checkpoints = mkdtempSync(join(tmpdir(), 'millstream-state-'))
after(() => rmSync(checkpoints, { recursive: true, force: true }))

interface Outcome<K, S, T> {
  readonly outputs: T[][]
  readonly states: [K, S][][]
}

/** What a spec gives for each batch, and the states after it, sorted. */
async function run<K, V, S, T>(
  input: readonly (readonly [K, V][])[],
  spec: StateSpec<K, V, S, T>,
  { conf, ...options }: StreamingHarnessOptions = {},
): Promise<Outcome<K, S, T>> {
  await using harness = new StreamingHarness({
    ...options,
    conf: { 'spark.streaming.checkpoint.directory': checkpoints, ...conf },
  })
  const mapped = harness.input(input, 2).mapWithState(spec)
  const outputs = harness.collect(mapped)
  const states = harness.collect(mapped.stateSnapshots())
  await harness.ssc.start()
  await harness.advance(input.length)
  await harness.ssc.awaitTerminationOrTimeout(0)
  return { outputs: outputs.batches.map(sorted), states: states.batches.map(sorted) }
}

function sorted<T>(records: readonly T[]): T[] {
  return [...records].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

const pairs = (...keys: string[]) => keys.map((key): [string, number] => [key, 1])

const runningCount = (key: string, one: number | undefined, state: State<number>): [string, number] => {
  const count = (state.getOption() ?? 0) + (one ?? 0)
  state.update(count)
  return [key, count]
}

describe('mapWithState', () => {
  test('calls the function for each record, which sees what the ones before have done', async () => {
    const { outputs, states } = await run(
      [pairs('a'), pairs('a', 'b', 'a'), [], pairs('c')],
      StateSpec.function(runningCount),
    )
    const after2 = [
      ['a', 3],
      ['b', 1],
    ]
    assert.deepEqual(outputs, [
      [['a', 1]],
      [
        ['a', 2],
        ['a', 3],
        ['b', 1],
      ],
      [],
      [['c', 1]],
    ])
    assert.deepEqual(states, [[['a', 1]], after2, after2, [...after2, ['c', 1]]])
  })

  test('a function of four parameters gets the time of the batch and may give nothing', async () => {
    const spec = StateSpec.function((time: Time, key: string, value: number | undefined, state: State<number>) => {
      state.update(value ?? 0)
      return key === 'quiet' ? undefined : `${key} at ${time.milliseconds}`
    })
    const { outputs, states } = await run([pairs('a', 'quiet'), pairs('a')], spec)
    assert.deepEqual(outputs, [['a at 1000'], ['a at 2000']])
    assert.deepEqual(states[1], [
      ['a', 1],
      ['quiet', 1],
    ])
  })

  test('a function of three parameters gives a record for each call, undefined too', async () => {
    const spec = StateSpec.function((_key: string, _value: number | undefined, state: State<number>) => {
      state.update(1)
      return undefined
    })
    assert.deepEqual((await run([pairs('a', 'b')], spec)).outputs, [[undefined, undefined]])
  })

  test('state that is removed is gone for the next record', async () => {
    const spec = StateSpec.function(
      (key: string, value: number | undefined, state: State<number>): [string, boolean] => {
        const had = state.exists()
        if (value === 0) state.remove()
        else state.update(value ?? -1)
        return [key, had]
      },
    )
    const input: [string, number][][] = [[['a', 1]], [['a', 0]], [['a', 0]], [['a', 2]]]
    const { outputs, states } = await run(input, spec)
    assert.deepEqual(outputs, [[['a', false]], [['a', true]], [['a', false]], [['a', false]]])
    assert.deepEqual(states, [[['a', 1]], [], [], [['a', 2]]])
  })

  test('initial states are there in the first batch, from an array or an RDD; of several the last counts', async () => {
    const initial: [string, number][] = [
      ['a', 5],
      ['b', 1],
      ['b', 10],
      ['c', -20],
    ]
    const { outputs, states } = await run(
      [pairs('a'), pairs('b')],
      StateSpec.function(runningCount).initialState(initial),
    )
    assert.deepEqual(outputs, [[['a', 6]], [['b', 11]]])
    assert.deepEqual(states[0], [
      ['a', 6],
      ['b', 10],
      ['c', -20],
    ])
  })

  test('a key without data for longer than the timeout is called once more in the batch in which that is so, and leaves', async () => {
    const spec = StateSpec.function((time: Time, key: string, value: number | undefined, state: State<number>) => {
      if (!state.isTimingOut()) state.update((state.getOption() ?? 0) + 1)
      return [time.milliseconds / 1000, key, value ?? null, state.get(), state.isTimingOut()]
    }).timeout(3)
    const { outputs, states } = await run([pairs('a', 'b'), pairs('b'), [], [], [], [], []], spec)
    assert.deepEqual(outputs, [
      [
        [1, 'a', 1, 1, false],
        [1, 'b', 1, 1, false],
      ],
      [[2, 'b', 1, 2, false]],
      [],
      [],
      [[5, 'a', null, 1, true]],
      [[6, 'b', null, 2, true]],
      [],
    ])
    assert.deepEqual(
      states.map((batch) => batch.length),
      [2, 2, 2, 2, 1, 0, 0],
    )
  })

  test('any data of a key begins its idle time anew, also without an update, and in the batch in which it was due', async () => {
    const spec = StateSpec.function((time: Time, _key: string, value: number | undefined, state: State<number>) => {
      if (!state.exists()) state.update(value ?? 0)
      return state.isTimingOut() ? time.milliseconds : undefined
    })
      .timeout(2)
      .initialState([['initial', 0]])
    const { outputs } = await run([pairs('a'), [], pairs('a'), pairs('initial'), [], [], [], []], spec)
    assert.deepEqual(outputs, [[], [], [], [], [], [6000], [7000], []])
  })

  test('what Spark forbids is refused in its words', async () => {
    const spec = StateSpec.function((key: string, _value: number | undefined, state: State<number>): string => {
      const attempt = (...steps: (() => unknown)[]) => {
        try {
          for (const step of steps) step()
          return 'done'
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`
        }
      }
      const update = () => state.update(1)
      const remove = () => state.remove()
      if (state.isTimingOut()) return `${attempt(update)} | ${attempt(remove)}`
      if (key === 'get') return attempt(() => state.get())
      if (key === 'update after remove') return attempt(remove, update)
      if (key === 'remove twice') return attempt(remove, remove)
      if (key === 'remove after update') return attempt(update, remove)
      return `${attempt(update)} ${state}`
    }).timeout(1)
    const keys = ['get', 'update after remove', 'remove twice', 'remove after update', 'update']
    const { outputs } = await run([pairs(...keys), [], []], spec)
    assert.deepEqual(outputs[0], [
      'IllegalArgumentException: requirement failed: Cannot remove the state that has already been removed',
      'IllegalArgumentException: requirement failed: Cannot update the state after it has been removed',
      'NoSuchElementException: State is not set: ask exists(), or use getOption(), which gives undefined for a key without a state',
      'done 1',
      'done',
    ])
    assert.deepEqual(outputs[2], [
      'IllegalArgumentException: requirement failed: Cannot update the state that is timing out | ' +
        'IllegalArgumentException: requirement failed: Cannot remove the state that is timing out',
    ])
  })

  test('the state is placed by the number of partitions, or by the partitioner, that the spec names', async () => {
    class ByLength extends HashPartitioner {
      override getPartition(key: unknown): number {
        return String(key).length % this.numPartitions
      }
    }
    for (const [spec, expected] of [
      [StateSpec.function(runningCount).numPartitions(5), 5],
      [StateSpec.function(runningCount).partitioner(new ByLength(3)), 3],
      [StateSpec.function(runningCount), 2],
    ] as const) {
      await using harness = new StreamingHarness({ conf: { 'spark.streaming.checkpoint.directory': checkpoints } })
      const seen: number[] = []
      harness
        .input([pairs('a', 'bb')])
        .mapWithState(spec)
        .stateSnapshots()
        .foreachRDD(async (rdd) => void seen.push(await rdd.getNumPartitions(), await rdd.count()))
      await harness.ssc.start()
      await harness.advance()
      assert.deepEqual(seen, [expected, 2])
    }
  })

  test('a batch that failed is not applied, and neither is a task that is tried again', async () => {
    const spec = StateSpec.function((key: string, one: number | undefined, state: State<number>): [string, number] => {
      state.update((state.getOption() ?? 0) + (one ?? 0))
      // Behind the first records of the partition, so that those have been applied when it fails.
      if (key === 'z' && TaskContext.get()?.attemptNumber() === 0) throw new Error('the first attempt fails')
      return [key, state.get()]
    })
    const input = [pairs('a', 'b', 'z'), pairs('a', 'a', 'z'), pairs('b', 'z')]
    const { outputs } = await run(input, spec, { master: 'local[2,4]' })
    assert.deepEqual(outputs, [
      [
        ['a', 1],
        ['b', 1],
        ['z', 1],
      ],
      [
        ['a', 2],
        ['a', 3],
        ['z', 2],
      ],
      [
        ['b', 2],
        ['z', 3],
      ],
    ])
  })

  test('a worker that dies between and within batches costs the state nothing', async () => {
    const spec = StateSpec.function((key: string, one: number | undefined, state: State<number>): [string, number] => {
      if (key.startsWith('die') && TaskContext.get()?.attemptNumber() === 0) process.exit(1)
      state.update((state.getOption() ?? 0) + (one ?? 0))
      return [key, state.get()]
    })
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
    // A checkpoint is written with the tenth batch: deaths before and after it.
    const input = Array.from({ length: 16 }, (_, i) =>
      pairs(...keys, ...([3, 12, 13].includes(i) ? [`die${i}`, `die too${i}`] : [])),
    )
    const { states } = await run(input, spec, { master: 'local[2,4]' })
    for (const [i, batch] of states.entries()) {
      for (const key of keys)
        assert.deepEqual(
          batch.find(([k]) => k === key),
          [key, i + 1],
        )
    }
  })

  for (const engine of ['local', 'reference'] as const) {
    test(`random programs give what a map gives, on the ${engine} engine`, async () => {
      const record = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 0, max: 5 }))
      const batches = fc.array(fc.array(record, { maxLength: 6 }), { minLength: 1, maxLength: 14 })
      const stopUsing = engine === 'reference' ? useReferenceEngine() : () => {}
      try {
        await fc.assert(
          fc.asyncProperty(
            batches,
            fc.option(fc.integer({ min: 1, max: 3 })),
            fc.boolean(),
            async (input, timeout, isSmall) => {
              const base = StateSpec.function(
                (_: Time, key: string, value: number | undefined, state: State<number>) => {
                  if (state.isTimingOut()) return `${key} timed out at ${state.get()}`
                  if (value === 0) {
                    const had = state.getOption() ?? 'nothing'
                    state.remove()
                    return `${key} removed, had ${had}`
                  }
                  // A record that only looks.
                  if (value === 1) return state.exists() ? `${key} has ${state.get()}` : undefined
                  state.update((state.getOption() ?? 0) + (value as number))
                  return `${key} = ${state.get()}`
                },
              )
              const spec = timeout === null ? base : base.timeout(timeout)
              // One input partition, so that a key's records come in their order.
              const conf = isSmall ? { 'spark.shuffle.spill.numElementsForceSpillThreshold': 2 } : {}
              const { outputs, states } = await run(input, spec.numPartitions(2), { conf })
              const expected = model(input, timeout)
              assert.deepEqual(outputs, expected.outputs)
              assert.deepEqual(states, expected.states)
            },
          ),
          { numRuns: engine === 'local' ? 8 : 25 },
        )
      } finally {
        stopUsing()
      }
    })
  }
})

function model(input: readonly (readonly [string, number][])[], timeout: number | null) {
  const states = new Map<string, { value: number; updated: number }>()
  const result = { outputs: [] as string[][], states: [] as [string, number][][] }
  for (const [index, batch] of input.entries()) {
    const time = index + 1
    const outputs: string[] = []
    for (const [key, value] of batch) {
      const state = states.get(key)
      if (value === 0) {
        outputs.push(`${key} removed, had ${state?.value ?? 'nothing'}`)
        states.delete(key)
        continue
      }
      if (value === 1) {
        if (state !== undefined) {
          outputs.push(`${key} has ${state.value}`)
          state.updated = time
        }
        continue
      }
      states.set(key, { value: (state?.value ?? 0) + value, updated: time })
      outputs.push(`${key} = ${(state?.value ?? 0) + value}`)
    }
    for (const [key, { value, updated }] of states) {
      if (timeout === null || updated >= time - timeout) continue
      outputs.push(`${key} timed out at ${value}`)
      states.delete(key)
    }
    result.outputs.push(sorted(outputs))
    result.states.push(sorted([...states].map(([key, { value }]): [string, number] => [key, value])))
  }
  return result
}
