import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pairs, runStates } from '../../../test/streams/state-run.ts'
import { type State, StateSpec, TaskContext } from '../../index.ts'

describe('mapWithState, when things fail', () => {
  test('a batch that failed is not applied, and neither is a task that is tried again', async () => {
    const spec = StateSpec.function((key: string, one: number | undefined, state: State<number>): [string, number] => {
      state.update((state.getOption() ?? 0) + (one ?? 0))
      // Behind the first records of the partition, so that those have been applied when it fails.
      if (key === 'z' && TaskContext.get()?.attemptNumber() === 0) throw new Error('the first attempt fails')
      return [key, state.get()]
    })
    const input = [pairs('a', 'b', 'z'), pairs('a', 'a', 'z'), pairs('b', 'z')]
    const { outputs } = await runStates(input, spec, { master: 'local[2,4]' })
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
    const { states } = await runStates(input, spec, { master: 'local[2,4]' })
    for (const [i, batch] of states.entries()) {
      for (const key of keys)
        assert.deepEqual(
          batch.find(([k]) => k === key),
          [key, i + 1],
        )
    }
  })
})
