import type {
  StreamingListenerBatchCompleted,
  StreamingListenerBatchStarted,
  StreamingListenerBatchSubmitted,
  StreamingListenerEvents,
  StreamingListenerOutputOperationCompleted,
  StreamingListenerOutputOperationStarted,
  StreamingListenerReceiverError,
  StreamingListenerReceiverStarted,
  StreamingListenerReceiverStopped,
  StreamingListenerStreamingStarted,
} from '../batches/streaming-listener.ts'
import { StreamingListener } from '../batches/streaming-listener.ts'

/** One event, with the method that would have received it. */
export type LoggedEvent = {
  [Name in keyof StreamingListenerEvents]: {
    /** The method of the listener, for instance `onBatchCompleted`. */
    readonly name: Name
    /** What the method received. */
    readonly event: StreamingListenerEvents[Name]
  }
}[keyof StreamingListenerEvents]

/** A streaming listener that keeps all nine kinds of events, in order. */
export class ListenerLog extends StreamingListener {
  readonly #events: LoggedEvent[] = []

  /** All events so far. */
  get events(): readonly LoggedEvent[] {
    return this.#events
  }

  /** The events of one kind so far. */
  of<Name extends keyof StreamingListenerEvents>(name: Name): StreamingListenerEvents[Name][] {
    return this.#events
      .filter((logged) => logged.name === name)
      .map(({ event }) => event as StreamingListenerEvents[Name])
  }

  override onStreamingStarted(event: StreamingListenerStreamingStarted): void {
    this.#events.push({ name: 'onStreamingStarted', event })
  }
  override onReceiverStarted(event: StreamingListenerReceiverStarted): void {
    this.#events.push({ name: 'onReceiverStarted', event })
  }
  override onReceiverError(event: StreamingListenerReceiverError): void {
    this.#events.push({ name: 'onReceiverError', event })
  }
  override onReceiverStopped(event: StreamingListenerReceiverStopped): void {
    this.#events.push({ name: 'onReceiverStopped', event })
  }
  override onBatchSubmitted(event: StreamingListenerBatchSubmitted): void {
    this.#events.push({ name: 'onBatchSubmitted', event })
  }
  override onBatchStarted(event: StreamingListenerBatchStarted): void {
    this.#events.push({ name: 'onBatchStarted', event })
  }
  override onBatchCompleted(event: StreamingListenerBatchCompleted): void {
    this.#events.push({ name: 'onBatchCompleted', event })
  }
  override onOutputOperationStarted(event: StreamingListenerOutputOperationStarted): void {
    this.#events.push({ name: 'onOutputOperationStarted', event })
  }
  override onOutputOperationCompleted(event: StreamingListenerOutputOperationCompleted): void {
    this.#events.push({ name: 'onOutputOperationCompleted', event })
  }
}
