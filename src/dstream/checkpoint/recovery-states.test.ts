import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { root, run, setRoot, useCheckpointRoot } from '../../../test/streams/recovery-run.ts'
import type { Time } from '../../batches/time.ts'
import type { State } from '../../task/state/state.ts'
import type { DStream } from '../dstream.ts'
import { StateSpec } from '../state/state-spec.ts'

useCheckpointRoot()

describe('the states of mapWithState and of a stepwise window', () => {
  const mapped = (partitions: number) => (source: DStream<[string, number]>) => {
    const spec = StateSpec.function((time: Time, key: string, value: number | undefined, state: State<number>) => {
      const sum = (state.getOption() ?? 0) + (value ?? 0)
      if (!state.isTimingOut()) state.update(sum)
      return `${key} at ${time.milliseconds}: ${sum}${state.isTimingOut() ? ', timed out' : ''}`
    })
    // Each key is there for two seconds of seven, so that it times out in between.
    const some = source.map(([key, n]): [string, number] => [`${key} ${(n % 7) >> 1}`, n])
    return some.mapWithState(spec.timeout(3).numPartitions(partitions)).checkpoint(2)
  }
  const windowed = (source: DStream<[string, number]>) =>
    source
      .reduceByKeyAndWindow(
        (a, b) => a + b,
        (a, b) => a - b,
        5,
        1,
        2,
        ([, sum]) => sum > 0,
      )
      .checkpoint(2)

  for (const [name, define] of [
    ['mapWithState, timeouts included', () => mapped(2)],
    ['mapWithState in other partitions each time', (part: number) => mapped(part + 1)],
    ['a stepwise window', () => windowed],
  ] as const) {
    test(`${name}: interrupted runs give what one run gives`, async () => {
      const directory = root
      setRoot(join(directory, 'whole'))
      const whole = await run<unknown>({ from: 0, to: 21 }, define(1))
      setRoot(join(directory, 'parts'))
      const seen = new Set<string>()
      for (const [part, [from, to]] of [
        [0, 7],
        [9, 12],
        [12, 15],
        [18, 21],
      ].entries()) {
        const batches = await run<unknown>({ from: from as number, to: to as number }, define(part))
        for (const [second, records] of Object.entries(batches)) {
          seen.add(second)
          assert.deepEqual(records, whole[Number(second)], `batch ${second}`)
        }
      }
      assert.equal(seen.size, 21)
      if (name.startsWith('mapWithState,')) assert.match(String(Object.values(whole).flat()), /timed out/)
    })
  }
})
