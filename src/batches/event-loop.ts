import type { MaybePromise } from './maybe-promise.ts'

/**
 * Handles events one at a time, in the order in which they were posted. An event is handled within the call that posts it when nothing
 * else is being handled, so that a batch starts without a detour over Node's queues.
 */
export class EventLoop<E> {
  readonly #handle: (event: E) => MaybePromise<void>
  readonly #onError: (error: unknown) => void
  #queue: E[] = []
  #isHandling = false
  #isStopped = false

  /** @param onError is called with what `handle` throws. The loop continues with the next event. */
  constructor(handle: (event: E) => MaybePromise<void>, onError: (error: unknown) => void) {
    this.#handle = handle
    this.#onError = onError
  }

  /** Does nothing after {@link stop}. */
  post(event: E): void {
    if (this.#isStopped) return
    this.#queue.push(event)
    if (!this.#isHandling) this.#drain()
  }

  /** Drops the events that are not being handled yet. */
  stop(): void {
    this.#isStopped = true
    this.#queue = []
  }

  #drain(): void {
    this.#isHandling = true
    let next = 0
    while (next < this.#queue.length) {
      const result = this.#handleSafely(this.#queue[next++] as E)
      if (result instanceof Promise) {
        this.#queue = this.#queue.slice(next)
        void result.then(() => this.#drain())
        return
      }
    }
    this.#queue = []
    this.#isHandling = false
  }

  #handleSafely(event: E): MaybePromise<void> {
    try {
      const result = this.#handle(event)
      return result instanceof Promise ? result.catch(this.#onError) : result
    } catch (error) {
      this.#onError(error)
    }
  }
}
