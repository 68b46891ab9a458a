import type { JobStarted } from '../events/job-events.ts'
import type {
  BatchDescription,
  BatchOutput,
  ReceiverDescription,
  StreamEvent,
  StreamStarted,
} from '../events/stream-events.ts'
import { BoundedMap } from './bounded-map.ts'

/** A batch and the jobs of its output operations. */
export interface BatchStatus {
  readonly batch: BatchDescription
  /** `queued` before its first output operation, `processing` before the end of its last. */
  readonly state: 'queued' | 'processing' | 'completed'
  /** Ids of jobs, by output operation. */
  readonly jobIds: ReadonlyMap<number, readonly number[]>
}

type JobIds = Map<number, number[]>

/** The batches, receivers and totals of one StreamingContext, kept up to date from events. */
export class StreamStatus {
  readonly started: StreamStarted
  readonly #active = new Map<number, BatchStatus>()
  readonly #completed: BoundedMap<number, BatchStatus>
  readonly #receivers = new Map<number, ReceiverDescription>()
  #endTime: number | null = null
  #numCompletedBatches = 0
  #numReceivedRecords = 0
  #numProcessedRecords = 0

  /** @param maxBatches completed batches that are remembered. */
  constructor(started: StreamStarted, maxBatches: number) {
    this.started = started
    this.#completed = new BoundedMap(maxBatches)
  }

  /** When the context was stopped, in milliseconds since the epoch; null before. */
  get endTime(): number | null {
    return this.#endTime
  }

  /** Batches that wait or are processed, the oldest first. */
  get activeBatches(): readonly BatchStatus[] {
    return [...this.#active.values()]
  }

  /** Completed batches that are remembered, the oldest first. */
  get completedBatches(): readonly BatchStatus[] {
    return this.#completed.values()
  }

  /** All batches that are remembered, the oldest first. */
  get batches(): readonly BatchStatus[] {
    return [...this.completedBatches, ...this.activeBatches].sort((a, b) => a.batch.batchTime - b.batch.batchTime)
  }

  /** The receivers by the ids of their streams. */
  get receivers(): readonly ReceiverDescription[] {
    return [...this.#receivers.values()].sort((a, b) => a.streamId - b.streamId)
  }

  get numCompletedBatches(): number {
    return this.#numCompletedBatches
  }

  /** Records of all batches that were submitted. */
  get numReceivedRecords(): number {
    return this.#numReceivedRecords
  }

  /** Records of all batches that were completed. */
  get numProcessedRecords(): number {
    return this.#numProcessedRecords
  }

  batch(batchTime: number): BatchStatus | undefined {
    return this.#active.get(batchTime) ?? this.#completed.get(batchTime)
  }

  handle(event: StreamEvent): void {
    switch (event.kind) {
      case 'streamStarted':
        return
      case 'streamStopped':
        this.#endTime = event.time
        return
      case 'batchSubmitted':
        if (!this.#takeBack(event.batch.batchTime)) this.#numReceivedRecords += recordsOf(event.batch)
        this.#setActive(event.batch, 'queued')
        return
      case 'batchStarted':
        this.#setActive(event.batch, 'processing')
        return
      case 'batchCompleted':
        this.#completeBatch(event.batch)
        return
      case 'outputOperationStarted':
      case 'outputOperationCompleted':
        this.#setOutput(event.output)
        return
      case 'receiverStarted':
      case 'receiverError':
      case 'receiverStopped':
        this.#receivers.set(event.receiver.streamId, event.receiver)
        return
    }
  }

  /** A job of one of this context's batches began. */
  jobStarted({ batchTime, outputOpId, jobId }: JobStarted): void {
    if (batchTime === null || outputOpId === null) return
    const batch = this.#active.get(batchTime)
    if (batch === undefined) return
    const jobIds: JobIds = new Map([...batch.jobIds].map(([id, jobs]) => [id, [...jobs]]))
    jobIds.set(outputOpId, [...(jobIds.get(outputOpId) ?? []), jobId])
    this.#active.set(batchTime, { ...batch, jobIds })
  }

  #setActive(batch: BatchDescription, state: 'queued' | 'processing'): void {
    const jobIds = this.#active.get(batch.batchTime)?.jobIds ?? new Map()
    this.#active.set(batch.batchTime, { batch, state, jobIds })
  }

  /** A batch that failed runs again: it is not completed any more. @returns whether it was. */
  #takeBack(batchTime: number): boolean {
    const before = this.#completed.get(batchTime)
    if (before === undefined) return false
    this.#completed.delete(batchTime)
    this.#numCompletedBatches -= 1
    this.#numProcessedRecords -= recordsOf(before.batch)
    return true
  }

  #completeBatch(batch: BatchDescription): void {
    const jobIds = this.#active.get(batch.batchTime)?.jobIds ?? new Map()
    this.#active.delete(batch.batchTime)
    this.#completed.set(batch.batchTime, { batch, state: 'completed', jobIds })
    this.#numCompletedBatches += 1
    this.#numProcessedRecords += recordsOf(batch)
  }

  #setOutput(output: BatchOutput): void {
    const status = this.#active.get(output.batchTime)
    if (status === undefined) return
    const outputs = status.batch.outputs.map((other) => (other.outputOpId === output.outputOpId ? output : other))
    this.#active.set(output.batchTime, { ...status, batch: { ...status.batch, outputs } })
  }
}

/** Records of a batch, over all input streams. */
export function recordsOf({ inputs }: BatchDescription): number {
  return inputs.reduce((sum, { numRecords }) => sum + numRecords, 0)
}
