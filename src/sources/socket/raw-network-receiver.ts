import type { Socket } from 'node:net'
import { SparkException } from '../../errors.ts'
import type { StorageLevel } from '../../task/storage-level.ts'
import type { RecordClass } from '../receiver/receiver.ts'
import { type BlockReservation, hostOf } from '../receiver/receiver-host.ts'
import { ConnectionReceiver } from './connection-receiver.ts'
import type { SocketAddress } from './socket-address.ts'

/** A frame begins with the length of what follows, big-endian. */
const HEADER_BYTES = 4

/**
 * Takes whole blocks of encoded records from a TCP server (Spark's `RawNetworkReceiver`): each frame becomes a block as it is, without
 * being decoded. How many records it holds is not known, so it counts as none.
 */
export class RawNetworkReceiver<T> extends ConnectionReceiver<T> {
  readonly #classes: readonly RecordClass[]

  /** @param classes those that records may be instances of. */
  constructor(address: SocketAddress, classes: readonly RecordClass[], level?: StorageLevel) {
    super(address, level)
    this.#classes = classes
  }

  override get blockClasses(): readonly RecordClass[] {
    return this.#classes
  }

  protected override async receive(socket: Socket): Promise<void> {
    const header = Buffer.alloc(HEADER_BYTES)
    let headerLength = 0
    let frame: BlockReservation | null = null
    let frameLength = 0
    try {
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length; ) {
          if (frame === null) {
            const taken = chunk.copy(header, headerLength, at)
            headerLength += taken
            at += taken
            if (headerLength < HEADER_BYTES) continue
            headerLength = 0
            frame = this.#reserve(header.readInt32BE())
            frameLength = 0
          }
          if (frame === null) continue
          const { bytes }: BlockReservation = frame
          const taken = Math.min(chunk.length - at, bytes.length - frameLength)
          bytes.set(chunk.subarray(at, at + taken), frameLength)
          frameLength += taken
          at += taken
          if (frameLength < bytes.length) continue
          const room: Promise<void> | undefined = frame.store()
          frame = null
          if (room !== undefined) await room
        }
      }
    } finally {
      frame?.discard()
    }
  }

  /** @returns null for a frame of nothing. @throws SparkException for a length that no frame has. */
  #reserve(length: number): BlockReservation | null {
    const host = hostOf(this)
    if (length < 0 || length > host.maxLineBytes) {
      throw new SparkException(
        'INVALID_FRAME',
        `a frame claims ${length} bytes; between 0 and ${host.maxLineBytes} (millstream.streaming.receiver.maxLineSize) are allowed. ` +
          'A raw socket sends the length in 4 bytes, big-endian, before each encoded block.',
      )
    }
    return length === 0 ? null : host.reserve(length)
  }
}
