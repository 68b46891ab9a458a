/**
 * Watches a stream while it runs: a listener of your own draws one line, and Spark's StatsReportListener tells at the end how the delays of the
 * last batches were distributed.
 *
 *   npx millstream run examples/listener-dashboard.ts
 */
import {
  Receiver,
  SparkContext,
  StatsReportListener,
  StreamingContext,
  StreamingListener,
  type StreamingListenerBatchCompleted,
} from 'millstream'

class Dashboard extends StreamingListener {
  #numBatches = 0
  #numRecords = 0

  override onBatchCompleted({ batchInfo }: StreamingListenerBatchCompleted): void {
    this.#numBatches++
    this.#numRecords += batchInfo.numRecords
    const { schedulingDelay, processingDelay } = batchInfo
    this.#draw(`${this.#numBatches} batches, ${this.#numRecords} records; ${schedulingDelay} + ${processingDelay} ms`)
  }

  /** In a terminal over the line before, elsewhere below it. */
  #draw(line: string): void {
    process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${line}` : `${line}\n`)
  }
}

/** Something to watch: whole numbers, so many a second. */
class Numbers extends Receiver<number> {
  readonly #perSecond: number
  #timer: NodeJS.Timeout | undefined
  #next = 0

  constructor(perSecond: number) {
    super()
    this.#perSecond = perSecond
  }

  override onStart(): void {
    this.#timer = setInterval(() => this.store(this.#next++), 1000 / this.#perSecond)
  }

  override onStop(): void {
    clearInterval(this.#timer)
  }
}

const NUM_BATCHES = 5

const sc = new SparkContext('local[2]', 'ListenerDashboard')
const ssc = new StreamingContext(sc, 0.25)
const reports: string[] = []
ssc.addStreamingListener(new Dashboard())
ssc.addStreamingListener(new StatsReportListener(10, { write: (text) => void reports.push(text) }))

const even = ssc.receiverStream(new Numbers(200)).filter((n) => n % 2 === 0)
let numBatches = 0
even.foreachRDD(async (rdd) => {
  await rdd.count()
  if (++numBatches === NUM_BATCHES) void ssc.stop()
})

await ssc.start()
await ssc.awaitTermination()
// After each batch there was one report of the total delay and one of the processing time.
console.log(`\n${reports.slice(-2).join('')}`)
