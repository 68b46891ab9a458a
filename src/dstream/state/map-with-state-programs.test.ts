import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { useReferenceEngine } from '../../../test/model/use-reference-engine.ts'
import { runStates, sorted, stateContext } from '../../../test/streams/state-run.ts'
import { type State, StateSpec, type Time } from '../../index.ts'

const record = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 0, max: 5 }))
const batches = fc.array(fc.array(record, { maxLength: 6 }), { minLength: 1, maxLength: 14 })
const timeouts = fc.option(fc.integer({ min: 1, max: 3 }))

const program = (_: Time, key: string, value: number | undefined, state: State<number>) => {
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
}

// The second context spills its tables after two entries.
for (const [name, conf] of [
  ['in memory', {}],
  ['spilled', { 'spark.shuffle.spill.numElementsForceSpillThreshold': 2 }],
] as const) {
  for (const engine of ['local', 'reference'] as const) {
    test(`random programs give what a map gives, ${name}, on the ${engine} engine`, async () => {
      const stopUsing = engine === 'reference' ? useReferenceEngine() : () => {}
      const sparkContext = stateContext(conf)
      try {
        await fc.assert(
          fc.asyncProperty(batches, timeouts, async (input, timeout) => {
            const base = StateSpec.function(program)
            const spec = timeout === null ? base : base.timeout(timeout)
            // One input partition, so that a key's records come in their order.
            const { outputs, states } = await runStates(input, spec.numPartitions(2), { sparkContext })
            const expected = model(input, timeout)
            assert.deepEqual(outputs, expected.outputs)
            assert.deepEqual(states, expected.states)
          }),
          { numRuns: 12 },
        )
      } finally {
        await sparkContext.stop()
        stopUsing()
      }
    })
  }
}

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
