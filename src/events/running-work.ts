import { systemTimeMs } from '../system-clock.ts'
import type { EventPublisher } from './event-bus.ts'
import { JOB_TAGS, type JobStarted, STREAMING_BATCH_TIME, STREAMING_OUTPUT_OP_ID } from './job-events.ts'
import type { MillstreamEvent } from './millstream-event.ts'
import type { StageDescription, StageProgress, StageSubmitted } from './stage-events.ts'

/** How many jobs' groups are remembered, the oldest forgotten first (Spark's default of `spark.ui.retainedJobs`). */
const MAX_REMEMBERED_JOBS = 1000

/** Under which names a job was submitted. */
export interface JobNames {
  readonly callSite: string
  readonly description: string | null
  readonly group: string | null
  readonly localProperties: Readonly<Record<string, string>>
}

/** The facts about a stage that are known when it begins. */
export type StageHead = Omit<StageDescription, 'parentIds' | 'rddIds'>

/** Facts that are looked up only when there is a listener. */
export type StageLineage = Pick<StageDescription, 'parentIds' | 'rddIds'>

interface RunningJob {
  readonly jobId: number
  readonly names: JobNames
  readonly startTime: number
  readonly stageIds: number[]
}

/** A stage that runs now. */
export interface RunningStage {
  readonly head: StageHead
  readonly submissionTime: number
  numTasks: number
  numActiveTasks: number
  numCompletedTasks: number
  inputBytes: number | null
  readonly lineage: () => StageLineage
}

/**
 * The jobs and stages that run now. An engine tells it of each, always: that costs a map entry per job and stage. Events are made of what it is
 * told only where somebody listens.
 */
export class RunningWork {
  /** Where the engine tells of tasks, workers and blocks. */
  readonly events: EventPublisher
  readonly #now: () => number
  readonly #jobs = new Map<number, RunningJob>()
  readonly #stages = new Map<number, RunningStage>()
  readonly #groupOfJob = new Map<number, string | null>()

  constructor(events: EventPublisher, now: () => number = systemTimeMs) {
    this.events = events
    this.#now = now
  }

  /** Ids of the jobs that run. */
  get jobIds(): number[] {
    return [...this.#jobs.keys()]
  }

  /** Ids of the stages that run. */
  get stageIds(): number[] {
    return [...this.#stages.keys()]
  }

  stage(stageId: number): RunningStage | undefined {
    return this.#stages.get(stageId)
  }

  /** Ids of the jobs of a group, with null of those without one; ended ones too, as far as they are remembered. */
  jobIdsOfGroup(group: string | null): number[] {
    return [...this.#groupOfJob].filter(([, of]) => of === group).map(([jobId]) => jobId)
  }

  /** The events that a listener missed of what still runs, when it is added only now. */
  standingEvents(): MillstreamEvent[] {
    return [
      ...[...this.#jobs.values()].map(jobStarted),
      ...[...this.#stages.values()].flatMap((stage) => [stageSubmitted(stage), this.#progressOf(stage)]),
    ]
  }

  jobStarted(jobId: number, names: JobNames): void {
    const job = { jobId, names, startTime: this.#now(), stageIds: [] }
    this.#jobs.set(jobId, job)
    this.#remember(jobId, names.group)
    if (this.events.isListenedTo('jobStarted')) this.events.post(jobStarted(job))
  }

  /** @param failure what the job failed by; undefined when it succeeded. */
  jobEnded(jobId: number, failure?: unknown): void {
    const stageIds = this.#jobs.get(jobId)?.stageIds ?? []
    this.#jobs.delete(jobId)
    if (!this.events.isListenedTo('jobEnded')) return
    const failureReason = failure === undefined ? null : failure instanceof Error ? failure.message : String(failure)
    this.events.post({ kind: 'jobEnded', time: this.#now(), jobId, failureReason, stageIds })
  }

  /** @param lineage called only when there is a listener. */
  stageSubmitted(head: StageHead, lineage: () => StageLineage): void {
    const { jobId, stageId, numTasks } = head
    const counts = { numTasks, numActiveTasks: 0, numCompletedTasks: 0, inputBytes: null }
    const stage: RunningStage = { head, submissionTime: this.#now(), ...counts, lineage }
    this.#stages.set(stageId, stage)
    const ofJob = this.#jobs.get(jobId)?.stageIds
    if (ofJob !== undefined && ofJob.at(-1) !== stageId) ofJob.push(stageId)
    if (this.events.isListenedTo('stageSubmitted')) this.events.post(stageSubmitted(stage))
  }

  stageProgress(stageId: number, numCompletedTasks: number, numActiveTasks: number): void {
    const stage = this.#stages.get(stageId)
    if (stage === undefined) return
    stage.numCompletedTasks = numCompletedTasks
    stage.numActiveTasks = numActiveTasks
    if (this.events.isListenedTo('stageProgress')) this.events.post(this.#progressOf(stage))
  }

  /** Records a cluster's report on a stage: the number of tasks, which may be known only now, and the bytes that they have read. */
  clusterProgress(stageId: number, numTasks: number, numCompletedTasks: number, active: number, bytes: number): void {
    const stage = this.#stages.get(stageId)
    if (stage === undefined) return
    stage.numTasks = numTasks
    stage.inputBytes = bytes
    this.stageProgress(stageId, numCompletedTasks, active)
  }

  stageCompleted(stageId: number, failureReason: string | null): void {
    const stage = this.#stages.get(stageId)
    if (stage === undefined) return
    this.#stages.delete(stageId)
    if (!this.events.isListenedTo('stageCompleted')) return
    const { submissionTime, numCompletedTasks } = stage
    this.events.post({
      kind: 'stageCompleted',
      time: this.#now(),
      stage: descriptionOf(stage),
      submissionTime,
      numCompletedTasks,
      failureReason,
    })
  }

  #progressOf({ head, numTasks, numActiveTasks, numCompletedTasks, inputBytes }: RunningStage): StageProgress {
    const { stageId } = head
    return {
      kind: 'stageProgress',
      time: this.#now(),
      stageId,
      numTasks,
      numActiveTasks,
      numCompletedTasks,
      inputBytes,
    }
  }

  #remember(jobId: number, group: string | null): void {
    this.#groupOfJob.set(jobId, group)
    if (this.#groupOfJob.size <= MAX_REMEMBERED_JOBS) return
    for (const oldest of this.#groupOfJob.keys()) {
      this.#groupOfJob.delete(oldest)
      return
    }
  }
}

function jobStarted({ jobId, names, startTime }: RunningJob): JobStarted {
  const { callSite, description, group, localProperties } = names
  const tags = localProperties[JOB_TAGS]
  return {
    kind: 'jobStarted',
    time: startTime,
    jobId,
    callSite,
    description,
    group,
    tags: tags ? tags.split(',') : [],
    batchTime: numberOf(localProperties[STREAMING_BATCH_TIME]),
    outputOpId: numberOf(localProperties[STREAMING_OUTPUT_OP_ID]),
    properties: localProperties,
  }
}

function stageSubmitted(stage: RunningStage): StageSubmitted {
  return { kind: 'stageSubmitted', time: stage.submissionTime, stage: descriptionOf(stage) }
}

function descriptionOf({ head, numTasks, lineage }: RunningStage): StageDescription {
  return { ...head, numTasks, ...lineage() }
}

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text)
}
