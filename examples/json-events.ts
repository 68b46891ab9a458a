/**
 * Reads files of JSON lines as they appear in a directory, adds up what was bought per country, and writes each batch's result as text files.
 * Types go from `JSON.parse` to the sum: `event.amount` is a number for the compiler, and a field that is not there is its error.
 *
 *   npx millstream run examples/json-events.ts                  makes files of its own, and stops when all of them are counted
 *   npx millstream run examples/json-events.ts in/ out/totals   watches in/, writes out/totals-<time>/; Ctrl-C stops
 */
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SparkContext, StreamingContext } from 'millstream'

interface ShopEvent {
  readonly kind: 'view' | 'buy'
  readonly country: string
  readonly amount: number
}

const scratch = await mkdtemp(join(tmpdir(), 'json-events-'))
const [directory = join(scratch, 'in'), prefix = join(scratch, 'totals')] = process.argv.slice(2)
await mkdir(directory, { recursive: true })

const sc = new SparkContext('local[2]', 'JsonEvents')
const ssc = new StreamingContext(sc, 0.5)

const events = ssc.textFileStream(directory).map((line): ShopEvent => JSON.parse(line))
const totals = events
  .filter((event) => event.kind === 'buy')
  .map((event) => [event.country, event.amount])
  .reduceByKey((a, b) => a + b)
totals.saveAsTextFiles(prefix)

const numEvents = sc.longAccumulator('events')
events.foreachRDD((rdd) => rdd.foreach(() => numEvents.add(1)))

await ssc.start()
if (process.argv[2] === undefined) {
  await writeSampleFiles(directory)
  while (numEvents.value < 300) await ssc.awaitTerminationOrTimeout(0.1)
  await ssc.stop(false, true)
  const lines = await sc.textFile(`${prefix}-*`).collect()
  console.log(`${numEvents.value} events\n${lines.sort().join('\n')}`)
} else await ssc.awaitTermination()

await sc.stop()
await rm(scratch, { recursive: true })

/** Three files of a hundred events each, moved into place when they are complete: a stream reads a file once, as it finds it. */
async function writeSampleFiles(directory: string): Promise<void> {
  const countries = ['DE', 'FR', 'PL']
  for (const country of countries) {
    const lines = Array.from({ length: 100 }, (_, i) => {
      const event: ShopEvent = { kind: i % 4 === 0 ? 'buy' : 'view', country, amount: i }
      return JSON.stringify(event)
    })
    const unfinished = join(scratch, `${country}.json`)
    await writeFile(unfinished, `${lines.join('\n')}\n`)
    await rename(unfinished, join(directory, `${country}.json`))
  }
}
