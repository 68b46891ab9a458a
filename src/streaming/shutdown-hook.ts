import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * One press of Ctrl-C may arrive more than once, from the terminal and from a parent process that passes signals on. Signals this close
 * together count as one.
 */
const SAME_SIGNAL_MS = 500

/**
 * Calls `stop` at the first SIGINT or SIGTERM; the process then ends by itself, as nothing is left that keeps it. A second signal ends it at once.
 * @param stop told to come to an end; must not reject.
 * @returns a function that takes the hook away.
 */
export function addShutdownHook(stop: (signal: NodeJS.Signals) => void): () => void {
  let first: number | null = null
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now()
    if (first === null) {
      first = now
      stop(signal)
    } else if (now - first > SAME_SIGNAL_MS) {
      process.exit(128 + constants.signals[signal])
    }
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}
