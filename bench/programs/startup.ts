/** A word count of one batch, for the time from the process's start, and from the import, to the first output: `startup.js`. */
import { argument, report } from './report.ts'

const importStarted = performance.now()
const { Milliseconds, SparkContext, StreamingContext } = await import('millstream')
const imported = performance.now()

const sc = new SparkContext('local[2]', 'startup')
const ssc = new StreamingContext(sc, Milliseconds(Number(argument(0))))
const lines = Array.from({ length: 100 }, (_, i) => `to be or not to be ${i % 10}`)
const output = new Promise<[string, number][]>((resolve) => {
  ssc
    .queueStream([lines])
    .flatMap((line) => line.split(' '))
    .map((word) => [word, 1])
    .reduceByKey((a, b) => a + b)
    .foreachRDD(async (rdd) => resolve(await rdd.collect()))
})
await ssc.start()
const counts = await Promise.race([output, ssc.awaitTermination()])
const finished = performance.now()
report({
  words: (counts ?? []).reduce((sum, [, count]) => sum + count, 0),
  nodeMs: importStarted,
  importMs: imported - importStarted,
  fromImportMs: finished - importStarted,
})
await ssc.stop()
