import type { DStreamContext } from '../../dstream/dstream.ts'
import { IllegalArgumentException } from '../../errors.ts'
import type { StorageLevel } from '../../task/storage-level.ts'
import type { Receiver, RecordClass } from '../receiver/receiver.ts'
import { ReceiverInputDStream } from '../receiver/receiver-input-dstream.ts'
import { ConvertingSocketReceiver, type SocketConverter } from './converting-socket-receiver.ts'
import { RawNetworkReceiver } from './raw-network-receiver.ts'
import { socketAddress } from './socket-address.ts'
import { SocketReceiver } from './socket-receiver.ts'

/** Records from a TCP server (Spark's `SocketInputDStream`). */
export class SocketInputDStream<T> extends ReceiverInputDStream<T> {
  /** Lines of UTF-8 text. @throws IllegalArgumentException for a port that cannot be. */
  static text(context: DStreamContext, host: string, port: number, level?: StorageLevel): SocketInputDStream<string> {
    return new SocketInputDStream(context, new SocketReceiver(socketAddress(host, port), level), 'socketTextStream')
  }

  /** A stream of the records that `converter` makes from the bytes. @throws IllegalArgumentException for a port that cannot be. */
  static converting<T>(
    context: DStreamContext,
    host: string,
    port: number,
    converter: SocketConverter<T>,
    level?: StorageLevel,
  ): SocketInputDStream<T> {
    const receiver: Receiver<T> = new ConvertingSocketReceiver(socketAddress(host, port), converter, level)
    return new SocketInputDStream(context, receiver, 'socketStream')
  }
}

/** The options of a raw socket's stream. */
export interface RawSocketOptions {
  /**
   * The classes of the program that records may be instances of; none unless given. An instance is made without its constructor, with whatever fields
   * the peer sends: name a class only when the peer is trusted with that. Instances of all other classes arrive as plain objects.
   */
  readonly classes?: readonly RecordClass[]
}

/** Blocks of encoded records from a TCP server (Spark's `RawInputDStream`). */
export class RawInputDStream<T> extends ReceiverInputDStream<T> {
  /** @throws IllegalArgumentException for a port that cannot be, or classes that are none. */
  constructor(
    context: DStreamContext,
    host: string,
    port: number,
    level?: StorageLevel,
    { classes = [] }: RawSocketOptions = {},
  ) {
    super(context, new RawNetworkReceiver<T>(socketAddress(host, port), checked(classes), level), 'rawSocketStream')
  }
}

function checked(classes: readonly RecordClass[]): readonly RecordClass[] {
  const wrong = Array.isArray(classes) ? classes.findIndex((one) => typeof one !== 'function') : 0
  if (wrong === -1) return classes
  throw new IllegalArgumentException(
    'INVALID_CLASSES',
    'rawSocketStream takes { classes: [A, B] }, an array of the classes that records may be instances of',
  )
}
