import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packState } from './packed-state.ts'
import type { State } from './state.ts'
import { restoreState, stateEntries, stateOutputs, stateZips } from './state-operations.ts'

const counting = () => (key: string, one: number | undefined, state: State<number>) => {
  if (state.isTimingOut()) return `${key} out`
  state.update((state.getOption() ?? 0) + (one ?? 0))
  return `${key} ${state.get()}`
}

const keys = Array.from({ length: 3000 }, (_, i) => `key ${i}`)

test('a state that goes from batch to batch as plain records is the one that stays as objects', () => {
  let kept: Iterable<unknown> = restoreState([['initial', 7]], 0, 1000, false, false)
  let packed: unknown[] = structuredClone([...packState(kept)])
  let isTimedOut = false
  for (let batch = 1; batch <= 5; batch++) {
    const timeMs = batch * 1000
    const data = keys.filter((_, i) => i % batch === 0).map((key) => [key, 1])
    const times = [[timeMs, timeMs - 2000]]
    kept = stateZips.mapWithState([kept, data, times], 0, counting, true)
    packed = structuredClone([...packState(stateZips.mapWithState([packed, data, times], 0, counting, true))])
    assert.deepEqual(inOrder(stateOutputs(packed)), inOrder(stateOutputs(kept)))
    isTimedOut ||= [...stateOutputs(kept)].includes('key 1 out')
    const sorted = (versions: Iterable<unknown>) => [...stateEntries(versions, 0, 'timed')].map(String).sort()
    assert.deepEqual(sorted(packed), sorted(kept))
  }
  assert.ok(isTimedOut)
})

/** Outputs of records come in their order; those of keys that time out at the same time have none. */
function inOrder(outputs: Iterable<unknown>): string[] {
  const isOut = (output: unknown) => String(output).endsWith(' out')
  const all = [...outputs] as string[]
  return [...all.filter((output) => !isOut(output)), ...all.filter(isOut).sort()]
}

test('of several states of a key that is restored, the last counts, or the first where that is wanted', () => {
  const pairs = [
    ['a', 1],
    ['a', 2],
  ]
  assert.deepEqual([...stateEntries(restoreState(pairs, 0, 5, false, false), 0, 'timed')], [['a', [2, 5]]])
  assert.deepEqual([...stateEntries(restoreState(pairs, 0, 5, false, true), 0, 'pairs')], [['a', 1]])
})
