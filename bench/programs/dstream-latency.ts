/**
 * What a small batch costs: 100 pairs, one shuffle, one collect, `dstream-latency.js BATCHES INTERVAL_MS`. Reports the delays of every batch
 * in milliseconds, as a StreamingListener is told them.
 */
import { Milliseconds, SparkContext, StreamingContext } from 'millstream'
import { argument, report } from './report.ts'

const batchCount = Number(argument(0))
const sc = new SparkContext('local[2]', 'dstream-latency')
const ssc = new StreamingContext(sc, Milliseconds(Number(argument(1))))
const pairs = Array.from({ length: 100 }, (_, i): [string, number] => [`k${(i + 1) % 10}`, 1])
const queue = Array.from({ length: batchCount }, () => sc.parallelize(pairs, 2))

let records = 0
ssc
  .queueStream(queue)
  .reduceByKey((a, b) => a + b, 2)
  .foreachRDD(async (rdd) => {
    for (const [, count] of await rdd.collect()) records += count
  })

const processingDelays: number[] = []
const schedulingDelays: number[] = []
const done = new Promise<void>((resolve) => {
  ssc.addStreamingListener({
    onBatchCompleted({ batchInfo }) {
      processingDelays.push(batchInfo.processingDelay ?? Number.NaN)
      schedulingDelays.push(batchInfo.schedulingDelay ?? Number.NaN)
      if (processingDelays.length === batchCount) resolve()
    },
  })
})

const cpuBefore = process.cpuUsage()
await ssc.start()
await Promise.race([done, ssc.awaitTermination()])
const { user, system } = process.cpuUsage(cpuBefore)
report({ records, processingDelays, schedulingDelays, cpuSeconds: (user + system) / 1e6 })
await ssc.stop()
