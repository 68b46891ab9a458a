import { log } from '../log.ts'
import { describeError } from './describe-error.ts'
import type { StreamingListener, StreamingListenerEvents } from './streaming-listener.ts'

type EventName = keyof StreamingListenerEvents
type AnyEvent = StreamingListenerEvents[EventName]

/** The longest queue; when it is full, the events in it are delivered at once instead of after the running code. */
const QUEUE_CAPACITY = 10_000

/**
 * Delivers events to listeners in order, each to all listeners before the next, and never within the code that posts it. No event is
 * lost between start and stop; an error in a listener reaches nobody but the log.
 */
export class ListenerBus {
  readonly #listeners: StreamingListener[] = []
  #queue: { name: EventName; event: AnyEvent }[] = []
  #scheduled: NodeJS.Immediate | null = null
  #isDelivering = false
  #isStopped = false

  addListener(listener: StreamingListener): void {
    this.#listeners.push(listener)
  }

  removeListener(listener: StreamingListener): void {
    const index = this.#listeners.indexOf(listener)
    if (index !== -1) this.#listeners.splice(index, 1)
  }

  /** Whether the running code was called by this bus: a listener that must not stop the context it listens to. */
  get isDelivering(): boolean {
    return this.#isDelivering
  }

  /** Whether anybody listens: events need not be made otherwise. */
  get hasListeners(): boolean {
    return this.#listeners.length > 0
  }

  post<Name extends EventName>(name: Name, event: StreamingListenerEvents[Name]): void {
    if (this.#isStopped || this.#listeners.length === 0) return
    this.#queue.push({ name, event })
    if (this.#queue.length >= QUEUE_CAPACITY && !this.#isDelivering) this.#deliver()
    else this.#scheduled ??= setImmediate(() => this.#deliver())
  }

  /** Delivers what was posted; nothing posted later is delivered. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    if (!this.#isDelivering) this.#deliver()
  }

  #deliver(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled)
    this.#scheduled = null
    this.#isDelivering = true
    try {
      const events = this.#queue
      this.#queue = []
      for (const { name, event } of events) {
        for (const listener of [...this.#listeners]) callListener(listener, name, event)
      }
    } finally {
      this.#isDelivering = false
    }
  }
}

function callListener(listener: StreamingListener, name: EventName, event: AnyEvent): void {
  try {
    const result: unknown = listener[name]?.(event as never)
    if (result instanceof Promise) result.catch((error) => logFailure(listener, name, error))
  } catch (error) {
    logFailure(listener, name, error)
  }
}

function logFailure(listener: StreamingListener, name: EventName, error: unknown): void {
  log(
    'ERROR',
    'ListenerBus',
    `Listener ${listener.constructor.name} threw an exception in ${name}: ${describeError(error)}`,
  )
}
