import { type EventBus, STOP_DELIVERY_MS } from '../events/event-bus.ts'
import type { BatchEvent, InputStreamDescription, ReceiverDescription, ReceiverEvent } from '../events/stream-events.ts'
import { UserListeners } from '../events/user-listener.ts'
import type { Clock } from './clock.ts'
import { type Job, outputOf } from './job.ts'
import type { JobSet } from './job-set.ts'
import type { StreamingListener } from './streaming-listener.ts'
import { streamingListenerAdapter } from './streaming-listener-adapter.ts'

let contextCount = 0

/**
 * Posts the events of one StreamingContext to the bus of its SparkContext, and holds the listeners that get events of this context only. Nothing
 * is posted after {@link close}.
 */
export class StreamingEvents {
  readonly #bus: EventBus
  readonly #clock: Clock
  readonly #listeners = new UserListeners<StreamingListener>()
  readonly #streamingContextId = contextCount++
  #isClosed = false

  constructor(bus: EventBus, clock: Clock) {
    this.#bus = bus
    this.#clock = clock
  }

  /** Whether the running code was called by a listener, which must not stop the context. */
  get isWithinListener(): boolean {
    return this.#bus.isWithinListener
  }

  addListener(listener: StreamingListener): void {
    if (this.#isClosed) return
    this.#listeners.add(listener, streamingListenerAdapter(listener, this.#streamingContextId), this.#bus)
  }

  removeListener(listener: StreamingListener): void {
    this.#listeners.remove(listener)
  }

  streamStarted(batchDurationMs: number, inputStreams: readonly InputStreamDescription[]): void {
    if (!this.#isWanted('streamStarted')) return
    this.#bus.post({ kind: 'streamStarted', ...this.#head(), batchDurationMs, inputStreams })
  }

  batch(kind: Extract<BatchEvent, { readonly batch: unknown }>['kind'], jobSet: JobSet): void {
    if (this.#isWanted(kind)) this.#bus.post({ kind, ...this.#head(), batch: jobSet.describe() })
  }

  output(kind: Extract<BatchEvent, { readonly output: unknown }>['kind'], job: Job): void {
    if (this.#isWanted(kind)) this.#bus.post({ kind, ...this.#head(), output: outputOf(job) })
  }

  receiver(kind: ReceiverEvent['kind'], describe: () => ReceiverDescription): void {
    if (this.#isWanted(kind)) this.#bus.post({ kind, ...this.#head(), receiver: describe() })
  }

  /** Posts the last event, and resolves when the listeners of this context have got all events, or after {@link STOP_DELIVERY_MS}. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    if (this.#isWanted('streamStopped')) this.#bus.post({ kind: 'streamStopped', ...this.#head() })
    this.#isClosed = true
    await this.#bus.delivered(STOP_DELIVERY_MS, this.#listeners.adapters)
    this.#listeners.removeAll()
  }

  #isWanted(kind: Parameters<EventBus['isListenedTo']>[0]): boolean {
    return !this.#isClosed && this.#bus.isListenedTo(kind)
  }

  #head(): { readonly time: number; readonly streamingContextId: number } {
    return { time: this.#clock.now(), streamingContextId: this.#streamingContextId }
  }
}
