import type { PlainData } from '../../batches/checkpoint/plain-data.ts'
import type { Duration } from '../../batches/duration.ts'
import type { MaybePromise } from '../../batches/maybe-promise.ts'
import type { Time } from '../../batches/time.ts'
import { DStream } from '../../dstream/dstream.ts'
import type { DStreamNode } from '../../dstream/dstream-node.ts'
import { OutputOperation } from '../../dstream/output-operation.ts'
import type { RDD } from '../../rdd/rdd.ts'
import { runOnColumns } from '../job-errors.ts'
import { MLlibError } from '../records/mllib-error.ts'

/** A model that batches change, as a {@link ModelDStream} keeps it. */
export interface StreamingModel<T> {
  /** The model as plain data, for checkpoints. */
  checkpointData(): PlainData
  /** Takes back what `checkpointData` gave in an earlier run. */
  restoreCheckpointData(data: PlainData): void
  /** Changes the model by a batch, in one step at the end: when it throws, the model is as before. */
  update(rdd: RDD<T>, time: Time): Promise<void>
}

interface Kept {
  readonly model: PlainData
  /** Batches that the model knows and that may run again, in milliseconds. */
  readonly trained: readonly number[]
}

/**
 * The stream that a model is trained on. It gives its parent's batches and keeps the model in the checkpoint, together with the batches that the model
 * knows: what a checkpoint says of batches and of the model was so at one moment, so that no batch is missed or trained twice, whatever fails.
 */
export class ModelDStream<T> extends DStream<T> {
  readonly #parent: DStream<T>
  readonly #model: StreamingModel<T>
  readonly #trained = new Set<number>()

  constructor(parent: DStream<T>, model: StreamingModel<T>) {
    super(parent.context, 'trainOn')
    this.#parent = parent
    this.#model = model
    parent.context.graph.addOutputOperation(
      new OutputOperation<T>(this, this.creationSite, (rdd, time) => this.#train(rdd, time), false),
    )
  }
  override get dependencies(): readonly DStreamNode<unknown>[] {
    return [this.#parent]
  }
  override get slideDuration(): Duration {
    return this.#parent.slideDuration
  }
  override compute(time: Time): MaybePromise<RDD<T> | null> {
    return this.#parent.getOrCompute(time)
  }
  override checkpointData(): PlainData {
    return { model: this.#model.checkpointData(), trained: [...this.#trained] }
  }
  override restoreCheckpointData(data: PlainData): void {
    const { model, trained } = data as unknown as Kept
    this.#model.restoreCheckpointData(model)
    for (const time of trained) this.#trained.add(time)
  }
  override clearMetadata(time: Time): void {
    // The RDDs are the parent's, which unpersists them itself.
    super.clearMetadata(time, false)
    for (const batch of this.#trained) if (this.mayForget(batch)) this.#trained.delete(batch)
  }

  /** Trains the model on a batch, unless an earlier attempt to run the batch did. */
  async #train(rdd: RDD<T>, time: Time): Promise<void> {
    if (this.#trained.has(time.milliseconds)) return
    try {
      await runOnColumns(() => this.#model.update(rdd, time))
    } catch (error) {
      if (!(error instanceof MLlibError)) throw error
      const message = `${error.message} In the batch of ${time} (${this.creationSite}).`
      throw new MLlibError(error.code, message, { cause: error.cause })
    }
    this.#trained.add(time.milliseconds)
  }
}

/** Numbers as text that gives back each bit, not-a-numbers too. */
export function encodeNumbers(numbers: ArrayLike<number>): string {
  return Buffer.from(Float64Array.from(numbers).buffer).toString('base64')
}

/** What {@link encodeNumbers} wrote. */
export function decodeNumbers(text: string): number[] {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return [...new Float64Array(bytes.buffer)]
}
