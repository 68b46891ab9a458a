import { AsyncLocalStorage } from 'node:async_hooks'
import { log } from '../log.ts'
import { describeThrown } from './describe-thrown.ts'
import type { EventListener } from './event-listener.ts'
import type { MillstreamEvent } from './millstream-event.ts'

/** A listener method that keeps the thread longer than this is logged. */
const SLOW_CALL_MS = 1000
/** A listener whose promise is pending longer than this is logged. */
const SLOW_PROMISE_MS = 10_000

/** An event with its place among all events of the bus. */
export interface PostedEvent {
  readonly sequence: number
  readonly event: MillstreamEvent
}

/** In the place of events that the listener missed. */
interface Gap {
  readonly sequence: number
  readonly missed: number
}

/** A call of a listener, while it lasts: until its method has returned, or until the promise that it returned is settled. */
interface ListenerCall {
  readonly queue: ListenerQueue
  isActive: boolean
}

const currentCall = new AsyncLocalStorage<ListenerCall>()

/** The queue of the listener that the running code was called by, directly or behind an `await`; null when it was not called by any. */
export function callingQueue(): ListenerQueue | null {
  const call = currentCall.getStore()
  return call?.isActive ? call.queue : null
}

/**
 * The events that one listener has yet to hear, `capacity` at most: those that come while it is full are counted and dropped. One call of the
 * listener at a time; an error of it reaches nobody but the log.
 */
export class ListenerQueue {
  readonly listener: EventListener
  readonly #capacity: number
  readonly #onSettled: () => void
  /** Runs the listener in the async context of the code that added it, with the local properties of that code and not of the code that posts. */
  readonly #inFlowOfAdder = AsyncLocalStorage.snapshot()
  #entries: (PostedEvent | Gap)[] = []
  #head = 0
  #missed = 0
  #missedSequence = 0
  #isCalling = false
  #isRemoved = false
  #hasLoggedDrops = false
  #hasLoggedSlowness = false

  /** @param onSettled called when a promise of the listener is settled, so that the next event may be delivered. */
  constructor(listener: EventListener, capacity: number, onSettled: () => void) {
    this.listener = listener
    this.#capacity = capacity
    this.#onSettled = onSettled
  }

  /** Whether the listener has got all events, and is not being called. */
  get isIdle(): boolean {
    return !this.#isCalling && this.waiting === 0 && this.#missed === 0
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#entries.length - this.#head
  }

  /** The place of what is to be delivered next; infinite when nothing is, or the listener is busy. */
  get nextSequence(): number {
    if (this.#isCalling) return Number.POSITIVE_INFINITY
    const next = this.#entries[this.#head]
    if (next !== undefined) return next.sequence
    return this.#missed > 0 ? this.#missedSequence : Number.POSITIVE_INFINITY
  }

  add(posted: PostedEvent): void {
    if (this.waiting >= this.#capacity) {
      this.#missed += 1
      this.#missedSequence = posted.sequence
      this.#logDrops()
      return
    }
    this.#markGap()
    this.#entries.push(posted)
  }

  /** Delivers what {@link nextSequence} stands for. */
  deliverNext(): void {
    if (this.waiting === 0) this.#markGap()
    const entry = this.#entries[this.#head]
    if (entry === undefined) return
    this.#head += 1
    if (this.#head === this.#entries.length) {
      this.#entries = []
      this.#head = 0
    }
    this.#call(entry)
  }

  /** The listener hears nothing more. */
  remove(): void {
    this.#isRemoved = true
    this.#entries = []
    this.#head = 0
    this.#missed = 0
  }

  #markGap(): void {
    if (this.#missed === 0) return
    this.#entries.push({ sequence: this.#missedSequence, missed: this.#missed })
    this.#missed = 0
  }

  #call(entry: PostedEvent | Gap): void {
    const call: ListenerCall = { queue: this, isActive: true }
    this.#isCalling = true
    const startedAt = performance.now()
    const end = (): void => {
      call.isActive = false
      this.#isCalling = false
    }
    try {
      const result = this.#inFlowOfAdder(() => currentCall.run(call, () => deliver(this.listener, entry)))
      if (isThenable(result)) {
        this.#await(result, entry, end)
        return
      }
    } catch (error) {
      this.#logFailure(entry, error)
    }
    end()
    if (performance.now() - startedAt > SLOW_CALL_MS) this.#logSlowness(entry, SLOW_CALL_MS, 'was not done')
  }

  /** Keeps later events waiting until the promise is settled. */
  #await(result: PromiseLike<unknown>, entry: PostedEvent | Gap, end: () => void): void {
    const timer = setTimeout(() => this.#logSlowness(entry, SLOW_PROMISE_MS, 'is not done'), SLOW_PROMISE_MS).unref()
    const settled = new Promise((resolve) => resolve(result))
    void settled
      .catch((error: unknown) => this.#logFailure(entry, error))
      .then(() => {
        clearTimeout(timer)
        end()
        this.#onSettled()
      })
  }

  #logFailure(entry: PostedEvent | Gap, error: unknown): void {
    log(
      'ERROR',
      'EventBus',
      `Listener ${this.listener.name} threw an exception at ${titleOf(entry)}: ${describeThrown(error)}`,
    )
  }

  #logSlowness(entry: PostedEvent | Gap, limitMs: number, what: string): void {
    if (this.#hasLoggedSlowness || this.#isRemoved) return
    this.#hasLoggedSlowness = true
    log(
      'WARN',
      'EventBus',
      `Listener ${this.listener.name} ${what} ${limitMs} ms after it was called with ${titleOf(entry)}; its later events wait`,
    )
  }

  #logDrops(): void {
    if (this.#hasLoggedDrops) return
    this.#hasLoggedDrops = true
    log(
      'WARN',
      'EventBus',
      `Listener ${this.listener.name} falls behind: ${this.#capacity} events wait for it, and those that come now are dropped; its onEventsDropped is told how many`,
    )
  }
}

function deliver(listener: EventListener, entry: PostedEvent | Gap): unknown {
  return 'event' in entry ? listener.handle(entry.event) : listener.onEventsDropped?.(entry.missed)
}

/** The name of the event that the listener got, for the log. */
function titleOf(entry: PostedEvent | Gap): string {
  return 'event' in entry ? entry.event.kind : 'onEventsDropped'
}

/** Looks at `then`, which may be a getter that throws: called within the guard of the call. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
