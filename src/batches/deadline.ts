import { LONGEST_TIMEOUT_MS } from './clock.ts'

/** A signal that aborts after `ms` of real time, or with `outer`; `clear` ends the timer. */
export function deadline(
  ms: number,
  outer?: AbortSignal,
): { readonly signal: AbortSignal; readonly clear: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), Math.min(ms, LONGEST_TIMEOUT_MS))
  const signal = outer === undefined ? controller.signal : AbortSignal.any([controller.signal, outer])
  return { signal, clear: () => clearTimeout(timer) }
}
