import type { ApplicationStarted } from '../events/application-events.ts'
import type { EventListener } from '../events/event-listener.ts'
import type { EventKind, MillstreamEvent } from '../events/millstream-event.ts'
import type { StatusLimits } from './status-limits.ts'
import { StorageStatus } from './storage-status.ts'
import { StreamStatus } from './stream-status.ts'
import { WorkStatus } from './work-status.ts'
import { WorkersStatus } from './worker-status.ts'

/** StreamingContexts that are remembered: one runs at a time, those before it are looked up seldom. */
const MAX_STREAMS = 10

/** All events but those that the store makes nothing of. */
const KINDS: readonly EventKind[] = [
  'applicationEnded',
  'jobStarted',
  'jobEnded',
  'stageSubmitted',
  'stageProgress',
  'stageCompleted',
  'taskStarted',
  'taskEnded',
  'blockUpdated',
  'rddUnpersisted',
  'workerStarted',
  'workerDied',
  'streamStarted',
  'streamStopped',
  'batchSubmitted',
  'batchStarted',
  'batchCompleted',
  'outputOperationStarted',
  'outputOperationCompleted',
  'receiverStarted',
  'receiverError',
  'receiverStopped',
]

/**
 * The past and present work of an application, collected from its events and bounded by {@link StatusLimits} (Spark's `AppStatusStore`). A listener of the bus: it
 * knows what was told since it was added. Pages and REST are functions of it, in views/.
 */
export class StatusStore implements EventListener {
  readonly name = 'StatusStore'
  readonly kinds: ReadonlySet<EventKind> = new Set(KINDS)
  readonly application: ApplicationStarted
  readonly limits: StatusLimits
  readonly work: WorkStatus
  readonly storage = new StorageStatus()
  readonly workers: WorkersStatus
  readonly #streams = new Map<number, StreamStatus>()
  #endTime: number | null = null
  #lastTime: number
  #missed = 0

  constructor(application: ApplicationStarted, limits: StatusLimits) {
    this.application = application
    this.limits = limits
    this.#lastTime = application.time
    this.work = new WorkStatus(limits)
    this.workers = new WorkersStatus(limits.deadWorkers)
  }

  /** When the application ended, in milliseconds since the epoch; null before. */
  get endTime(): number | null {
    return this.#endTime
  }

  /** When something was last told. */
  get lastTime(): number {
    return this.#lastTime
  }

  /** Events that were lost because too many came at once: the store is that much short of the truth. */
  get missedEvents(): number {
    return this.#missed
  }

  /** StreamingContexts that were started, the last one last. */
  get streams(): readonly StreamStatus[] {
    return [...this.#streams.values()]
  }

  onEventsDropped(count: number): void {
    this.#missed += count
  }

  handle(event: MillstreamEvent): void {
    this.#lastTime = Math.max(this.#lastTime, event.time)
    switch (event.kind) {
      case 'applicationStarted':
      case 'environmentUpdated':
        return
      case 'applicationEnded':
        this.#endTime = event.time
        return
      case 'jobStarted':
        this.work.handle(event)
        for (const stream of this.#streams.values()) if (stream.endTime === null) stream.jobStarted(event)
        return
      case 'jobEnded':
      case 'stageSubmitted':
      case 'stageProgress':
      case 'stageCompleted':
        this.work.handle(event)
        return
      case 'taskStarted':
      case 'taskEnded':
        this.work.handle(event)
        this.workers.handle(event)
        return
      case 'blockUpdated':
      case 'rddUnpersisted':
        this.storage.handle(event)
        return
      case 'workerStarted':
        this.workers.handle(event)
        return
      case 'workerDied':
        this.workers.handle(event)
        this.storage.workerDied(event.worker)
        return
      case 'streamStarted':
        this.#streams.set(event.streamingContextId, new StreamStatus(event, this.limits.batches))
        this.#forgetStreams()
        return
      default:
        this.#streams.get(event.streamingContextId)?.handle(event)
    }
  }

  #forgetStreams(): void {
    for (const id of this.#streams.keys()) {
      if (this.#streams.size <= MAX_STREAMS) return
      this.#streams.delete(id)
    }
  }
}
