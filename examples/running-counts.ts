/**
 * Two ways to look further back than one batch: a sliding window, and a state per key that lasts.
 *
 *   npx millstream run examples/running-counts.ts
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SparkContext, StreamingContext } from 'millstream'

const checkpoints = await mkdtemp(join(tmpdir(), 'running-counts-'))
const sc = new SparkContext('local[2]', 'RunningCounts')
// A queue cannot be recovered after a crash, of which the checkpoint directory makes it warn. This program does not mean to be.
sc.setLogLevel('ERROR')
const ssc = new StreamingContext(sc, 0.25)
ssc.checkpoint(checkpoints)

const batches = ['a b', 'a', 'b b', 'a c', 'c'].map((line) => line.split(' '))
const ones = ssc.queueStream(batches).map((word) => [word, 1])

// The last two batches. With the inverse function each window costs what came and what went, however long it is.
const inWindow = ones.reduceByKeyAndWindow(
  (a, b) => a + b,
  (a, b) => a - b,
  0.5,
  0.25,
  1,
  ([, count]) => count > 0,
)
// Everything since the start.
const inAll = ones.updateStateByKey((values: number[], total: number | undefined) =>
  values.reduce((a, b) => a + b, total ?? 0),
)

let numBatches = 0
inWindow.join(inAll).foreachRDD(async (rdd) => {
  const counts = await rdd.sortByKey().collect()
  console.log(counts.map(([word, [recent, total]]) => `${word}: ${recent} of ${total}`).join(', '))
  if (++numBatches === 5) void ssc.stop()
})

await ssc.start()
await ssc.awaitTermination()
await rm(checkpoints, { recursive: true })
