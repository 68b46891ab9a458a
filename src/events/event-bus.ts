import { log } from '../log.ts'
import type { EventListener } from './event-listener.ts'
import { callingQueue, ListenerQueue } from './listener-queue.ts'
import type { EventKind, MillstreamEvent } from './millstream-event.ts'

/** The default number of events that may wait for one listener. */
const DEFAULT_QUEUE_CAPACITY = 10_000
/** Events beyond this many wait for the next turn of the event loop, where the listeners have kept the thread for {@link MAX_TURN_MS}. */
const MIN_TURN_EVENTS = 64
const MAX_TURN_MS = 10
/** How long a stop waits for listeners that are not done. */
export const STOP_DELIVERY_MS = 2000

/** The part of the bus that posts events. */
export interface EventPublisher {
  /** Whether anybody wants events of a kind: they need not be made otherwise. */
  isListenedTo(kind: EventKind): boolean
  post(event: MillstreamEvent): void
}

/** A bus without listeners, for code that works without events. */
export const NO_EVENTS: EventPublisher = { isListenedTo: () => false, post() {} }

/**
 * The one bus of a SparkContext (Spark's `LiveListenerBus`). Events reach each listener in the order in which they were posted, never within the
 * code that posts them, and each event reaches all listeners that have caught up before the next one does. Every listener has a bounded queue of
 * its own: one that is slow, or that fails, delays nobody else.
 */
export class EventBus implements EventPublisher {
  readonly #capacity: number
  /** Replaced, never changed, so that listeners may come and go while events are delivered. */
  #queues: readonly ListenerQueue[] = []
  #listened: ReadonlySet<EventKind> = new Set()
  readonly #watchers = new Set<() => void>()
  #scheduled: NodeJS.Immediate | null = null
  #sequence = 0
  #isClosed = false

  /** @param capacity events that may wait for one listener; further ones are dropped, and the listener is told how many. */
  constructor(capacity = DEFAULT_QUEUE_CAPACITY) {
    this.#capacity = capacity
  }

  isListenedTo(kind: EventKind): boolean {
    return this.#listened.has(kind)
  }

  /** Whether the running code was called by a listener, directly or behind an `await`. */
  get isWithinListener(): boolean {
    return callingQueue() !== null
  }

  post(event: MillstreamEvent): void {
    if (this.#isClosed || !this.#listened.has(event.kind)) return
    const posted = { sequence: this.#sequence++, event }
    for (const queue of this.#queues) {
      const { listener } = queue
      if (listener.kinds.has(event.kind) && listener.accepts?.(event) !== false) queue.add(posted)
    }
    this.#schedule()
  }

  /**
   * Tells `listener` of what is posted from now on.
   * @returns removes it: it hears nothing more, also of what was posted before.
   */
  addListener(listener: EventListener): () => void {
    const queue = new ListenerQueue(listener, this.#capacity, () => this.#onSettled())
    this.#setQueues([...this.#queues, queue])
    return () => {
      queue.remove()
      this.#setQueues(this.#queues.filter((other) => other !== queue))
      this.#notifyWatchers()
    }
  }

  /**
   * Resolves once the listeners have heard what was posted until now, or after `timeoutMs`; a listener that is not done then is logged. A listener
   * that waits for this itself is not waited for.
   * @param listeners all when absent.
   */
  async delivered(timeoutMs: number, listeners?: ReadonlySet<EventListener>): Promise<void> {
    const caller = callingQueue()
    const awaited = this.#queues.filter((queue) => queue !== caller && listeners?.has(queue.listener) !== false)
    const isDone = () => awaited.every((queue) => queue.isIdle)
    if (isDone()) return
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(check)
        resolve()
      }
      const check = (): void => {
        if (isDone()) finish()
      }
      const timer = setTimeout(finish, timeoutMs)
      this.#watchers.add(check)
    })
    for (const { isIdle, waiting, listener } of awaited) {
      if (isIdle) continue
      const rest = waiting === 0 ? '' : `, ${waiting} events that it has not heard are dropped`
      log('WARN', 'EventBus', `Listener ${listener.name} is not done ${timeoutMs} ms after the stop${rest}`)
    }
  }

  /** Delivers what was posted before, within a bounded time, and nothing that is posted after. */
  async close(timeoutMs = STOP_DELIVERY_MS): Promise<void> {
    this.#isClosed = true
    await this.delivered(timeoutMs)
    for (const queue of this.#queues) queue.remove()
    this.#setQueues([])
  }

  #setQueues(queues: readonly ListenerQueue[]): void {
    this.#queues = queues
    this.#listened = new Set(queues.flatMap(({ listener }) => [...listener.kinds]))
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => this.#deliver())
  }

  #onSettled(): void {
    this.#schedule()
  }

  #deliver(): void {
    this.#scheduled = null
    const until = performance.now() + MAX_TURN_MS
    for (let delivered = 1; ; delivered++) {
      const next = this.#nextSequence()
      if (next === Number.POSITIVE_INFINITY) break
      for (const queue of this.#queues) if (queue.nextSequence === next) queue.deliverNext()
      if (delivered < MIN_TURN_EVENTS || performance.now() < until) continue
      this.#schedule()
      break
    }
    this.#notifyWatchers()
  }

  #nextSequence(): number {
    let next = Number.POSITIVE_INFINITY
    for (const queue of this.#queues) next = Math.min(next, queue.nextSequence)
    return next
  }

  #notifyWatchers(): void {
    for (const watch of [...this.#watchers]) watch()
  }
}
