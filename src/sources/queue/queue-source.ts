import type { RDD } from '../../rdd/rdd.ts'
import type { BatchPlan, BatchSource } from '../batch-source.ts'

/** The source of a queue's batches. */
export interface QueueSourceOptions<T> {
  /** The RDDs that the next batch takes from the queue, in their order. */
  readonly take: () => readonly RDD<T>[]
  /** The batch when the queue is empty. */
  readonly empty: () => RDD<T>
  readonly union: (rdds: readonly RDD<T>[]) => RDD<T>
}

/** A queue in the program's memory: what a batch takes from it is gone with the process. */
export class QueueSource<T> implements BatchSource<T, null> {
  readonly #options: QueueSourceOptions<T>

  constructor(options: QueueSourceOptions<T>) {
    this.#options = options
  }

  open(): void {}
  close(): void {}

  plan(): BatchPlan<T, null> & { readonly partitions: RDD<T> } {
    const { take, empty, union } = this.#options
    const rdds = take()
    const partitions = rdds.length > 1 ? union(rdds) : (rdds[0] ?? empty())
    return { positions: null, partitions, records: null }
  }

  replan(): readonly [] {
    return []
  }
}
