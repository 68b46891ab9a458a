/**
 * A source of your own: a log file that another program appends to, read from where the batch before ended. The driver says which bytes each batch
 * reads, the workers read them, and what a batch was given stands in the checkpoint: after a crash it reads the same bytes again, and none is
 * lost or read twice.
 *
 *     npx millstream run examples/growing-log.ts
 */
import { appendFile, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BatchPlan, type BatchSource, SparkConf, SparkContext, StreamingContext, type Time } from 'millstream'
import { ManualClock } from 'millstream/testing'

/** The bytes of a file that a batch reads, from `from` up to `to`; plain data, as a checkpoint keeps it. */
type ByteRange = { readonly path: string; readonly from: number; readonly to: number }

/** A batch reads this much at most; what is longer goes to the next one. */
const MAX_BYTES = 1024 * 1024

/** Reads the lines of a range. It runs on a worker. */
async function* readLines({ path, from, to }: ByteRange): AsyncGenerator<string> {
  const file = await open(path)
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(to - from), position: from })
    for (const line of buffer.toString().split('\n')) if (line !== '') yield line
  } finally {
    await file.close()
  }
}

class GrowingLog implements BatchSource<string, ByteRange> {
  readonly #path: string
  #next = 0

  constructor(path: string) {
    this.#path = path
  }

  open(restored: ByteRange | null): void {
    this.#next = restored?.to ?? 0
  }

  async plan(_time: Time): Promise<BatchPlan<string, ByteRange>> {
    const { size } = await stat(this.#path)
    const positions = {
      path: this.#path,
      from: this.#next,
      to: await this.#endOfLastLine(Math.min(size, this.#next + MAX_BYTES)),
    }
    this.#next = positions.to
    return { positions, partitions: this.replan(_time, positions), records: null, info: { Description: this.#path } }
  }

  replan(_time: Time, positions: ByteRange) {
    return positions.from === positions.to ? [] : [{ kind: 'read', data: positions, read: readLines } as const]
  }

  completed(time: Time, { to }: ByteRange): void {
    console.log(`batch ${time.milliseconds}: the first ${to} bytes are done for good`)
  }

  close(): void {}

  /** A line that is still being written belongs to a later batch. */
  async #endOfLastLine(to: number): Promise<number> {
    const file = await open(this.#path)
    try {
      const { buffer } = await file.read({ buffer: Buffer.alloc(to - this.#next), position: this.#next })
      return this.#next + buffer.lastIndexOf('\n') + 1
    } finally {
      await file.close()
    }
  }
}

const folder = await mkdtemp(join(tmpdir(), 'growing-log-'))
const path = join(folder, 'access.log')
await appendFile(path, 'GET /\nGET /about\nPOST ')

const clock = new ManualClock()

/** Starts the program, runs two batches and stops it; the clock is moved by hand, so that the example says the same each time. */
async function run(write: (batch: number) => Promise<void>): Promise<void> {
  const ssc = await StreamingContext.getOrCreate(join(folder, 'checkpoints'), () => {
    const sc = new SparkContext(new SparkConf().setIfMissing('spark.master', 'local[2]').setAppName('GrowingLog'))
    sc.setLogLevel('ERROR')
    const ssc = new StreamingContext(sc, 1, { clock })
    ssc
      .directStream(new GrowingLog(path))
      .map((line) => [line.split(' ')[0]!, 1])
      .reduceByKey((a, b) => a + b)
      .foreachRDD(async (rdd, time) => console.log(`batch ${time.milliseconds}:`, (await rdd.collect()).sort()))
    return ssc
  })
  await ssc.start()
  for (let batch = 1; batch <= 2; batch++) {
    await write(batch)
    const completed = new Promise((resolve) => ssc.addStreamingListener({ onBatchCompleted: resolve }))
    clock.advance(1000)
    await completed
  }
  await ssc.stop()
}

await run(async (batch) => {
  if (batch === 2) await appendFile(path, '/login\n')
})
// The second run goes on behind the last byte that the first one has read.
await run((batch) => appendFile(path, `GET /${batch}\n`))
await rm(folder, { recursive: true })
