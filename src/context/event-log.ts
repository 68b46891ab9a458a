import type { EventBus } from '../events/event-bus.ts'
import type { EventListener } from '../events/event-listener.ts'
import type { JobEnded, JobStarted } from '../events/job-events.ts'
import type { EventKind, MillstreamEvent } from '../events/millstream-event.ts'
import type { StageDescription } from '../events/stage-events.ts'
import type { BatchDescription, BatchOutput } from '../events/stream-events.ts'
import type { TaskEnded, TaskStarted } from '../events/task-events.ts'
import { isLoggedSomewhere, log } from '../log.ts'

const KINDS: ReadonlySet<EventKind> = new Set([
  'applicationStarted',
  'applicationEnded',
  'jobStarted',
  'jobEnded',
  'stageSubmitted',
  'stageCompleted',
  'taskStarted',
  'taskEnded',
  'workerDied',
  'batchSubmitted',
  'batchCompleted',
  'outputOperationStarted',
  'outputOperationCompleted',
  'receiverStarted',
  'receiverStopped',
])
/** Jobs whose beginning is remembered until their end; more never run at the same time in practice. */
const MAX_RUNNING = 10_000

/**
 * Writes what happens into the log, in Spark's words and at Spark's level INFO: jobs, stages and tasks, batches and their output operations,
 * receivers. It listens to the bus only while somebody wants such lines, so that events are not made for nobody.
 */
export class EventLog implements EventListener {
  readonly name = 'EventLog'
  readonly kinds = KINDS
  readonly #bus: EventBus
  readonly #jobs = new Map<number, JobStarted>()
  readonly #finishedTasks = new Map<string, number>()
  #remove: (() => void) | null = null

  constructor(bus: EventBus) {
    this.#bus = bus
  }

  /** Begins or ends to listen, as the levels of the log now are. */
  follow(): void {
    if (isLoggedSomewhere('INFO')) {
      this.#remove ??= this.#bus.addListener(this)
    } else {
      this.#remove?.()
      this.#remove = null
    }
  }

  handle(event: MillstreamEvent): void {
    switch (event.kind) {
      case 'applicationStarted':
        info('SparkContext', `Submitted application: ${event.appName} (${event.appId}) on ${event.master}`)
        break
      case 'applicationEnded':
        info('SparkContext', 'Successfully stopped SparkContext')
        break
      case 'jobStarted':
        this.#jobStarted(event)
        break
      case 'jobEnded':
        this.#jobEnded(event)
        break
      case 'stageSubmitted':
        info('DAGScheduler', `Submitting ${event.stage.numTasks} tasks from ${titleOf(event.stage)}`)
        break
      case 'stageCompleted':
        this.#finishedTasks.delete(stageKey(event.stage.stageId, event.stage.attempt))
        info(
          'DAGScheduler',
          event.failureReason === null
            ? `${titleOf(event.stage)} finished in ${seconds(event.time - event.submissionTime)} s`
            : `${titleOf(event.stage)} failed in ${seconds(event.time - event.submissionTime)} s due to ${firstLine(event.failureReason)}`,
        )
        break
      case 'taskStarted':
        this.#taskStarted(event)
        break
      case 'taskEnded':
        this.#taskEnded(event)
        break
      case 'workerDied':
        info('TaskSchedulerImpl', `Lost worker ${event.worker}: ${firstLine(event.reason)}`)
        break
      case 'batchSubmitted':
        info('JobScheduler', `Added jobs for time ${event.batch.batchTime} ms`)
        break
      case 'batchCompleted':
        info('JobScheduler', delaysOf(event.batch))
        break
      case 'outputOperationStarted':
        info('JobScheduler', `Starting job ${jobOf(event.output)} from job set of time ${event.output.batchTime} ms`)
        break
      case 'outputOperationCompleted':
        if (event.output.failureReason === null) {
          info('JobScheduler', `Finished job ${jobOf(event.output)} from job set of time ${event.output.batchTime} ms`)
        }
        break
      case 'receiverStarted':
        info('ReceiverTracker', `Registered receiver for stream ${event.receiver.streamId} (${event.receiver.name})`)
        break
      case 'receiverStopped':
        info('ReceiverTracker', `Deregistered receiver for stream ${event.receiver.streamId} (${event.receiver.name})`)
        break
    }
  }

  #jobStarted(event: JobStarted): void {
    if (this.#jobs.size >= MAX_RUNNING) this.#jobs.clear()
    this.#jobs.set(event.jobId, event)
    info('SparkContext', `Starting job: ${event.callSite}`)
    info('DAGScheduler', `Got job ${event.jobId} (${event.callSite})`)
  }

  #jobEnded({ jobId, time, failureReason }: JobEnded): void {
    const started = this.#jobs.get(jobId)
    this.#jobs.delete(jobId)
    const what = started === undefined ? '' : `: ${started.callSite}`
    const took = started === undefined ? '' : `, took ${seconds(time - started.time)} s`
    info('DAGScheduler', `Job ${jobId} ${failureReason === null ? 'finished' : 'failed'}${what}${took}`)
  }

  #taskStarted({ task }: TaskStarted): void {
    const { index, attempt, stageId, stageAttempt, taskId, worker, partition, locality } = task
    info(
      'TaskSetManager',
      `Starting task ${index}.${attempt} in stage ${stageId}.${stageAttempt} (TID ${taskId}) (worker ${worker}, partition ${partition}, ${locality})`,
    )
  }

  #taskEnded({ task, status, failureReason, time }: TaskEnded): void {
    const { index, attempt, stageId, stageAttempt, taskId, worker, launchTime } = task
    const which = `task ${index}.${attempt} in stage ${stageId}.${stageAttempt} (TID ${taskId})`
    if (status !== 'success') {
      info('TaskSetManager', `Lost ${which} (worker ${worker}): ${firstLine(failureReason ?? status)}`)
      return
    }
    const key = stageKey(stageId, stageAttempt)
    const finished = (this.#finishedTasks.get(key) ?? 0) + 1
    this.#finishedTasks.set(key, finished)
    info(
      'TaskSetManager',
      `Finished ${which} in ${time - launchTime} ms on worker ${worker} (${finished} of its stage)`,
    )
  }
}

function info(logger: string, message: string): void {
  log('INFO', logger, message)
}

function titleOf({ stageKind, stageId, name }: StageDescription): string {
  return `${stageKind === 'result' ? 'ResultStage' : 'ShuffleMapStage'} ${stageId} (${name})`
}

function stageKey(stageId: number, attempt: number): string {
  return `${stageId}.${attempt}`
}

function jobOf({ batchTime, outputOpId }: BatchOutput): string {
  return `streaming job ${batchTime} ms.${outputOpId}`
}

function delaysOf({ batchTime, submissionTime, processingStartTime, processingEndTime }: BatchDescription): string {
  const end = processingEndTime ?? submissionTime
  const execution = end - (processingStartTime ?? end)
  return `Total delay: ${seconds(end - batchTime)} s for time ${batchTime} ms (execution: ${seconds(execution)} s)`
}

function seconds(timeMs: number): string {
  return (timeMs / 1000).toFixed(3)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
