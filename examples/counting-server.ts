/** A TCP server that takes lines and counts them, and the connections they come over: somewhere for an example to send to. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** A running server; ends with `await using`. */
export interface CountingServer extends AsyncDisposable {
  readonly port: number
  /** Connections that brought at least one line. */
  readonly connections: number
  readonly lines: number
}

/** Starts the server on a port of 127.0.0.1 that is free. */
export async function startCountingServer(): Promise<CountingServer> {
  const sockets = new Set<Socket>()
  let [connections, lines] = [0, 0]
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    const reader = createInterface(socket)
    reader.once('line', () => connections++)
    reader.on('line', () => lines++)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    get lines() {
      return lines
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
