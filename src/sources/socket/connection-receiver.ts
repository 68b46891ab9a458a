import net from 'node:net'
import type { StorageLevel } from '../../task/storage-level.ts'
import { Receiver } from '../receiver/receiver.ts'
import type { SocketAddress } from './socket-address.ts'

/** Connects to a TCP server and lets a subclass read, again and again for as long as it runs. */
export abstract class ConnectionReceiver<T> extends Receiver<T> {
  readonly #address: SocketAddress
  #socket: net.Socket | null = null

  constructor(address: SocketAddress, storageLevel?: StorageLevel) {
    super(storageLevel)
    this.#address = address
  }

  /** Reads until the data ends; waits whenever a store asks it to. */
  protected abstract receive(socket: net.Socket): Promise<void>

  override onStart(): void {
    const socket = net.connect(this.#address)
    this.#socket = socket
    const onConnectError = (error: unknown) => {
      if (this.#socket === socket)
        this.restart(`Error connecting to ${this.#address.host}:${this.#address.port}`, error)
    }
    socket.once('error', onConnectError)
    socket.once('connect', () => {
      socket.off('error', onConnectError)
      // The reader gets errors from its reads. An error that comes after the last read must not end the process.
      socket.on('error', () => {})
      void this.#receive(socket)
    })
  }

  override onStop(): void {
    this.#socket?.destroy()
    this.#socket = null
  }

  async #receive(socket: net.Socket): Promise<void> {
    try {
      await this.receive(socket)
      if (this.#socket === socket) this.restart('Socket data stream had no more data')
    } catch (error) {
      if (this.#socket === socket) this.restart('Error receiving data', error)
    }
  }
}
