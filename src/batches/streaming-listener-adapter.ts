import type { EventListener } from '../events/event-listener.ts'
import type { EventKind, MillstreamEvent } from '../events/millstream-event.ts'
import type { BatchDescription, BatchOutput, ReceiverDescription } from '../events/stream-events.ts'
import { kindsOfMethods, listenerName } from '../events/user-listener.ts'
import type { BatchInfo, OutputOperationInfo, ReceiverInfo } from './batch-info.ts'
import type { StreamInputInfo } from './input-info-tracker.ts'
import type { StreamingListener, StreamingListenerEvents } from './streaming-listener.ts'
import { Time } from './time.ts'

/** The event kind of each method of a StreamingListener. */
const KINDS_OF_METHODS = {
  onStreamingStarted: ['streamStarted'],
  onReceiverStarted: ['receiverStarted'],
  onReceiverError: ['receiverError'],
  onReceiverStopped: ['receiverStopped'],
  onBatchSubmitted: ['batchSubmitted'],
  onBatchStarted: ['batchStarted'],
  onBatchCompleted: ['batchCompleted'],
  onOutputOperationStarted: ['outputOperationStarted'],
  onOutputOperationCompleted: ['outputOperationCompleted'],
} as const satisfies Record<keyof StreamingListenerEvents, readonly EventKind[]>

/** Subscribes one of Spark's streaming listeners to the event bus, for the events of one StreamingContext. */
export function streamingListenerAdapter(listener: StreamingListener, streamingContextId: number): EventListener {
  return {
    name: listenerName(listener),
    kinds: kindsOfMethods(listener, KINDS_OF_METHODS),
    accepts: (event) => 'streamingContextId' in event && event.streamingContextId === streamingContextId,
    handle: (event) => tell(listener, event),
    onEventsDropped: (count) => listener.onEventsDropped?.({ count }),
  }
}

/** @returns what the method returned: perhaps a promise. */
function tell(listener: StreamingListener, event: MillstreamEvent): unknown {
  switch (event.kind) {
    case 'streamStarted':
      return listener.onStreamingStarted?.({ time: event.time })
    case 'receiverStarted':
      return listener.onReceiverStarted?.({ receiverInfo: receiverInfo(event.receiver) })
    case 'receiverError':
      return listener.onReceiverError?.({ receiverInfo: receiverInfo(event.receiver) })
    case 'receiverStopped':
      return listener.onReceiverStopped?.({ receiverInfo: receiverInfo(event.receiver) })
    case 'batchSubmitted':
      return listener.onBatchSubmitted?.({ batchInfo: batchInfo(event.batch) })
    case 'batchStarted':
      return listener.onBatchStarted?.({ batchInfo: batchInfo(event.batch) })
    case 'batchCompleted':
      return listener.onBatchCompleted?.({ batchInfo: batchInfo(event.batch) })
    case 'outputOperationStarted':
      return listener.onOutputOperationStarted?.({ outputOperationInfo: outputOperationInfo(event.output) })
    case 'outputOperationCompleted':
      return listener.onOutputOperationCompleted?.({ outputOperationInfo: outputOperationInfo(event.output) })
    default:
      return undefined
  }
}

function batchInfo({ batchTime, inputs, outputs, ...times }: BatchDescription): BatchInfo {
  const { submissionTime, processingStartTime: start, processingEndTime: end } = times
  const streamIdToInputInfo = new Map<number, StreamInputInfo>()
  let numRecords = 0
  for (const { streamId: inputStreamId, numRecords: records, metadata } of inputs) {
    streamIdToInputInfo.set(inputStreamId, {
      inputStreamId,
      numRecords: records,
      metadata: new Map(Object.entries(metadata)),
    })
    numRecords += records
  }
  return {
    batchTime: new Time(batchTime),
    streamIdToInputInfo,
    submissionTime,
    processingStartTime: start ?? undefined,
    processingEndTime: end ?? undefined,
    outputOperationInfos: new Map(outputs.map((output) => [output.outputOpId, outputOperationInfo(output)])),
    schedulingDelay: start === null ? undefined : start - submissionTime,
    processingDelay: start === null || end === null ? undefined : end - start,
    totalDelay: end === null ? undefined : end - submissionTime,
    numRecords,
  }
}

function outputOperationInfo({ batchTime, outputOpId, callSite, ...rest }: BatchOutput): OutputOperationInfo {
  const { startTime, endTime, failureReason } = rest
  return {
    batchTime: new Time(batchTime),
    id: outputOpId,
    name: callSite,
    description: callSite,
    startTime: startTime ?? undefined,
    endTime: endTime ?? undefined,
    failureReason: failureReason ?? undefined,
    duration: startTime === null || endTime === null ? undefined : endTime - startTime,
  }
}

function receiverInfo({ isActive: active, ...rest }: ReceiverDescription): ReceiverInfo {
  return { ...rest, active }
}
