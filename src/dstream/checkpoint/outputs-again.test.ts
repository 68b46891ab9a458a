import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ManualClock } from '../../batches/manual-clock.ts'
import { Time } from '../../batches/time.ts'
import { SparkContext } from '../../context/spark-context.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import type { BatchPlan, BatchSource } from '../../sources/batch-source.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'
import type { State } from '../../task/state/state.ts'
import { StateSpec } from '../state/state-spec.ts'

/** One number for each batch: its time in seconds. */
class Seconds implements BatchSource<[string, number], number> {
  open(): void {}
  plan(time: Time): BatchPlan<[string, number], number> {
    return { positions: time.milliseconds / 1000, partitions: this.replan(time, time.milliseconds / 1000), records: 1 }
  }
  replan(_time: Time, second: number) {
    return [{ kind: 'read', data: second, read: (n: number): [string, number][] => [['sum', n]] } as const]
  }
  close(): void {}
}

async function run(directory: string, from: number, batches: number, failing: readonly number[]) {
  const clock = new ManualClock(from * 1000)
  const outputs: [time: number, records: number[]][] = []
  const windows: [time: number, records: number[]][] = []
  const ssc = await StreamingContext.getOrCreate(directory, () => {
    const sc = new SparkContext(new SparkConf(false).setMaster('local[1]').setAppName('outputs'))
    sc.setLogLevel('OFF')
    const made = new StreamingContext(sc, 1, { clock })
    const sums = made
      .directStream(new Seconds())
      .mapWithState(
        StateSpec.function((_key: string, n: number | undefined, state: State<number>) => {
          const sum = (state.getOption() ?? 0) + (n ?? 0)
          state.update(sum)
          return sum
        }),
      )
      .checkpoint(1)
    sums.foreachRDD(async (rdd, time) => {
      const records = await rdd.collect()
      if (failing.includes(time.milliseconds / 1000)) throw new Error('the database is away')
      outputs.push([time.milliseconds / 1000, records])
    })
    sums.window(3).foreachRDD(async (rdd, time) => {
      windows.push([time.milliseconds / 1000, (await rdd.collect()).sort((a, b) => a - b)])
    })
    return made
  })
  await ssc.start()
  for (let i = 0; i < batches; i++) {
    clock.advance(1000)
    await ssc.batchProcessed(new Time(clock.now()))
  }
  await ssc.stop()
  return { outputs, windows }
}

test('a batch that runs again has its outputs of mapWithState again, also when its state was checkpointed, and so have windows over them', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'millstream-outputs-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const first = await run(join(directory, 'checkpoints'), 0, 5, [2, 5])
  assert.deepEqual(first.outputs, [
    [1, [1]],
    [3, [6]],
    [4, [10]],
  ])
  const second = await run(join(directory, 'checkpoints'), 5, 1, [])
  assert.deepEqual(second.outputs, [
    [2, [3]],
    [5, [15]],
    [6, [21]],
  ])
  assert.deepEqual(second.windows, [
    [2, [1, 3]],
    [5, [6, 10, 15]],
    [6, [10, 15, 21]],
  ])
})
