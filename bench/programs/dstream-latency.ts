/**
 * What a small batch costs: 100 pairs, one shuffle (or a map), one collect, `dstream-latency.js BATCHES INTERVAL_MS [MASTER] [map]`. Reports the
 * delays of every batch in milliseconds, as a StreamingListener is told them.
 */
import { type DStream, Milliseconds, SparkContext, StreamingContext } from 'millstream'
import { argument, report } from './report.ts'

const batchCount = Number(argument(0))
const [master = 'local[2]', kind = 'shuffle'] = process.argv.slice(4)
const sc = new SparkContext(master, 'dstream-latency')
const ssc = new StreamingContext(sc, Milliseconds(Number(argument(1))))
const pairs = Array.from({ length: 100 }, (_, i): [string, number] => [`k${(i + 1) % 10}`, 1])
const queue = Array.from({ length: batchCount }, () => sc.parallelize(pairs, 2))

const changed = (stream: DStream<[string, number]>): DStream<[string, number]> =>
  kind === 'map' ? stream.mapValues((count) => count) : stream.reduceByKey((a, b) => a + b, 2)

let records = 0
changed(ssc.queueStream(queue)).foreachRDD(async (rdd) => {
  for (const [, count] of await rdd.collect()) records += count
})

const processingDelays: number[] = []
const schedulingDelays: number[] = []
const done = new Promise<void>((resolve) => {
  ssc.addStreamingListener({
    onBatchCompleted({ batchInfo }) {
      processingDelays.push(batchInfo.processingDelay ?? Number.NaN)
      schedulingDelays.push(batchInfo.schedulingDelay ?? Number.NaN)
      // On Spark the measured half begins here, see benchmarks/spark-batches.ts.
      if (processingDelays.length === batchCount >> 1) console.log('MARK warm')
      if (processingDelays.length === batchCount) resolve()
    },
  })
})

const cpuBefore = process.cpuUsage()
await ssc.start()
await Promise.race([done, ssc.awaitTermination()])
console.log('MARK end')
const { user, system } = process.cpuUsage(cpuBefore)
report({ records, processingDelays, schedulingDelays, cpuSeconds: (user + system) / 1e6 })
await ssc.stop()
