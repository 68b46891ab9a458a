import type { BatchInfo, OutputOperationInfo, ReceiverInfo } from './batch-info.ts'

export interface StreamingListenerStreamingStarted {
  /** Milliseconds since the epoch. */
  readonly time: number
}
export interface StreamingListenerReceiverStarted {
  readonly receiverInfo: ReceiverInfo
}
export interface StreamingListenerReceiverError {
  readonly receiverInfo: ReceiverInfo
}
export interface StreamingListenerReceiverStopped {
  readonly receiverInfo: ReceiverInfo
}
export interface StreamingListenerBatchSubmitted {
  readonly batchInfo: BatchInfo
}
export interface StreamingListenerBatchStarted {
  readonly batchInfo: BatchInfo
}
export interface StreamingListenerBatchCompleted {
  readonly batchInfo: BatchInfo
}
export interface StreamingListenerOutputOperationStarted {
  readonly outputOperationInfo: OutputOperationInfo
}
export interface StreamingListenerOutputOperationCompleted {
  readonly outputOperationInfo: OutputOperationInfo
}

/**
 * Is told what a StreamingContext does (Spark's `StreamingListener`): extend it, or pass an object with the methods that matter.
 * Events come in order, after the fact; what a listener throws is logged and changes nothing.
 */
export abstract class StreamingListener {
  /** The context was started. */
  onStreamingStarted?(event: StreamingListenerStreamingStarted): void
  onReceiverStarted?(event: StreamingListenerReceiverStarted): void
  /** A receiver reported an error. */
  onReceiverError?(event: StreamingListenerReceiverError): void
  onReceiverStopped?(event: StreamingListenerReceiverStopped): void
  /** A batch's jobs were generated and wait for their turn. */
  onBatchSubmitted?(event: StreamingListenerBatchSubmitted): void
  /** The first output operation of a batch is about to run. */
  onBatchStarted?(event: StreamingListenerBatchStarted): void
  /** The last output operation of a batch is over, whether the operations succeeded or failed. */
  onBatchCompleted?(event: StreamingListenerBatchCompleted): void
  onOutputOperationStarted?(event: StreamingListenerOutputOperationStarted): void
  /** An output operation is over; `failureReason` tells when it failed. */
  onOutputOperationCompleted?(event: StreamingListenerOutputOperationCompleted): void
}

/** Which event object belongs to which listener method. */
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
