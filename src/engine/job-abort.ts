import { setMaxListeners } from 'node:events'

/**
 * Aborts with the first of several signals, for as long as a job runs. `AbortSignal.any` would leave a trace of every job in a signal that outlives
 * it, such as the engine's own, for good.
 */
export class JobAbort implements Disposable {
  readonly #controller = new AbortController()
  readonly #sources: readonly AbortSignal[]

  constructor(sources: readonly AbortSignal[]) {
    this.#sources = sources
    for (const source of sources) {
      // As many jobs as there are may listen at the same time.
      setMaxListeners(0, source)
      if (source.aborted) this.#controller.abort(source.reason)
      else source.addEventListener('abort', this.#onAbort)
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Removes the listeners from the abort signals. */
  [Symbol.dispose](): void {
    for (const source of this.#sources) source.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (event: Event): void => {
    this.#controller.abort((event.target as AbortSignal).reason)
  }
}

/** Resolves when the work of another job is over, however it ended, and at once when this job is aborted. */
export function settledOrAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      signal.removeEventListener('abort', settle)
      resolve()
    }
    if (signal.aborted) settle()
    else signal.addEventListener('abort', settle)
    work.then(settle, settle)
  })
}
