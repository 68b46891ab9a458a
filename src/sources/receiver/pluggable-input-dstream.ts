import type { DStreamContext } from '../../dstream/dstream.ts'
import type { Receiver } from './receiver.ts'
import { ReceiverInputDStream } from './receiver-input-dstream.ts'

/** The stream of a receiver that the user wrote (Spark's `PluggableInputDStream`). */
export class PluggableInputDStream<T> extends ReceiverInputDStream<T> {
  constructor(context: DStreamContext, receiver: Receiver<T>) {
    super(context, receiver, 'receiverStream')
  }
}
