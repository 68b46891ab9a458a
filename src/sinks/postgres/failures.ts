/** Why a transaction failed, as far as it matters for what to do: try again, or give up. */
export type FailureKind = 'unavailable' | 'conflict' | 'final'

/** States in which the server ended a transaction so that others could go on: serialization failure, deadlock, lock not available. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01', '55P03'])
/** The server is starting, stopping, has lost the connection, or has none to spare; class 08 is that of connections. */
const UNAVAILABLE = /^(?:08...|57P0[1235]|53300)$/
const NETWORK: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])
/** The messages of pg's connection errors that have no code. */
const CONNECTION_ENDED =
  /connection terminated|timeout exceeded when trying to connect|connection error and is not queryable/i

/** Tells an error of pg, or of the network below it, by its kind. */
export function failureKind(error: unknown): FailureKind {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (typeof code === 'string') {
    if (CONFLICTS.has(code)) return 'conflict'
    if (UNAVAILABLE.test(code) || NETWORK.has(code)) return 'unavailable'
    return 'final'
  }
  return CONNECTION_ENDED.test(String(message)) ? 'unavailable' : 'final'
}
