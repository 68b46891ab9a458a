import { currentJobScope } from '../job-scope.ts'

/** The result of an action that runs in the background: a promise that can be cancelled (Spark's `FutureAction`). */
export class FutureAction<T> implements PromiseLike<T> {
  readonly #promise: Promise<T>
  readonly #controller = new AbortController()
  #isCompleted = false
  #isHandled = false

  /** @param run starts the action; the signal is its cancellation. */
  constructor(run: (signal: AbortSignal) => Promise<T>) {
    this.#promise = run(this.#controller.signal)
    const complete = () => {
      this.#isCompleted = true
    }
    const scope = currentJobScope()
    this.#promise.then(complete, (error: unknown) => {
      complete()
      if (!this.isCancelled) scope?.rejected(this, error)
    })
  }

  /** Whether anybody waits for the action, and so hears that it failed. @internal */
  get isHandled(): boolean {
    return this.#isHandled
  }

  /** Ends the action's jobs; the promise is then rejected with JobCancelledException. After completion nothing happens. */
  cancel(reason = ''): void {
    if (!this.#isCompleted) this.#controller.abort(reason)
  }

  /** Whether `cancel` was called before the end. */
  get isCancelled(): boolean {
    return this.#controller.signal.aborted
  }

  /** Whether it is over, successfully or not. */
  get isCompleted(): boolean {
    return this.#isCompleted
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise to those who wait for it
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isHandled = true
    return this.#promise.then(onFulfilled, onRejected)
  }

  /** As the method of a promise: gets the error of the job. */
  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    this.#isHandled = true
    return this.#promise.catch(onRejected)
  }

  /** As the method of a promise: runs when the job is over, however it ended. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    this.#isHandled = true
    return this.#promise.finally(onFinally)
  }
}
