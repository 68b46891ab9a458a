/**
 * What a batch costs that updates a state: `state.js OPERATION KEYS UPDATES BATCHES INTERVAL_MS CHECKPOINT_DIR`. The operation is
 * `mapWithState`, `updateStateByKey` or `window`. The first batch has every key once; each of the others UPDATES records. Reports the
 * batches' delays in milliseconds and the last batch's count of records.
 */
import { type DStream, Milliseconds, SparkContext, type State, StateSpec, StreamingContext } from 'millstream'
import { argument, peakRssBytes, report } from './report.ts'

/** Batches of the window. */
const WINDOW_BATCHES = 60

const operation = argument(0)
const keys = Number(argument(1))
const updates = Number(argument(2))
const batchCount = Number(argument(3))
const intervalMs = Number(argument(4))
const sc = new SparkContext('local[2]', 'state')
const ssc = new StreamingContext(sc, Milliseconds(intervalMs))
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
const processingDelays: number[] = []
const done = new Promise<void>((resolve) => {
  ssc.addStreamingListener({
    onBatchCompleted({ batchInfo }) {
      processingDelays.push(batchInfo.processingDelay ?? Number.NaN)
      if (processingDelays.length === batchCount) resolve()
    },
  })
})
const cpuBefore = process.cpuUsage()
await ssc.start()
await Promise.race([done, ssc.awaitTermination()])
const { user, system } = process.cpuUsage(cpuBefore)
report({ records, processingDelays, cpuSeconds: (user + system) / 1e6, peakRssBytes: peakRssBytes() })
await ssc.stop()
