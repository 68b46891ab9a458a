import type { Receiver } from '../receiver/receiver.ts'
import type { StreamingContext } from '../streaming-context.ts'
import { ReceiverInputDStream } from './receiver-input-dstream.ts'

/** The stream of a receiver that the user wrote (Spark's `PluggableInputDStream`). */
export class PluggableInputDStream<T> extends ReceiverInputDStream<T> {
  constructor(context: StreamingContext, receiver: Receiver<T>) {
    super(context, receiver, 'receiverStream')
  }
}
