import type { ListenerEventsDropped } from '../events/spark-listener-events.ts'
import type { BatchInfo, OutputOperationInfo, ReceiverInfo } from './batch-info.ts'

/** The context was started. */
export interface StreamingListenerStreamingStarted {
  /** Milliseconds since the epoch. */
  readonly time: number
}
/** A receiver was started, or started again. */
export interface StreamingListenerReceiverStarted {
  /** The receiver that was started. */
  readonly receiverInfo: ReceiverInfo
}
/** A receiver reported an error. */
export interface StreamingListenerReceiverError {
  /** The receiver, with its last error. */
  readonly receiverInfo: ReceiverInfo
}
/** A receiver was stopped, perhaps to be started again. */
export interface StreamingListenerReceiverStopped {
  /** The receiver that was stopped. */
  readonly receiverInfo: ReceiverInfo
}
/** A batch's jobs were generated. */
export interface StreamingListenerBatchSubmitted {
  /** The batch, without times of processing. */
  readonly batchInfo: BatchInfo
}
/** A batch's first output operation is about to run. */
export interface StreamingListenerBatchStarted {
  /** The batch, with the time at which its processing started. */
  readonly batchInfo: BatchInfo
}
/** A batch's last output operation is over. */
export interface StreamingListenerBatchCompleted {
  /** The batch, with all its times and the outcome of each output operation. */
  readonly batchInfo: BatchInfo
}
/** An output operation of a batch is about to run. */
export interface StreamingListenerOutputOperationStarted {
  /** The operation, without an end. */
  readonly outputOperationInfo: OutputOperationInfo
}
/** An output operation of a batch is over. */
export interface StreamingListenerOutputOperationCompleted {
  /** The operation, with its duration and the reason when it failed. */
  readonly outputOperationInfo: OutputOperationInfo
}

/**
 * Gets the events of a StreamingContext (Spark's `StreamingListener`): extend the class, or pass an object with the methods that matter.
 * Events come in order, after the fact; only those are made for which a listener has a method when it is added. A method may be async: later events
 * wait until its promise is settled, up to `spark.scheduler.listenerbus.eventqueue.capacity` of them. What a method throws, or its promise rejects
 * with, is logged and changes nothing.
 */
export abstract class StreamingListener {
  /** The context was started. */
  onStreamingStarted?(event: StreamingListenerStreamingStarted): void
  /** A receiver was started, or started again. */
  onReceiverStarted?(event: StreamingListenerReceiverStarted): void
  /** A receiver reported an error. */
  onReceiverError?(event: StreamingListenerReceiverError): void
  /** A receiver was stopped, perhaps to be started again. */
  onReceiverStopped?(event: StreamingListenerReceiverStopped): void
  /** A batch's jobs were generated and wait for their turn. */
  onBatchSubmitted?(event: StreamingListenerBatchSubmitted): void
  /** The first output operation of a batch is about to run. */
  onBatchStarted?(event: StreamingListenerBatchStarted): void
  /** The last output operation of a batch is over, whether the operations succeeded or failed. */
  onBatchCompleted?(event: StreamingListenerBatchCompleted): void
  /** An output operation of a batch is about to run. */
  onOutputOperationStarted?(event: StreamingListenerOutputOperationStarted): void
  /** An output operation is over; `failureReason` tells when it failed. */
  onOutputOperationCompleted?(event: StreamingListenerOutputOperationCompleted): void
  /** The listener fell behind and missed events; called in their place. Its own: Spark only logs it. */
  onEventsDropped?(event: ListenerEventsDropped): void
}

/** The type of the event object of each listener method. */
export interface StreamingListenerEvents {
  onStreamingStarted: StreamingListenerStreamingStarted
  onReceiverStarted: StreamingListenerReceiverStarted
  onReceiverError: StreamingListenerReceiverError
  onReceiverStopped: StreamingListenerReceiverStopped
  onBatchSubmitted: StreamingListenerBatchSubmitted
  onBatchStarted: StreamingListenerBatchStarted
  onBatchCompleted: StreamingListenerBatchCompleted
  onOutputOperationStarted: StreamingListenerOutputOperationStarted
  onOutputOperationCompleted: StreamingListenerOutputOperationCompleted
}
