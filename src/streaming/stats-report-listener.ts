import type { BatchInfo } from '../batches/batch-info.ts'
import { StreamingListener, type StreamingListenerBatchCompleted } from '../batches/streaming-listener.ts'
import { type OutputWriter, standardOutput } from '../dstream/print/output-writer.ts'

const PERCENTILES = [0, 5, 10, 25, 50, 75, 90, 95, 100] as const

/** Prints, after every batch, how the total delay and the processing time of the last batches are distributed (Spark's `StatsReportListener`). */
export class StatsReportListener extends StreamingListener {
  readonly #numBatchInfos: number
  readonly #output: OutputWriter
  readonly #batchInfos: BatchInfo[] = []

  /**
   * @param numBatchInfos how many of the last batches count.
   * @param output where to print; standard output unless given.
   */
  constructor(numBatchInfos = 10, output: OutputWriter = standardOutput) {
    super()
    this.#numBatchInfos = numBatchInfos
    this.#output = output
  }

  override onBatchCompleted({ batchInfo }: StreamingListenerBatchCompleted): void {
    this.#batchInfos.push(batchInfo)
    if (this.#batchInfos.length > this.#numBatchInfos) this.#batchInfos.shift()
    this.#print('Total delay: ', (info) => info.totalDelay)
    this.#print('Processing time: ', (info) => info.processingDelay)
  }

  #print(heading: string, delayOf: (info: BatchInfo) => number | undefined): void {
    const delays = this.#batchInfos.map(delayOf).filter((delay) => delay !== undefined)
    if (delays.length > 0) this.#output.write(`${heading}${distribution(delays)}\n`)
  }
}

/** Count, mean, deviation and extremes, then percentiles with their values below. */
function distribution(delaysMs: readonly number[]): string {
  const sorted = [...delaysMs].sort((a, b) => a - b)
  const mean = sorted.reduce((sum, delay) => sum + delay, 0) / sorted.length
  const variance = sorted.reduce((sum, delay) => sum + (delay - mean) ** 2, 0) / sorted.length
  const numbers = { count: sorted.length, mean, stdev: Math.sqrt(variance), max: sorted.at(-1)!, min: sorted[0]! }
  const { count, ...figures } = numbers
  const text = Object.entries(figures).map(([name, figure]) => `${name}: ${figure.toFixed(6)}`)
  const values = PERCENTILES.map((percentile) => {
    const index = Math.min(Math.floor((percentile / 100) * sorted.length), sorted.length - 1)
    return readableMs(sorted[index]!)
  })
  const header = `\t${PERCENTILES.map((percentile) => `${percentile}%`).join('\t')}`
  return `(count: ${count}, ${text.join(', ')})\n${header}\n\t${values.join('\t')}`
}

function readableMs(ms: number): string {
  if (ms > 3_600_000) return `${(ms / 3_600_000).toFixed(1)} hours`
  if (ms > 60_000) return `${(ms / 60_000).toFixed(1)} min`
  if (ms > 1000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms.toFixed(1)} ms`
}
