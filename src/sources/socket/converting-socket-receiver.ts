import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { StorageLevel } from '../../task/storage-level.ts'
import { ConnectionReceiver } from './connection-receiver.ts'
import type { SocketAddress } from './socket-address.ts'

/** Makes records of the bytes of a connection; usually an async generator. */
export type SocketConverter<T> = (stream: Readable) => Iterable<T> | AsyncIterable<T>

/** Stores what a user's function makes of each connection's bytes. */
export class ConvertingSocketReceiver<T> extends ConnectionReceiver<T> {
  readonly #converter: SocketConverter<T>

  constructor(address: SocketAddress, converter: SocketConverter<T>, storageLevel?: StorageLevel) {
    super(address, storageLevel)
    this.#converter = converter
  }

  protected override async receive(socket: Socket): Promise<void> {
    for await (const record of this.#converter(socket)) {
      if (this.isStopped()) return
      const room = this.storeItem(record)
      if (room !== undefined) await room
    }
  }
}
