import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceError } from '@grpc/grpc-js'
import { connectionLost, GrpcCode, isServiceError } from './errors.ts'

/** How often and after which waits a call that failed for a passing reason is tried again. */
export interface RetryPolicy {
  readonly maxRetries: number
  readonly initialBackoffMs: number
  readonly maxBackoffMs: number
  readonly multiplier: number
  /** The limit on the sum of all waits, in milliseconds; no limit when absent. */
  readonly maxTotalMs?: number
}

/** Waits of 50 ms, 200 ms, 800 ms … up to a minute each: more than ten minutes together, so that a server may restart meanwhile. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxRetries: 15,
  initialBackoffMs: 50,
  maxBackoffMs: 60_000,
  multiplier: 4,
}

/** A policy that retries without a limit on the number, until the waits add up to `maxTotalMs`. */
export function retryingFor(maxTotalMs: number): RetryPolicy {
  return { ...DEFAULT_RETRY_POLICY, maxRetries: Number.POSITIVE_INFINITY, maxTotalMs }
}

/** Waits; rejects when the signal aborts meanwhile. Tests put their own in its place. */
export type Wait = (ms: number, signal: AbortSignal | undefined) => Promise<void>

export const realWait: Wait = async (ms, signal) => {
  await sleep(ms, undefined, signal === undefined ? {} : { signal })
}

/**
 * Whether a call may be tried again: the server could not be reached, another call took its stream over, or the server has closed the
 * connection for its pings, which those of Spark 4.1 and 4.2 do after some minutes without data; pings are then sent less often.
 */
export function isTransient(error: unknown): error is ServiceError {
  if (!isServiceError(error)) return false
  if (error.code === GrpcCode.UNAVAILABLE) return true
  if (error.code === GrpcCode.RESOURCE_EXHAUSTED) return error.details.startsWith('Bandwidth exhausted')
  return error.code === GrpcCode.INTERNAL && error.details.includes('INVALID_CURSOR.DISCONNECTED')
}

/** Counts the failures of one call since it last went on. */
export class Backoff {
  readonly #policy: RetryPolicy
  readonly #wait: Wait
  #retries = 0
  #waitedMs = 0
  #nextMs: number

  constructor(policy: RetryPolicy, wait: Wait) {
    this.#policy = policy
    this.#wait = wait
    this.#nextMs = policy.initialBackoffMs
  }

  /** Waits before the next try. @throws SparkException `CONNECTION_LOST` when there were too many. */
  async before(error: ServiceError, signal?: AbortSignal): Promise<void> {
    const { maxRetries, maxBackoffMs, multiplier, maxTotalMs = Number.POSITIVE_INFINITY } = this.#policy
    const leftMs = maxTotalMs - this.#waitedMs
    if (this.#retries >= maxRetries || leftMs <= 0) throw connectionLost(error)
    this.#retries += 1
    const ms = Math.min(this.#nextMs, leftMs)
    this.#waitedMs += ms
    this.#nextMs = Math.min(maxBackoffMs, this.#nextMs * multiplier)
    await this.#wait(ms, signal)
  }

  /** The call went on: the next failure is a first one again. */
  reset(): void {
    this.#retries = 0
    this.#waitedMs = 0
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
