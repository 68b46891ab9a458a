import type { MaybePromise } from '../../batches/maybe-promise.ts'
import type { DStreamContext } from '../../dstream/dstream.ts'
import { SparkException } from '../../errors.ts'
import { log } from '../../log.ts'
import { RDD } from '../../rdd/rdd.ts'
import { DirectInputDStream } from '../direct-input-dstream.ts'
import { QueueSource } from './queue-source.ts'

/** What `StreamingContext.queueStream` takes from: RDDs, or arrays of records, that the program may go on adding to. */
export type BatchQueue<T> = (RDD<T> | readonly T[])[]

/** Batches from a queue that the program fills (Spark's `QueueInputDStream`): for tests and for trying things out. */
export class QueueInputDStream<T> extends DirectInputDStream<T, null> {
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
  }

  /** What is in the program's memory is gone with it. */
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
