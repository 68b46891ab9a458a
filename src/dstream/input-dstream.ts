import type { BatchInput } from '../batches/batch-input.ts'
import type { Duration } from '../batches/duration.ts'
import type { MaybePromise } from '../batches/maybe-promise.ts'
import type { StreamingListener } from '../batches/streaming-listener.ts'
import type { Time } from '../batches/time.ts'
import { log } from '../log.ts'
import { DStream, type DStreamContext } from './dstream.ts'
import type { DStreamNode } from './dstream-node.ts'

/**
 * A stream that brings data in (Spark's `InputDStream`). A source that the driver can read by itself extends it and gives `compute`;
 * one that needs to keep receiving extends `ReceiverInputDStream`.
 */
export abstract class InputDStream<T> extends DStream<T> {
  /** Counted from 0 in each context, in the order in which its input streams were made. */
  readonly id: number
  #lastValidTime: Time | null = null

  constructor(context: DStreamContext, operation = 'inputStream') {
    super(context, operation)
    this.id = context.graph.addInputStream(this)
  }

  /** How the ledger has the stream fix what batches read, before they are generated; null for a stream whose `compute` decides by itself. @internal */
  get batchInput(): BatchInput | null {
    return null
  }

  /** Called when the context starts, before the first batch. */
  start(): MaybePromise<void> {}
  /** Called when the context stops, after the last batch. */
  stop(): MaybePromise<void> {}

  /** Adjusts the rate at which the stream takes data in, from the times of completed batches; null when the rate is not adjusted. */
  get rateController(): StreamingListener | null {
    return null
  }

  /** For people: `Socket stream [0]`. */
  get displayName(): string {
    const words = this.className.replace('InputDStream', 'Stream').match(/[A-Z][a-z0-9]*/g) ?? [this.className]
    const name = words.join(' ').toLowerCase()
    return `${name.charAt(0).toUpperCase()}${name.slice(1)} [${this.id}]`
  }

  override get dependencies(): readonly DStreamNode<unknown>[] {
    return []
  }
  /** The context's batch interval. */
  override get slideDuration(): Duration {
    return this.context.graph.batchDuration
  }

  override isTimeValid(time: Time): boolean {
    if (!super.isTimeValid(time)) return false
    const last = this.#lastValidTime
    if (last !== null && time.less(last)) {
      log('WARN', this.className, `isTimeValid called with ${time} whereas the last valid time is ${last}`)
    }
    this.#lastValidTime = time
    return true
  }
}
