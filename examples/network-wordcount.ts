/**
 * Counts the words that arrive on a TCP port, each second.
 *
 *   npm start
 *   npm start -- --host 127.0.0.1 --port 9999 --interval 0.5 --master 'local[4]'
 *
 * Type the lines yourself: run `nc -lk 9999` in another terminal first. Where nobody listens, the program feeds itself. Ctrl-C ends it once
 * what has arrived is counted.
 */
import { parseArgs } from 'node:util'
import { SparkConf, SparkContext, StreamingContext } from 'millstream'
import { startLineServerIfFree } from './line-server.ts'

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '9999' },
    interval: { type: 'string', default: '1' },
    master: { type: 'string' },
  },
})
const { host } = values
const port = Number(values.port)

const conf = new SparkConf().setAppName('NetworkWordCount').setIfMissing('spark.master', 'local[2]')
if (values.master !== undefined) conf.setMaster(values.master)

const sc = new SparkContext(conf)
const ssc = new StreamingContext(sc, Number(values.interval))

const lines = ssc.socketTextStream(host, port)
const words = lines.flatMap((line) => line.split(' '))
const pairs = words.map((word) => [word, 1])
const wordCounts = pairs.reduceByKey((x, y) => x + y)
wordCounts.pprint()

await using server = await startLineServerIfFree(host, port)
console.log(
  server === undefined
    ? `Counting the words that ${host}:${port} sends. Ctrl-C stops.`
    : `Nobody listens on ${host}:${port}: a small server of this program feeds it lines of text. Ctrl-C stops.`,
)

await ssc.start()
await ssc.awaitTermination()
