import { RDD } from '../../rdd/rdd.ts'
import type { StreamingContext } from '../streaming-context.ts'
import { InputDStream } from './input-dstream.ts'

/** What {@link StreamingContext.queueStream} takes from: RDDs, or arrays of records, that the program may go on adding to. */
export type BatchQueue<T> = (RDD<T> | readonly T[])[]

/** Batches from a queue that the program fills (Spark's `QueueInputDStream`): for tests and for trying things out. */
export class QueueInputDStream<T> extends InputDStream<T> {
  readonly #queue: BatchQueue<T>
  readonly #oneAtATime: boolean
  readonly #defaultRDD: RDD<T> | null

  constructor(
    context: StreamingContext,
    queue: BatchQueue<T>,
    oneAtATime: boolean,
    defaultRDD: RDD<T> | readonly T[] | null,
  ) {
    super(context, 'queueStream')
    this.#queue = queue
    this.#oneAtATime = oneAtATime
    this.#defaultRDD = defaultRDD === null ? null : this.#asRDD(defaultRDD)
  }

  override compute(): RDD<T> {
    const taken = this.#oneAtATime ? this.#queue.splice(0, 1) : this.#queue.splice(0)
    const rdds = taken.map((batch) => this.#asRDD(batch))
    if (rdds.length > 1) return this.context.sparkContext.union(rdds)
    return rdds[0] ?? this.#defaultRDD ?? this.context.sparkContext.emptyRDD<T>()
  }

  #asRDD(batch: RDD<T> | readonly T[]): RDD<T> {
    return batch instanceof RDD ? batch : this.context.sparkContext.parallelize(batch)
  }
}
