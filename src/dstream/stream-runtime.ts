import type { BatchInput } from '../batches/batch-input.ts'
import type { CheckpointDirectory } from '../batches/checkpoint/checkpoint-directory.ts'
import type { Clock } from '../batches/clock.ts'
import type { Duration } from '../batches/duration.ts'
import type { JobScheduler } from '../batches/job-scheduler.ts'
import type { BatchLedger } from '../batches/ledger/batch-ledger.ts'
import type { StateFloor } from '../batches/ledger/needed-batches.ts'
import type { MaybePromise } from '../batches/maybe-promise.ts'
import type { StreamingListener } from '../batches/streaming-listener.ts'
import type { Time } from '../batches/time.ts'
import type { SparkContext } from '../context/spark-context.ts'
import type { DStreamNode } from './dstream-node.ts'
import type { OutputOperation } from './output-operation.ts'
import type { OutputWriter } from './print/output-writer.ts'

/**
 * The members of a StreamingContext that its streams use. A stream knows this interface and never the StreamingContext itself, which is in a
 * higher layer and implements the interface.
 */
export interface StreamRuntime {
  /** The context that runs the batches. */
  readonly sparkContext: SparkContext
  /** Where the context takes its time from. */
  readonly clock: Clock
  /** Where `print` and `pprint` write. @internal */
  readonly output: OutputWriter
  /** The streams and output operations of the context; a new stream adds itself. @internal */
  readonly graph: StreamRegistry
  /** The ledger of batches. A stream asks the ledger before it frees data of a batch. @internal */
  readonly ledger: BatchLedger
  /** What input streams report to the batches' scheduler, and ask of it. @internal */
  readonly scheduler: BatchInputs
  /** Where checkpoints go; null for none. @internal */
  readonly checkpointDir: string | null
  /** Where the RDDs of streams are written while the context runs; null before its start, and without a checkpoint directory. @internal */
  readonly checkpointDirectory: CheckpointDirectory | null
  /** The local properties of the code that started the context. Batches have the same properties. @internal */
  readonly startProperties: Readonly<Record<string, string>>
  /**
   * The user's line that adds a stream or an output operation to the context.
   * @throws IllegalStateException once the context was started or stopped. @internal
   */
  callSiteOfNewStream(operation: string): string
}

/** Where a context's streams, names and output operations are registered while the program defines them. */
export interface StreamRegistry {
  readonly batchDuration: Duration
  addStream(stream: DStreamNode<unknown>): void
  /** @returns the stream's number among the input streams, from 0. */
  addInputStream(stream: InputNode): number
  addOutputOperation<T>(output: OutputOperation<T>): void
  /** @throws IllegalArgumentException when another stream has the name. */
  reserveName(name: string, stream: DStreamNode<unknown>): void
  /** Where the states are written that are made of the stream, its own among them; the same list each time. */
  floorsOf(stream: DStreamNode<unknown>): readonly StateFloor[]
  /** Whether some output operation, of this batch or a later one, reads what the stream has of the batch at `time`. For a context that was started. */
  isRead(stream: DStreamNode<unknown>, time: Time): boolean
  /** The id by which another run of the program finds the stream again. */
  operatorId(stream: DStreamNode<unknown>): string
}

/** The members of an input stream that a context needs, beyond those of every stream. */
export interface InputNode extends DStreamNode<unknown> {
  /** Counted from 0 in each context, in the order in which its input streams were made. */
  readonly id: number
  /** For people: `Socket stream [0]`. */
  readonly displayName: string
  /** Adjusts how fast the stream may take data in; null where nothing is adjusted. */
  readonly rateController: StreamingListener | null
  /** How the stream fixes what batches read; null where its `compute` decides by itself. */
  readonly batchInput: BatchInput | null
  start(): MaybePromise<void>
  stop(): MaybePromise<void>
}

/** The part of the batches' scheduler that input streams use. */
export type BatchInputs = Pick<JobScheduler, 'inputInfoTracker' | 'events' | 'receiverTracker'>
