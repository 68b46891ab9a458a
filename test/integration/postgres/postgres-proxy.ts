import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What happens to a message of a client that matches. */
export interface Strike {
  /** Text that stands in the message: of a statement. */
  readonly message: string
  /** Counting begins with a message that holds this; with the first where it is left out. */
  readonly since?: string
  /** At which of the messages that match, from 1. */
  readonly nth: number
  /** Before the server has it; when the server has answered and the client does not know; when the client knows. */
  readonly when: 'before' | 'answered' | 'after'
  readonly act: () => void
}

/**
 * Stands between clients and a PostgreSQL server, and can do something at an exact moment of their talk, or change what clients say.
 */
export class PostgresProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #target: number
  readonly #pairs = new Map<Socket, Socket>()
  /** Text in messages of clients, and what stands in its place, of the same length. */
  readonly replaced = new Map<string, string>()
  #strike: Strike | null = null
  #seen = 0
  #isCounting = false

  private constructor(server: Server, target: number) {
    this.#server = server
    this.#target = target
    server.on('connection', (client) => this.#relay(client))
  }

  /** @param target the server's port. */
  static async start(target: number): Promise<PostgresProxy> {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new PostgresProxy(server, target)
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${(this.#server.address() as AddressInfo).port}/postgres`
  }

  /** Acts once, at the moment that is told. */
  strike(strike: Strike | null): void {
    this.#strike = strike
    this.#seen = 0
    this.#isCounting = strike?.since === undefined
  }

  /** Breaks every connection. */
  cut(): void {
    for (const [client, server] of this.#pairs) {
      client.destroy()
      server.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #relay(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1')
    this.#pairs.set(client, server)
    let waiting: Strike | null = null
    client.setNoDelay(true).on('data', (data) => {
      const text = data.toString('latin1')
      const strike = this.#matching(text)
      if (strike?.when === 'before') return strike.act()
      waiting = strike
      server.write(this.#changed(text, data))
    })
    server.setNoDelay(true).on('data', (data) => {
      if (waiting?.when === 'answered') return waiting.act()
      client.write(data)
      if (waiting?.when === 'after') waiting.act()
      waiting = null
    })
    const end = () => {
      client.destroy()
      server.destroy()
      this.#pairs.delete(client)
    }
    for (const socket of [client, server]) socket.on('error', end).on('close', end)
  }

  #matching(text: string): Strike | null {
    const strike = this.#strike
    if (strike === null) return null
    this.#isCounting ||= text.includes(strike.since!)
    return this.#isCounting && text.includes(strike.message) && ++this.#seen === strike.nth ? strike : null
  }

  #changed(text: string, data: Buffer): Buffer {
    let changed = text
    for (const [from, to] of this.replaced) changed = changed.replaceAll(from, to)
    return changed === text ? data : Buffer.from(changed, 'latin1')
  }
}
