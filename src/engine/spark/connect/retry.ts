import { setTimeout as sleep } from 'node:timers/promises'
import { GrpcCode, isServiceError } from './errors.ts'

/** How often and after which waits a call that failed for a passing reason is tried again. */
export interface RetryPolicy {
  readonly maxRetries: number
  readonly initialBackoffMs: number
  readonly maxBackoffMs: number
  readonly multiplier: number
}

/** Waits of 50 ms, 200 ms, 800 ms … up to a minute each: more than ten minutes together, so that a server may restart meanwhile. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxRetries: 15,
  initialBackoffMs: 50,
  maxBackoffMs: 60_000,
  multiplier: 4,
}

/** Waits; rejects when the signal aborts meanwhile. Tests put their own in its place. */
export type Wait = (ms: number, signal: AbortSignal | undefined) => Promise<void>

export const realWait: Wait = async (ms, signal) => {
  await sleep(ms, undefined, signal === undefined ? {} : { signal })
}

/** Whether a call may be tried again: the server could not be reached, or another call took its stream over. */
export function isTransient(error: unknown): boolean {
  if (!isServiceError(error)) return false
  if (error.code === GrpcCode.UNAVAILABLE) return true
  return error.code === GrpcCode.INTERNAL && error.details.includes('INVALID_CURSOR.DISCONNECTED')
}

/** Counts the failures of one call since it last went on. */
export class Backoff {
  readonly #policy: RetryPolicy
  readonly #wait: Wait
  #retries = 0
  #nextMs: number

  constructor(policy: RetryPolicy, wait: Wait) {
    this.#policy = policy
    this.#wait = wait
    this.#nextMs = policy.initialBackoffMs
  }

  /** Waits before the next try. @throws `error` when there were too many. */
  async before(error: unknown, signal?: AbortSignal): Promise<void> {
    if (this.#retries >= this.#policy.maxRetries) throw error
    this.#retries += 1
    const ms = this.#nextMs
    this.#nextMs = Math.min(this.#policy.maxBackoffMs, ms * this.#policy.multiplier)
    await this.#wait(ms, signal)
  }

  /** The call went on: the next failure is a first one again. */
  reset(): void {
    this.#retries = 0
    this.#nextMs = this.#policy.initialBackoffMs
  }
}

/** Calls until it succeeds, fails for good, or was tried too often. */
export async function retrying<T>(
  call: () => Promise<T>,
  policy: RetryPolicy,
  options: { readonly wait?: Wait; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const backoff = new Backoff(policy, options.wait ?? realWait)
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isTransient(error)) throw error
      await backoff.before(error, options.signal)
    }
  }
}
