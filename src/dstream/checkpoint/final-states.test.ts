import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { root, useCheckpointRoot } from '../../../test/streams/recovery-run.ts'
import { ManualClock } from '../../batches/manual-clock.ts'
import { Time } from '../../batches/time.ts'
import { SparkContext } from '../../context/spark-context.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { SparkConf } from '../../settings/spark-conf.ts'
import { StreamingContext } from '../../streaming/streaming-context.ts'
import type { State } from '../../task/state/state.ts'
import { Collector } from '../../testing/collector.ts'
import type { DStream } from '../dstream.ts'
import { InputDStream } from '../input-dstream.ts'
import { StateSpec } from '../state/state-spec.ts'

useCheckpointRoot()

/** A pair in every batch. Batches up to one cannot be asked for again: what they read was taken away. */
class Archived extends InputDStream<[string, number]> {
  static upTo = 0
  override compute(time: Time): RDD<[string, number]> {
    if (time.milliseconds <= Archived.upTo) throw new Error(`the input of ${time} was archived`)
    return this.context.sparkContext.parallelize<[string, number]>([['sum', time.milliseconds / 1000]])
  }
}

test('a graceful stop writes the states: what earlier batches have read may be taken away', async () => {
  const programs: Readonly<Record<string, (source: DStream<[string, number]>) => DStream<unknown>>> = {
    updateStateByKey: (source) =>
      source.updateStateByKey((values: number[], state: number | undefined) =>
        values.reduce((a, b) => a + b, state ?? 0),
      ),
    mapWithState: (source) =>
      source
        .mapWithState(
          StateSpec.function((_key: string, value: number | undefined, state: State<number>) => {
            const sum = (state.exists() ? state.get() : 0) + (value ?? 0)
            state.update(sum)
            return sum
          }),
        )
        .stateSnapshots(),
    'a function over partitions': (source) =>
      source.updateStateByKey<string, number, number>(
        (updates) => [...updates].map(([key, values, state]) => [key, values.reduce((a, b) => a + b, state ?? 0)]),
        2,
        true,
      ),
  }
  for (const [name, define] of Object.entries(programs)) {
    Archived.upTo = 0
    const directory = join(root, encodeURIComponent(name))
    const runFrom = async (from: number, batches: number) => {
      const clock = new ManualClock(from * 1000)
      let collector: Collector<unknown> | undefined
      const ssc = await StreamingContext.getOrCreate(directory, () => {
        const settings = new SparkConf(false).setMaster('local[1]').setAppName('archive')
        const made = new StreamingContext(new SparkContext(settings), 1, { clock })
        collector = new Collector(define(new Archived(made)))
        return made
      })
      await ssc.start()
      for (let i = 0; i < batches; i++) {
        clock.advance(1000)
        await ssc.batchProcessed(new Time(clock.now()))
      }
      await ssc.stop(true, true)
      await ssc.awaitTermination()
      return collector!.collected.map(({ time, records }) => [time.milliseconds / 1000, records])
    }
    // The graceful stop makes one more batch, of what came since the last tick.
    const first = await runFrom(0, 2)
    assert.deepEqual(first.at(-1), [3, [['sum', 6]]], name)
    Archived.upTo = 3000
    const second = await runFrom(3, 1)
    assert.deepEqual(second[0], [4, [['sum', 10]]], name)
  }
})
