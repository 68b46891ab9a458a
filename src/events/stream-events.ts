import type { EventTime } from './event-time.ts'

/** The StreamingContext that an event belongs to. */
export interface OfStream extends EventTime {
  /** Counted from 0 over the StreamingContexts of the process. */
  readonly streamingContextId: number
}

/** An input stream of a StreamingContext. */
export interface InputStreamDescription {
  readonly streamId: number
  /** For people: `Socket stream [0]`. */
  readonly name: string
}

/** A StreamingContext was started. */
export interface StreamStarted extends OfStream {
  readonly kind: 'streamStarted'
  readonly batchDurationMs: number
  readonly inputStreams: readonly InputStreamDescription[]
}

/** A StreamingContext was stopped. */
export interface StreamStopped extends OfStream {
  readonly kind: 'streamStopped'
}

/** The records that an input stream brought into one batch. */
export interface InputFigures {
  readonly streamId: number
  /** 0 where the source does not know. */
  readonly numRecords: number
  /** `Description`, if there, is shown to people; the rest is the source's own. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** An output operation of a batch. Times are milliseconds since the epoch, null before they came. */
export interface BatchOutput {
  readonly batchTime: number
  /** The operation's place among the output operations, from 0. */
  readonly outputOpId: number
  /** The operation and the user's line. */
  readonly callSite: string
  readonly startTime: number | null
  readonly endTime: number | null
  /** The error's text with its stack when the operation failed. */
  readonly failureReason: string | null
}

/** A batch. Times are milliseconds since the epoch, null before they came. */
export interface BatchDescription {
  readonly batchTime: number
  readonly inputs: readonly InputFigures[]
  readonly submissionTime: number
  readonly processingStartTime: number | null
  readonly processingEndTime: number | null
  readonly outputs: readonly BatchOutput[]
}

/** A batch's jobs were generated and wait for their turn. */
export interface BatchSubmitted extends OfStream {
  readonly kind: 'batchSubmitted'
  readonly batch: BatchDescription
}

/** The first output operation of a batch is about to run. */
export interface BatchStarted extends OfStream {
  readonly kind: 'batchStarted'
  readonly batch: BatchDescription
}

/** The last output operation of a batch is over, whether the operations succeeded or failed. */
export interface BatchCompleted extends OfStream {
  readonly kind: 'batchCompleted'
  readonly batch: BatchDescription
}

/** An output operation of a batch is about to run. */
export interface OutputOperationStarted extends OfStream {
  readonly kind: 'outputOperationStarted'
  readonly output: BatchOutput
}

/** An output operation of a batch is over. */
export interface OutputOperationCompleted extends OfStream {
  readonly kind: 'outputOperationCompleted'
  readonly output: BatchOutput
}

/** A receiver. */
export interface ReceiverDescription {
  readonly streamId: number
  readonly name: string
  readonly isActive: boolean
  readonly location: string
  readonly executorId: string
  /** Empty when there was none. */
  readonly lastErrorMessage: string
  /** The error's text with its stack; empty when there was none. */
  readonly lastError: string
  /** Milliseconds since the epoch, -1 when there was none. */
  readonly lastErrorTime: number
}

/** A receiver was started, or started again. */
export interface ReceiverStarted extends OfStream {
  readonly kind: 'receiverStarted'
  readonly receiver: ReceiverDescription
}

/** A receiver reported an error. */
export interface ReceiverError extends OfStream {
  readonly kind: 'receiverError'
  readonly receiver: ReceiverDescription
}

/** A receiver was stopped, perhaps to be started again. */
export interface ReceiverStopped extends OfStream {
  readonly kind: 'receiverStopped'
  readonly receiver: ReceiverDescription
}

/** The events of batches. */
export type BatchEvent =
  | BatchSubmitted
  | BatchStarted
  | BatchCompleted
  | OutputOperationStarted
  | OutputOperationCompleted

/** The events of receivers. */
export type ReceiverEvent = ReceiverStarted | ReceiverError | ReceiverStopped

/** The events of StreamingContexts. */
export type StreamEvent = StreamStarted | StreamStopped | BatchEvent | ReceiverEvent
