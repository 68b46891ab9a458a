import type { MaybePromise } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import type { DStreamContext } from '../../dstream/dstream.ts'
import { SparkException } from '../../errors.ts'
import { log } from '../../log.ts'
import { RDD } from '../../rdd/rdd.ts'
import { DirectInputDStream } from '../direct-input-dstream.ts'
import { QueueSource } from './queue-source.ts'

/** The queue of `StreamingContext.queueStream`: RDDs or arrays of records. The program may add to the queue while the stream runs. */
export type BatchQueue<T> = (RDD<T> | readonly T[])[]

/**
 * Batches from a queue that the program fills (Spark's `QueueInputDStream`): for tests and for trying things out. As in Spark, an element is taken when a
 * batch is computed, and a batch that no output operation reads takes none.
 */
export class QueueInputDStream<T> extends DirectInputDStream<T, null> {
  readonly #source: QueueSource<T>
  /** RDDs of batches that a program looked at before their time, by batch time in milliseconds. */
  readonly #early = new Map<number, RDD<T>>()

  constructor(
    context: DStreamContext,
    queue: BatchQueue<T>,
    oneAtATime: boolean,
    defaultRDD: RDD<T> | readonly T[] | null,
  ) {
    const { sparkContext } = context
    const rddOf = (batch: RDD<T> | readonly T[]) => (batch instanceof RDD ? batch : sparkContext.parallelize<T>(batch))
    const byDefault = defaultRDD === null ? null : rddOf(defaultRDD)
    const source = new QueueSource<T>({
      take: () => (oneAtATime ? queue.splice(0, 1) : queue.splice(0)).map(rddOf),
      empty: () => byDefault ?? sparkContext.emptyRDD<T>(),
      union: (rdds) => sparkContext.union(rdds),
    })
    super(context, source, 'queueStream')
    this.#source = source
  }

  /** Null, because nothing is planned: a batch takes its element from the queue when it is computed. */
  override get batchInput(): null {
    return null
  }

  override compute(validTime: Time): RDD<T> {
    const time = validTime.milliseconds
    const rdd = this.#early.get(time) ?? this.#source.plan().partitions
    if (time > this.context.ledger.newestDue) this.#early.set(time, rdd)
    else this.#early.delete(time)
    return rdd
  }

  /** Warns when checkpoints are on: the queue is in the memory of this process, so a later run cannot restore it. */
  override start(): MaybePromise<void> {
    if (this.context.checkpointDir !== null)
      log('WARN', 'QueueInputDStream', "queueStream doesn't support checkpointing")
    return super.start()
  }

  override assertRecoverable(path: string): void {
    throw new SparkException(
      'QUEUE_STREAM_NOT_RECOVERABLE',
      `Failed to read checkpoint from directory ${path}: queueStream doesn't support checkpointing. Please don't use queueStream when checkpointing is enabled. (${this.creationSite})`,
    )
  }
}
