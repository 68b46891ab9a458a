import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { pairs, runningCount, runStates, stateContext } from '../../../test/streams/state-run.ts'
import { HashPartitioner, type SparkContext, type State, StateSpec, type Time } from '../../index.ts'
import { StreamingHarness } from '../../testing/index.ts'

let sparkContext: SparkContext
before(() => {
  sparkContext = stateContext()
})
after(() => sparkContext?.stop())

const run: typeof runStates = (input, spec) => runStates(input, spec, { sparkContext })

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
      await using harness = new StreamingHarness({ sparkContext })
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
})
