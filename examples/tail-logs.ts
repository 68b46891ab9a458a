/**
 * Log files that grow: counts the lines of each level that a program adds to its log, while the log is rotated. A second run goes on where the first one stopped, with
 * what came meanwhile.
 *
 *     npx millstream run examples/tail-logs.ts
 */
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SparkConf, SparkContext, StreamingContext } from 'millstream'
import { ManualClock } from 'millstream/testing'

const folder = await mkdtemp(join(tmpdir(), 'tail-logs-'))
const path = join(folder, 'app.log')
await writeFile(path, 'INFO from before the start\n')

const clock = new ManualClock(Date.UTC(2024, 0, 1))

/** Starts the program, runs a batch after each of the writes, and stops; the clock is moved by hand, so that the example says the same each time. */
async function run(writes: readonly (() => Promise<void>)[]): Promise<void> {
  const ssc = await StreamingContext.getOrCreate(join(folder, 'checkpoints'), () => {
    const sc = new SparkContext(new SparkConf().setIfMissing('spark.master', 'local[2]').setAppName('TailLogs'))
    sc.setLogLevel('ERROR')
    const ssc = new StreamingContext(sc, 1, { clock })
    ssc
      .tailStream(path)
      .map((line) => [line.split(' ')[0]!, 1])
      .reduceByKey((a, b) => a + b)
      .foreachRDD(async (rdd) => console.log(Object.fromEntries((await rdd.collect()).sort())))
    return ssc
  })
  await ssc.start()
  for (const write of writes) {
    await write()
    const completed = new Promise((resolve) => ssc.addStreamingListener({ onBatchCompleted: resolve }))
    clock.advance(1000)
    await completed
  }
  await ssc.stop()
}

await run([
  // The last line has not ended, and waits for its end.
  () => appendFile(path, 'INFO started\nINFO listening\nWARN slow que'),
  async () => {
    await appendFile(path, 'ry\nERROR lost connection\n')
    await rename(path, `${path}.1`)
    await writeFile(path, 'INFO rotated\n')
  },
])
// Nobody reads now. What is added meanwhile is in the next run's first batch.
await appendFile(path, 'WARN unread\n')
await run([() => appendFile(path, 'INFO read\n')])
await rm(folder, { recursive: true })
