import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers/promises'

const current = new AsyncLocalStorage<JobScope>()

/** The scope of the job that failed with an error, to find whose promise it was that nobody waited for. */
const scopesOfErrors = new WeakMap<object, JobScope>()

const thenOfPromise = Promise.prototype.then

/** A promise that knows whether anybody handles its rejection: who awaits it does, and so does `then`, whose promise is watched in its turn. */
class WatchedPromise<T> extends Promise<T> {
  // What the methods of Promise derive is a plain promise, which `then` below wraps.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }
  isHandled = false

  // biome-ignore lint/suspicious/noThenProperty: whoever awaits the promise calls it
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isHandled = true
    const derived = super.then(onFulfilled, onRejected)
    const scope = current.getStore()
    return scope === undefined ? derived : watchedBy(scope, derived)
  }
}

/** A promise of an action whose rejection nobody may have handled. */
interface Watched {
  readonly isHandled: boolean
}

/**
 * The jobs that a function of the program begins: an output operation, or what makes a batch's RDD. The function may forget to wait for an action; its
 * batch does not end before the action's jobs have, and fails when they fail. Code belongs to the scope that it was called in, directly or behind an `await`.
 */
export class JobScope {
  readonly #onLateFailure: (error: unknown) => void
  readonly #running = new Set<Promise<unknown>>()
  /** Promises that were rejected, with their errors. */
  readonly #rejected = new Map<Watched, unknown>()
  #forgotten: { readonly error: unknown } | null = null
  #hasFailedJobs = false
  #isActive = true

  /** @param onLateFailure told of a forgotten action that fails when the scope has ended. */
  constructor(onLateFailure: (error: unknown) => void) {
    this.#onLateFailure = onLateFailure
  }

  /** Runs the function whose jobs belong to the scope. */
  run<R>(body: () => R): R {
    return current.run(this, body)
  }

  /** Whether the scope's function, or a job that it began, may still be running. */
  get isActive(): boolean {
    return this.#isActive
  }

  /** A job begins: the scope does not end before the job has ended. */
  began(job: Promise<unknown>): void {
    this.#running.add(job)
    const ended = () => this.#running.delete(job)
    thenOfPromise.call(job, ended, (error: unknown) => {
      ended()
      this.#hasFailedJobs = true
      if (typeof error === 'object' && error !== null) scopesOfErrors.set(error, this)
    })
  }

  /** Notes a rejection. Whether somebody handles it is looked at when the scope ends. */
  rejected(promise: Watched, error: unknown): void {
    if (this.#isActive) this.#rejected.set(promise, error)
    else if (!promise.isHandled) this.#onLateFailure(error)
  }

  /** Nobody handles an error of one of the scope's jobs. */
  forgot(error: unknown): void {
    if (this.#isActive) this.#forgotten ??= { error }
    else this.#onLateFailure(error)
  }

  /**
   * Ends the scope, once the function has returned and its promise is settled: at once when no job is running and none has failed.
   * @throws the error of the first action whose rejection nobody handled.
   */
  end(): void | Promise<void> {
    if (this.#running.size > 0 || this.#hasFailedJobs) return this.#endLater()
    this.#close()
  }

  /** Ends the scope of a function that failed: its batch has failed already, and what its jobs come to is told where it is late. */
  abandon(): void {
    this.#isActive = false
    this.#rejected.clear()
  }

  async #endLater(): Promise<void> {
    do {
      while (this.#running.size > 0) await Promise.allSettled(this.#running)
      // What waited for a job may begin the next one, and Node tells of rejections that nobody handled at the end of the turn.
      await setImmediate()
    } while (this.#running.size > 0)
    this.#close()
  }

  #close(): void {
    for (const [promise, error] of this.#rejected) if (!promise.isHandled) this.#forgotten ??= { error }
    this.#isActive = false
    this.#rejected.clear()
    if (this.#forgotten !== null) throw this.#forgotten.error
  }
}

/** Whether the running code was called within a batch, directly or behind an `await`, so that the batch may wait for it. */
export function isWithinBatch(): boolean {
  return current.getStore()?.isActive ?? false
}

/** The scope that the running code belongs to; undefined outside of batches. */
export function currentJobScope(): JobScope | undefined {
  return current.getStore()
}

/**
 * The promise that the program gets of an action, or of a call that is refused: within a scope, one that knows whether somebody handles its rejection. The
 * scope does not end before the promise is settled.
 */
export function watched<T>(promise: Promise<T>): Promise<T> {
  const scope = current.getStore()
  if (scope === undefined) return promise
  scope.began(promise)
  return watchedBy(scope, promise)
}

function watchedBy<T>(scope: JobScope, promise: Promise<T>): Promise<T> {
  const watching = new WatchedPromise<T>((resolve, reject) => thenOfPromise.call(promise, resolve as never, reject))
  thenOfPromise.call(watching, undefined, (error: unknown) => scope.rejected(watching, error))
  return watching
}

/**
 * Tells scopes of their jobs' errors that reach a promise which nobody handles: that of an async function of the program that was not awaited. Other
 * unhandled rejections end the process, as they do without this.
 * @returns ends that.
 */
export function watchUnhandledRejections(): () => void {
  const onUnhandled = (reason: unknown) => {
    const scope = scopeOf(reason)
    if (scope !== undefined) scope.forgot(reason)
    else if (process.listenerCount('unhandledRejection') === 1) endProcess(reason)
  }
  process.on('unhandledRejection', onUnhandled)
  return () => void process.off('unhandledRejection', onUnhandled)
}

/** The scope of the job whose error an error is, or is caused by. */
function scopeOf(reason: unknown): JobScope | undefined {
  const seen = new Set<unknown>()
  for (let error = reason; typeof error === 'object' && error !== null && !seen.has(error); ) {
    const scope = scopesOfErrors.get(error)
    if (scope !== undefined) return scope
    seen.add(error)
    error = (error as { readonly cause?: unknown }).cause
  }
  return undefined
}

/** What Node does of itself where nobody listens for unhandled rejections: the rejection becomes an exception that nobody caught. */
function endProcess(reason: unknown): void {
  process.nextTick(() => {
    throw reason
  })
}
