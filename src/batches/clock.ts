import { systemTimeMs } from '../system-clock.ts'

/** Where streaming gets its time from. One clock is given to a StreamingContext and used by everything in it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * Resolves once the time is `time` or later, with the time it then is; at once when it already is, and as soon as `signal` aborts.
   * @param time milliseconds since the epoch.
   */
  waitTill(time: number, signal?: AbortSignal): Promise<number>
  /** Whether the time stands still until the program moves it. A graceful stop does not wait for the next tick of such a clock. False unless given. */
  readonly isManual?: boolean
}

/** The longest that a Node timer can wait, nearly 25 days. */
export const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** The machine's clock. */
export class SystemClock implements Clock {
  now(): number {
    return systemTimeMs()
  }

  waitTill(time: number, signal?: AbortSignal): Promise<number> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      const finish = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', finish)
        resolve(this.now())
      }
      // A Node timer may fire a millisecond early, and cannot span a month: look again each time it fires.
      const check = () => {
        const left = time - this.now()
        if (left <= 0 || signal?.aborted) finish()
        else timer = setTimeout(check, Math.min(left, LONGEST_TIMEOUT_MS))
      }
      signal?.addEventListener('abort', finish, { once: true })
      check()
    })
  }
}
