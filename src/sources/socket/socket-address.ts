import { IllegalArgumentException } from '../../errors.ts'

/** A TCP server that a stream reads from. */
export interface SocketAddress {
  readonly host: string
  readonly port: number
}

/** @throws IllegalArgumentException for a port that cannot be. */
export function socketAddress(host: string, port: number): SocketAddress {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new IllegalArgumentException('ILLEGAL_ARGUMENT', `port out of range: ${port} (host ${host})`)
  }
  return { host, port }
}
