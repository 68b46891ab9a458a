import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { type State, StateSpec } from '../../src/index.ts'
import { StreamingHarness } from '../../src/testing/index.ts'

const checkpoints = mkdtempSync(join(tmpdir(), 'millstream-large-state-'))
after(() => rmSync(checkpoints, { recursive: true, force: true }))

/** Two workers with 32 MB each hold a state of 120 MB and its checkpoints. */
const KEYS = 60_000
const KEYS_PER_BATCH = 10_000
const TEXT = 'x'.repeat(1_950)
const conf = { 'spark.executor.memory': '32m', 'spark.streaming.checkpoint.directory': checkpoints }

function keysOf(batch: number): [string, number][] {
  return Array.from({ length: KEYS_PER_BATCH }, (_, i) => [`key ${(batch * KEYS_PER_BATCH + i) % KEYS}`, 1])
}

describe('a state several times as large as the heap', () => {
  test('of mapWithState is kept, each key updated twice, and read whole', { timeout: 240_000 }, async () => {
    await using harness = new StreamingHarness({ conf })
    const batches = (2 * KEYS) / KEYS_PER_BATCH
    const spec = StateSpec.function((key: string, one: number | undefined, state: State<string>) => {
      const count = Number(state.getOption()?.split(' ')[0] ?? 0) + (one ?? 0)
      state.update(`${count} ${key} ${TEXT}`)
      return count
    })
    const mapped = harness.input(Array.from({ length: batches }, (_, batch) => keysOf(batch))).mapWithState(spec)
    const counts: number[] = []
    mapped.foreachRDD(async (rdd) => void counts.push(await rdd.fold(0, (a, b) => a + b)))
    let whole: [number, number] = [0, 0]
    mapped.stateSnapshots().foreachRDD(async (rdd, time) => {
      if (time.milliseconds < batches * 1000) return
      whole = await rdd.aggregate<[number, number]>(
        [0, 0],
        ([keys, twice], [, text]) => [keys + 1, twice + (text.startsWith('2 ') ? 1 : 0)],
        ([a, b], [c, d]) => [a + c, b + d],
      )
    })
    await harness.ssc.start()
    await harness.advance(batches)
    await harness.ssc.awaitTerminationOrTimeout(0)
    const half = batches / 2
    assert.deepEqual(
      counts,
      Array.from({ length: batches }, (_, batch) => KEYS_PER_BATCH * (batch < half ? 1 : 2)),
    )
    assert.deepEqual(whole, [KEYS, KEYS])
  })

  test('of updateStateByKey is updated whole in each batch', { timeout: 240_000 }, async () => {
    await using harness = new StreamingHarness({ conf })
    const batches = KEYS / KEYS_PER_BATCH + 2
    const states = harness
      .input(Array.from({ length: batches }, (_, batch) => (batch < batches - 2 ? keysOf(batch) : [])))
      .updateStateByKey((values, state: string | undefined) => {
        const age = Number(state?.split(' ')[0] ?? 0)
        return values.length > 0 || age < 3 ? `${age + 1} ${TEXT}` : state
      })
    const ages: [number, number][] = []
    states.foreachRDD(async (rdd) => {
      ages.push(
        await rdd.aggregate<[number, number]>(
          [0, 0],
          ([keys, sum], [, text]) => [keys + 1, sum + Number(text.split(' ')[0])],
          ([a, b], [c, d]) => [a + c, b + d],
        ),
      )
    })
    await harness.ssc.start()
    await harness.advance(batches)
    await harness.ssc.awaitTerminationOrTimeout(0)
    assert.deepEqual(ages.at(-1), [KEYS, KEYS * 3])
  })
})
