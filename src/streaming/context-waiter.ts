import { LONGEST_TIMEOUT_MS } from '../batches/clock.ts'

/** Where those wait who want to know that a context stopped, or why it failed (Spark's `ContextWaiter`). The first error stays. */
export class ContextWaiter {
  #isStopped = false
  #failure: { readonly error: unknown } | null = null
  readonly #waiters = new Set<() => void>()

  /** Keeps the error, if it is the first, for everyone who waits now or later. @returns whether somebody waits and gets it now. */
  notifyError(error: unknown): boolean {
    const isTaken = this.#failure === null && this.#waiters.size > 0
    this.#failure ??= { error }
    this.#wakeAll()
    return isTaken
  }

  notifyStop(): void {
    this.#isStopped = true
    this.#wakeAll()
  }

  /**
   * Waits for the stop or the first error.
   * @param timeoutMs how long to wait at most; for ever when absent.
   * @returns whether the context is stopped; false when the time ran out.
   * @throws the first error reported, at every call; the signal's reason when it aborts.
   */
  async waitForStopOrError(timeoutMs?: number, signal?: AbortSignal): Promise<boolean> {
    if (!this.#isDone) await this.#wait(timeoutMs, signal)
    if (this.#failure !== null) throw this.#failure.error
    signal?.throwIfAborted()
    return this.#isStopped
  }

  get #isDone(): boolean {
    return this.#isStopped || this.#failure !== null
  }

  #wait(timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish)
        this.#waiters.delete(finish)
        resolve()
      }
      const timer = timeoutMs === undefined ? undefined : setTimeout(finish, Math.min(timeoutMs, LONGEST_TIMEOUT_MS))
      signal?.addEventListener('abort', finish, { once: true })
      this.#waiters.add(finish)
    })
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiters]) wake()
  }
}
