import type { StreamingContext } from '../../streaming/streaming-context.ts'
import type { Receiver } from './receiver.ts'
import { ReceiverInputDStream } from './receiver-input-dstream.ts'

/** The stream of a receiver that the user wrote (Spark's `PluggableInputDStream`). */
export class PluggableInputDStream<T> extends ReceiverInputDStream<T> {
  constructor(context: StreamingContext, receiver: Receiver<T>) {
    super(context, receiver, 'receiverStream')
  }
}
