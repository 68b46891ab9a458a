/**
 * Two variants of a page are shown to visitors, who stay for a while. After each batch a significance test says how likely the difference of the two mean times
 * would be if the variants were alike; below 0.05, it is hardly chance. Lines are `variant,seconds`, variant `A` or `B`.
 *
 *   npx millstream run examples/page-variants.ts                   makes visits of its own, and stops after six batches
 *   npx millstream run examples/page-variants.ts localhost 9999    reads lines from a socket (nc -lk 9999); Ctrl-C stops
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DStream, InputDStream, type RDD, SparkContext, StreamingContext, type Time } from 'millstream'
import { BinarySample, StreamingTest } from 'millstream/mllib'

const BATCHES = 6
const VISITS = 40
const [host, port = '9999'] = process.argv.slice(2)
const checkpoints = await mkdtemp(join(tmpdir(), 'page-variants-'))

/** Visits made of the batch's number: the same in every run. */
class Visits extends InputDStream<string> {
  override compute(time: Time): RDD<string> {
    const batch = time.minus(this.zeroTime!).milliseconds / this.slideDuration.milliseconds
    return this.context.sparkContext.parallelize(visits(batch))
  }
}

const sc = new SparkContext('local[2]', 'PageVariants')
const ssc = new StreamingContext(sc, 0.5)
// All batches count, and what was seen until now is a state: it needs a directory for checkpoints.
ssc.checkpoint(checkpoints)

const lines: DStream<string> = host === undefined ? new Visits(ssc) : ssc.socketTextStream(host, Number(port))
const samples = lines.map((line) => {
  const [variant, seconds] = line.split(',')
  return new BinarySample(variant === 'B', Number(seconds))
})

let tested = 0
new StreamingTest()
  .setTestMethod('welch')
  .registerStream(samples)
  .foreachRDD(async (rdd) => {
    for (const { pValue, statistic } of await rdd.collect()) {
      if (host === undefined && tested === BATCHES) return
      tested++
      const verdict = pValue < 0.05 ? 'the variants differ' : 'no difference yet'
      console.log(`batch ${tested}: t = ${Math.abs(statistic).toFixed(2)}, p = ${pValue.toFixed(4)}, ${verdict}`)
    }
  })

await ssc.start()
if (host === undefined) while (tested < BATCHES) await ssc.awaitTerminationOrTimeout(0.1)
else await ssc.awaitTermination()
await ssc.stop({ stopSparkContext: true })
await rm(checkpoints, { recursive: true })

/** Visitors of B stay a little longer; how long anybody stays varies far more. */
function visits(batch: number): string[] {
  return Array.from({ length: VISITS }, (_, i) => {
    const isB = i % 2 === 1
    const seconds = 30 + 10 * Math.sin(batch * 31 + i * 7.3) + (isB ? 3 : 0)
    return `${isB ? 'B' : 'A'},${seconds.toFixed(1)}`
  })
}
