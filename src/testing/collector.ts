import { checkArgument } from '../arguments/check-arguments.ts'
import type { Time } from '../batches/time.ts'
import type { DStream } from '../dstream/dstream.ts'
import { aDStream } from '../dstream/dstream-arguments.ts'

/** What one batch of a stream held. */
export interface CollectedBatch<T> {
  /** The batch's time. */
  readonly time: Time
  /** In partition order. */
  readonly records: readonly T[]
}

/** An output operation that keeps every batch of a stream on the driver. Make it before the context is started. */
export class Collector<T> {
  readonly #collected: CollectedBatch<T>[] = []

  constructor(stream: DStream<T>) {
    checkArgument('new Collector', aDStream('stream'), stream)
    stream.foreachRDD(async (rdd, time) => {
      this.#collected.push({ time, records: await rdd.collect() })
    })
  }

  /** The batches so far with their times, in the order in which they were done. */
  get collected(): readonly CollectedBatch<T>[] {
    return this.#collected
  }

  /** The records of the batches so far; a batch of no records is an empty array. */
  get batches(): T[][] {
    return this.#collected.map(({ records }) => [...records])
  }

  /** The records of all batches so far. */
  get records(): T[] {
    return this.batches.flat()
  }
}
