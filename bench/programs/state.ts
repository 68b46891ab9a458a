/**
 * What a batch costs that updates a state: `state.js OPERATION KEYS UPDATES BATCHES INTERVAL_MS CHECKPOINT_DIR`. The operation is
 * `mapWithState`, `updateStateByKey` or `window`, of 60 batches. The first batch has every key once; each of the others UPDATES records. A batch is
 * due when the one before is over. Reports what each took, in milliseconds, and the last batch's count of records.
 */
import { type DStream, Milliseconds, SparkContext, type State, StateSpec, StreamingContext } from 'millstream'
import { ManualClock } from 'millstream/testing'
import { ManualBatches } from './manual-batches.ts'
import { argument, peakRssBytes, report } from './report.ts'

/** Batches of the window. */
const WINDOW_BATCHES = 60

const operation = argument(0)
const keys = Number(argument(1))
const updates = Number(argument(2))
const batchCount = Number(argument(3))
const intervalMs = Number(argument(4))
const sc = new SparkContext('local[2]', 'state')
const clock = new ManualClock()
const ssc = new StreamingContext(sc, Milliseconds(intervalMs), { clock })
ssc.checkpoint(argument(5))

const keyed = (n: number): [string, number] => [`key-${(n * 7919) % keys}`, 1]
const first = operation === 'window' ? updates : keys
const queue = Array.from({ length: batchCount }, (_, batch) => {
  const from = batch === 0 ? 0 : first + (batch - 1) * updates
  return sc.range(from, from + (batch === 0 ? first : updates), 1, 2).map(keyed)
})
const pairs = ssc.queueStream(queue)

function counted(): DStream<unknown> {
  switch (operation) {
    case 'mapWithState':
      return pairs.mapWithState(
        StateSpec.function((_key: string, one: number | undefined, state: State<number>) => {
          const sum = (state.getOption() ?? 0) + (one ?? 0)
          state.update(sum)
          return sum
        }),
      )
    case 'updateStateByKey':
      return pairs.updateStateByKey((values, sum: number | undefined) => values.reduce((a, b) => a + b, sum ?? 0))
    default:
      return pairs.reduceByKeyAndWindow(
        (a, b) => a + b,
        (a, b) => a - b,
        Milliseconds(WINDOW_BATCHES * intervalMs),
        Milliseconds(intervalMs),
      )
  }
}

let records = 0
counted().foreachRDD(async (rdd) => {
  records = await rdd.count()
})
const cpuBefore = process.cpuUsage()
await ssc.start()
const batches = new ManualBatches(ssc, clock, intervalMs)
const batchMillis: number[] = []
for (let batch = 0; batch < batchCount; batch++) batchMillis.push((await batches.next()).ms)
const { user, system } = process.cpuUsage(cpuBefore)
report({ records, batchMillis, cpuSeconds: (user + system) / 1e6, peakRssBytes: peakRssBytes() })
await ssc.stop()
