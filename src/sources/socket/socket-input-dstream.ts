import type { DStreamContext } from '../../dstream/dstream.ts'
import type { StorageLevel } from '../../task/storage-level.ts'
import type { Receiver } from '../receiver/receiver.ts'
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

  /** What `converter` makes of the bytes. @throws IllegalArgumentException for a port that cannot be. */
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

/** Blocks of encoded records from a TCP server (Spark's `RawInputDStream`). */
export class RawInputDStream<T> extends ReceiverInputDStream<T> {
  /** @throws IllegalArgumentException for a port that cannot be. */
  constructor(context: DStreamContext, host: string, port: number, level?: StorageLevel) {
    super(context, new RawNetworkReceiver<T>(socketAddress(host, port), level), 'rawSocketStream')
  }
}
