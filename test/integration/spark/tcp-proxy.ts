import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

/** What a proxy speaks to its clients with, as PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Passes connections on to a server on the loopback interface, and cuts or freezes them as a test says. */
export class TcpProxy implements AsyncDisposable {
  /** Called with the bytes of each piece that goes to the server (`up`) or to the client (`down`), before it is passed on. */
  onBytes: (direction: 'up' | 'down', length: number) => void = () => {}
  /** Connections that clients have opened. */
  accepted = 0
  readonly #server: Server
  readonly #port: number
  readonly #open = new Set<Socket>()

  private constructor(port: number, certificate: Certificate | null) {
    this.#port = port
    const serve = (client: Socket): void => this.#serve(client)
    this.#server =
      certificate === null ? createTcpServer(serve) : createTlsServer({ ...certificate, ALPNProtocols: ['h2'] }, serve)
    // A client that does not trust the certificate leaves; it is the one that says so.
    this.#server.on('tlsClientError', () => {})
  }

  /** @param to a server's `sc://` URL. @param certificate speaks TLS to the clients when given. */
  static async start(to: string, certificate: Certificate | null = null): Promise<TcpProxy> {
    const proxy = new TcpProxy(Number(new URL(to.replace('sc:', 'http:')).port), certificate)
    proxy.#server.listen(0, '127.0.0.1')
    await new Promise((resolve) => proxy.#server.once('listening', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  /** Ends every connection that is open now. */
  cut(): void {
    for (const socket of this.#open) socket.destroy()
  }

  /** Passes nothing on any more on the connections that are open now; those that come later work. */
  freeze(): void {
    for (const socket of this.#open) socket.removeAllListeners('data').removeAllListeners('drain').pause()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(client: Socket): void {
    this.accepted += 1
    const up = connect(this.#port, '127.0.0.1')
    this.#join(client, up, 'up')
    this.#join(up, client, 'down')
  }

  #join(from: Socket, to: Socket, direction: 'up' | 'down'): void {
    this.#open.add(from)
    from.on('error', () => {})
    from.on('close', () => {
      this.#open.delete(from)
      to.destroy()
    })
    from.on('data', (bytes) => {
      this.onBytes(direction, bytes.length)
      if (to.write(bytes)) return
      from.pause()
      to.once('drain', () => from.resume())
    })
  }
}
