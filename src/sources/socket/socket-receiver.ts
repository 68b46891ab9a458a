import net from 'node:net'
import type { StorageLevel } from '../../task/storage-level.ts'
import { Receiver } from '../receiver/receiver.ts'
import { hostOf } from '../receiver/receiver-host.ts'
import type { SocketAddress } from './socket-address.ts'

/**
 * Reads lines of UTF-8 text from a TCP server (Spark's `SocketReceiver`). The kernel writes straight into the memory of the blocks; this
 * thread counts line ends and looks at nothing else. While the stream has no room for more, the socket is not read.
 */
export class SocketReceiver extends Receiver<string> {
  readonly #address: SocketAddress
  #socket: net.Socket | null = null

  constructor(address: SocketAddress, storageLevel?: StorageLevel) {
    super(storageLevel)
    this.#address = address
  }

  override onStart(): void {
    const { lines } = hostOf(this)
    lines.beginText()
    let isConnected = false
    let space = lines.space()
    const isCurrent = () => this.#socket === socket
    const fail = (message: string, error?: unknown) => {
      if (!isCurrent()) return
      this.#socket = null
      socket.destroy()
      this.restart(message, error)
    }
    const receive = (count: number): boolean => {
      if (!isCurrent()) return false
      try {
        const room = lines.received(count)
        space = lines.space()
        if (room === undefined) return true
        room.then(
          () => isCurrent() && socket.resume(),
          (error: unknown) => fail('Error receiving data', error),
        )
      } catch (error) {
        fail('Error receiving data', error)
      }
      return false
    }
    const socket = net.connect({ ...this.#address, onread: { buffer: () => space, callback: receive } })
    this.#socket = socket
    socket.once('connect', () => {
      isConnected = true
    })
    socket.on('error', (error) => {
      fail(
        isConnected ? 'Error receiving data' : `Error connecting to ${this.#address.host}:${this.#address.port}`,
        error,
      )
    })
    socket.on('end', () => {
      if (isCurrent()) lines.endText()
      fail('Socket data stream had no more data')
    })
  }

  override onStop(): void {
    this.#socket?.destroy()
    this.#socket = null
  }
}
