import type { BatchOutput } from '../../events/stream-events.ts'
import { type BatchStatus, recordsOf, type StreamStatus } from '../stream-status.ts'
import { restDate, restDateOrAbsent } from './rest-date.ts'

/** The states of a batch by Spark's names. */
export type RestBatchState = 'QUEUED' | 'PROCESSING' | 'COMPLETED'

/** `/applications/<app>/streaming/statistics`: averages are over the completed batches that are remembered; absent when there are none. */
export function streamingStatistics(stream: StreamStatus) {
  const { started, completedBatches, batches, receivers } = stream
  const numActiveReceivers = receivers.filter(({ isActive }) => isActive).length
  return {
    startTime: restDate(started.time),
    batchDuration: started.batchDurationMs,
    numReceivers: receivers.length,
    numActiveReceivers,
    numInactiveReceivers: receivers.length - numActiveReceivers,
    numTotalCompletedBatches: stream.numCompletedBatches,
    numRetainedCompletedBatches: completedBatches.length,
    numActiveBatches: stream.activeBatches.length,
    numProcessedRecords: stream.numProcessedRecords,
    numReceivedRecords: stream.numReceivedRecords,
    avgInputRate: average(batches.map(({ batch }) => perSecond(recordsOf(batch), stream))),
    avgSchedulingDelay: average(completedBatches.map(schedulingDelay)),
    avgProcessingTime: average(completedBatches.map(processingTime)),
    avgTotalDelay: average(completedBatches.map(totalDelay)),
  }
}

/** `/applications/<app>/streaming/receivers`. */
export function receiverViews(stream: StreamStatus) {
  return stream.receivers.map(({ streamId }) => receiverView(stream, streamId)!)
}

/** `/applications/<app>/streaming/receivers/<id>`; undefined for a stream without a receiver. */
export function receiverView(stream: StreamStatus, streamId: number) {
  const receiver = stream.receivers.find((one) => one.streamId === streamId)
  if (receiver === undefined) return undefined
  const rates = eventRates(stream, streamId)
  const hasFailed = receiver.lastErrorTime >= 0
  return {
    streamId,
    streamName: stream.started.inputStreams.find((one) => one.streamId === streamId)?.name ?? receiver.name,
    isActive: receiver.isActive,
    executorId: receiver.executorId,
    executorHost: receiver.location,
    lastErrorTime: hasFailed ? restDate(receiver.lastErrorTime) : undefined,
    lastErrorMessage: receiver.lastErrorMessage === '' ? undefined : receiver.lastErrorMessage,
    lastError: receiver.lastError === '' ? undefined : receiver.lastError,
    avgEventRate: average(rates.map(([, rate]) => rate)),
    eventRates: rates,
  }
}

/** Records a second that an input stream brought in each batch that is remembered, by the batch's time. */
export function eventRates(stream: StreamStatus, streamId: number): [batchTime: number, recordsPerSecond: number][] {
  return stream.batches.map(({ batch }) => {
    const records = batch.inputs.find((input) => input.streamId === streamId)?.numRecords ?? 0
    return [batch.batchTime, perSecond(records, stream)]
  })
}

/** `/applications/<app>/streaming/batches`: the batches that are remembered, the last one first. */
export function batchViews(stream: StreamStatus, states?: readonly RestBatchState[]) {
  const views = stream.batches.map((batch) => viewOf(batch, stream))
  return views.filter(({ status }) => states === undefined || states.includes(status)).reverse()
}

/** `/applications/<app>/streaming/batches/<id>`; undefined for a batch that is not remembered. */
export function batchView(stream: StreamStatus, batchId: number) {
  const batch = stream.batch(batchId)
  return batch === undefined ? undefined : viewOf(batch, stream)
}

/** `/applications/<app>/streaming/batches/<id>/operations`; undefined for a batch that is not remembered. */
export function outputOperationViews(stream: StreamStatus, batchId: number) {
  const batch = stream.batch(batchId)
  return batch?.batch.outputs.map((output) => outputView(output, batch))
}

/** `/applications/<app>/streaming/batches/<id>/operations/<operation>`; undefined where there is none. */
export function outputOperationView(stream: StreamStatus, batchId: number, outputOpId: number) {
  return outputOperationViews(stream, batchId)?.find((view) => view.outputOpId === outputOpId)
}

function viewOf(status: BatchStatus, stream: StreamStatus) {
  const { batch, state } = status
  const { outputs } = batch
  const hasFailed = ({ failureReason }: BatchOutput) => failureReason !== null
  const isOver = ({ endTime }: BatchOutput) => endTime !== null
  return {
    batchId: batch.batchTime,
    batchTime: restDate(batch.batchTime),
    status: state.toUpperCase() as RestBatchState,
    batchDuration: stream.started.batchDurationMs,
    inputSize: recordsOf(batch),
    schedulingDelay: schedulingDelay(status) ?? undefined,
    processingTime: processingTime(status) ?? undefined,
    totalDelay: totalDelay(status) ?? undefined,
    numActiveOutputOps: outputs.filter(({ startTime, endTime }) => startTime !== null && endTime === null).length,
    numCompletedOutputOps: outputs.filter((output) => isOver(output) && !hasFailed(output)).length,
    numFailedOutputOps: outputs.filter(hasFailed).length,
    numTotalOutputOps: outputs.length,
    firstFailureReason: outputs.find(hasFailed)?.failureReason ?? undefined,
  }
}

function outputView(output: BatchOutput, { jobIds }: BatchStatus) {
  const { outputOpId, callSite, startTime, endTime, failureReason } = output
  return {
    outputOpId,
    name: callSite,
    description: callSite,
    startTime: restDateOrAbsent(startTime),
    endTime: restDateOrAbsent(endTime),
    duration: startTime === null || endTime === null ? undefined : endTime - startTime,
    status: failureReason !== null ? 'FAILED' : endTime !== null ? 'SUCCEEDED' : 'RUNNING',
    failureReason: failureReason ?? undefined,
    jobIds: jobIds.get(outputOpId) ?? [],
  }
}

function schedulingDelay({ batch: { submissionTime, processingStartTime } }: BatchStatus): number | null {
  return processingStartTime === null ? null : processingStartTime - submissionTime
}

function processingTime({ batch: { processingStartTime, processingEndTime } }: BatchStatus): number | null {
  return processingStartTime === null || processingEndTime === null ? null : processingEndTime - processingStartTime
}

function totalDelay({ batch: { submissionTime, processingEndTime } }: BatchStatus): number | null {
  return processingEndTime === null ? null : processingEndTime - submissionTime
}

function perSecond(records: number, { started }: StreamStatus): number {
  return (records * 1000) / started.batchDurationMs
}

function average(values: readonly (number | null)[]): number | undefined {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
}
