import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'node:test'
import { ManualClock } from '../../src/batches/manual-clock.ts'
import { Time } from '../../src/batches/time.ts'
import { SparkContext } from '../../src/context/spark-context.ts'
import type { DStream } from '../../src/dstream/dstream.ts'
import { InputDStream } from '../../src/dstream/input-dstream.ts'
import type { RDD } from '../../src/rdd/rdd.ts'
import { SparkConf } from '../../src/settings/spark-conf.ts'
import { StreamingContext } from '../../src/streaming/streaming-context.ts'
import { Collector } from '../../src/testing/collector.ts'

/** The checkpoint directory of the test that runs: a new one for each. */
export let root = ''

/** Runs of one test can have directories of their own below {@link root}. */
export function setRoot(directory: string): void {
  root = directory
}

/** Gives each test of a file a checkpoint directory, and removes it. */
export function useCheckpointRoot(): void {
  let made = ''
  beforeEach(async () => {
    made = await mkdtemp(join(tmpdir(), 'millstream-recovery-'))
    root = made
  })
  afterEach(() => rm(made, { recursive: true, force: true }))
}

/** Two pairs in every batch, made of its time: what a source gives that can be asked again for any batch. */
export class Seconds extends InputDStream<[string, number]> {
  override compute(time: Time): RDD<[string, number]> {
    const second = time.milliseconds / 1000
    return this.context.sparkContext.parallelize<[string, number]>([
      ['sum', second],
      [`key ${second % 3}`, second],
    ])
  }
}

export interface Run {
  /** Seconds at which the run begins and ends. */
  readonly from: number
  readonly to: number
  readonly interval?: number
  readonly conf?: Record<string, string>
  readonly options?: Parameters<typeof StreamingContext.getOrCreate>[2]
}

/** Runs a program from one time to another and stops it. @returns the batches of the stream that `define` gives, by second. */
export async function run<T>(
  { from, to, interval = 1, conf = {}, options }: Run,
  define: (source: DStream<[string, number]>, ssc: StreamingContext) => DStream<T>,
): Promise<Record<number, T[]>> {
  const clock = new ManualClock(from * 1000)
  let collector: Collector<T> | undefined
  const ssc = await StreamingContext.getOrCreate(
    root,
    () => {
      const settings = new SparkConf(false).setMaster('local[2]').setAppName('recovery').setAll(conf)
      const made = new StreamingContext(new SparkContext(settings), interval, { clock })
      collector = new Collector(define(new Seconds(made), made))
      return made
    },
    options,
  )
  try {
    await ssc.start()
    await ssc.batchProcessed(new Time(from * 1000))
    for (let time = from + interval; time <= to; time += interval) {
      clock.advance(interval * 1000)
      await ssc.batchProcessed(new Time(time * 1000))
    }
  } finally {
    await ssc.stop()
  }
  return Object.fromEntries(
    collector!.collected.map(({ time, records }) => [time.milliseconds / 1000, [...records].sort()]),
  )
}

export function totals(source: DStream<[string, number]>): DStream<[string, number]> {
  return source.updateStateByKey<string, number, number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), 2)
}

/** What {@link totals} gives after a second, of a stream that began at another. */
export function expectedTotals(second: number, first = 1): [string, number][] {
  const sums = new Map<string, number>()
  for (let at = first; at <= second; at++) {
    for (const key of ['sum', `key ${at % 3}`]) sums.set(key, (sums.get(key) ?? 0) + at)
  }
  return [...sums].sort()
}
