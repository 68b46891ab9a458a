/**
 * Word count of what a TCP server sends, batch by batch: `dstream-socket.js PORT WORDS INTERVAL_SECONDS`. Ends when so many words are counted;
 * the time is that from `start` to the last count.
 */
import { SparkContext, StreamingContext } from 'millstream'
import { argument, peakRssBytes, report } from './report.ts'

const expectedWords = Number(argument(1))
const sc = new SparkContext('local[2]', 'dstream-socket')
const ssc = new StreamingContext(sc, Number(argument(2)))
const counts = ssc
  .socketTextStream('127.0.0.1', Number(argument(0)))
  .flatMap((line) => line.split(' '))
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b)

let words = 0
let bytes = 0
const batches: { readonly words: number; readonly atSeconds: number }[] = []
let started = 0
let isCounted = (): void => {}
const counted = new Promise<void>((resolve) => {
  isCounted = resolve
})
counts.foreachRDD(async (rdd) => {
  const [batchWords, batchBytes] = await rdd
    .map(([word, count]) => [count, count * (word.length + 1)] as [number, number])
    .fold([0, 0], (a, b) => [a[0] + b[0], a[1] + b[1]])
  words += batchWords
  bytes += batchBytes
  if (batchWords > 0) batches.push({ words: batchWords, atSeconds: (performance.now() - started) / 1000 })
  if (words >= expectedWords) isCounted()
})

started = performance.now()
const cpuBefore = process.cpuUsage()
await ssc.start()
await Promise.race([counted, ssc.awaitTermination()])
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(cpuBefore)
report({ seconds, cpuSeconds: (user + system) / 1e6, words, bytes, batches, peakRssBytes: peakRssBytes() })
await ssc.stop()
