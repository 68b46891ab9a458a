import type { DStreamContext } from '../../dstream/dstream.ts'
import { InputDStream } from '../../dstream/input-dstream.ts'
import { SparkException } from '../../errors.ts'
import { log } from '../../log.ts'
import { RDD } from '../../rdd/rdd.ts'

/** What `StreamingContext.queueStream` takes from: RDDs, or arrays of records, that the program may go on adding to. */
export type BatchQueue<T> = (RDD<T> | readonly T[])[]

/** Batches from a queue that the program fills (Spark's `QueueInputDStream`): for tests and for trying things out. */
export class QueueInputDStream<T> extends InputDStream<T> {
  readonly #queue: BatchQueue<T>
  readonly #oneAtATime: boolean
  readonly #defaultRDD: RDD<T> | null

  constructor(
    context: DStreamContext,
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

  /** What is in the program's memory is gone with it. */
  override start(): void {
    if (this.context.checkpointDir !== null)
      log('WARN', 'QueueInputDStream', "queueStream doesn't support checkpointing")
  }

  override assertRecoverable(path: string): void {
    throw new SparkException(
      'QUEUE_STREAM_NOT_RECOVERABLE',
      `Failed to read checkpoint from directory ${path}: queueStream doesn't support checkpointing. Please don't use queueStream when checkpointing is enabled. (${this.creationSite})`,
    )
  }

  #asRDD(batch: RDD<T> | readonly T[]): RDD<T> {
    return batch instanceof RDD ? batch : this.context.sparkContext.parallelize(batch)
  }
}
