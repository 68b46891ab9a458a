/** A small message broker: it sends numbered messages in order, and sends again what was not acknowledged when a connection ended. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** A message as it goes over the wire, one JSON object a line. */
export interface Message {
  readonly id: number
  readonly text: string
}

/** A running broker; ends with `await using`. */
export interface MessageBroker extends AsyncDisposable {
  readonly port: number
  readonly connections: number
}

const MESSAGES_PER_DELIVERY = 10

/**
 * Starts a broker on a port of 127.0.0.1 that is free. A client gets some messages at a time, and answers each delivery with the last id.
 * @param failsAfter after so many acknowledged messages the broker ends the connection once, without waiting for the answer to its last delivery
 */
export async function startMessageBroker(texts: readonly string[], failsAfter: number): Promise<MessageBroker> {
  const sockets = new Set<Socket>()
  let [acknowledged, connections, hasFailed] = [-1, 0, false]
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    const deliver = () => {
      const first = acknowledged + 1
      const delivery = texts.slice(first, first + MESSAGES_PER_DELIVERY)
      const lines = delivery.map((text, i) => `${JSON.stringify({ id: first + i, text } satisfies Message)}\n`)
      if (lines.length === 0) return
      const isFailing = !hasFailed && first >= failsAfter
      if (isFailing) socket.end(lines.join(''))
      else socket.write(lines.join(''))
      hasFailed ||= isFailing
    }
    createInterface(socket).on('line', (id) => {
      // Once this side has ended the connection, an answer comes too late.
      if (socket.writableEnded) return
      acknowledged = Number(id)
      deliver()
    })
    deliver()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
