import type { JobEnded, JobEvent, JobStarted } from '../events/job-events.ts'
import type {
  StageCompleted,
  StageDescription,
  StageEvent,
  StageProgress,
  StageSubmitted,
} from '../events/stage-events.ts'
import type { TaskAttempt, TaskEnded, TaskEvent } from '../events/task-events.ts'
import type { TaskMetrics } from '../events/task-metrics.ts'
import { BoundedMap } from './bounded-map.ts'
import type { StatusLimits } from './status-limits.ts'

/** A job and what became of it. */
export interface JobStatus {
  readonly started: JobStarted
  readonly ended: JobEnded | null
  /** Stages that ran for it, without repetition, in the order in which they began. */
  readonly stageIds: readonly number[]
}

/** A task of a stage. */
export interface TaskStatus {
  readonly task: TaskAttempt
  readonly ended: TaskEnded | null
}

/** How many tasks of a stage are in which state. */
export interface TaskCounts {
  readonly active: number
  readonly completed: number
  readonly failed: number
  readonly killed: number
}

/** A stage's attempt and what became of it. */
export interface StageStatus {
  readonly stage: StageDescription
  readonly submissionTime: number
  readonly completed: StageCompleted | null
  /** Counted by single tasks where these are told, else by the stage's progress. */
  readonly counts: TaskCounts
  readonly numTasks: number
  /** The sums of the metrics of its tasks; null where none were told. */
  readonly metrics: TaskMetrics | null
  /** Bytes read, where a cluster tells of a stage as a whole. */
  readonly inputBytes: number | null
  readonly firstTaskLaunchedTime: number | null
  /** Tasks by their ids. Tasks of older stages may be forgotten. */
  readonly tasks: ReadonlyMap<number, TaskStatus>
}

interface MutableStage extends StageStatus {
  completed: StageCompleted | null
  counts: TaskCounts
  numTasks: number
  metrics: TaskMetrics | null
  inputBytes: number | null
  firstTaskLaunchedTime: number | null
  isCountedByTasks: boolean
  readonly tasks: Map<number, TaskStatus>
}

const NO_TASKS: TaskCounts = { active: 0, completed: 0, failed: 0, killed: 0 }

/** Jobs, stages and tasks, folded from their events. What runs is kept, what is over up to the limits. */
export class WorkStatus {
  readonly #maxTasks: number
  readonly #runningJobs = new Map<number, JobStatus>()
  readonly #endedJobs: BoundedMap<number, JobStatus>
  readonly #runningStages = new Map<number, MutableStage>()
  readonly #endedStages: BoundedMap<string, MutableStage>
  /** Stages whose tasks are remembered, those that began first forgotten first. */
  readonly #stagesWithTasks = new Set<MutableStage>()
  #numTasks = 0

  constructor(limits: StatusLimits) {
    this.#maxTasks = limits.tasks
    this.#endedJobs = new BoundedMap(limits.jobs)
    this.#endedStages = new BoundedMap(limits.stages, (stage) => this.#forgetTasks(stage))
  }

  /** The jobs by their ids, ascending. */
  get jobs(): readonly JobStatus[] {
    return [...this.#endedJobs.values(), ...this.#runningJobs.values()].sort(
      (a, b) => a.started.jobId - b.started.jobId,
    )
  }

  /** The stages by id and attempt, ascending. */
  get stages(): readonly StageStatus[] {
    const stages = [...this.#endedStages.values(), ...this.#runningStages.values()]
    return stages.sort((a, b) => a.stage.stageId - b.stage.stageId || a.stage.attempt - b.stage.attempt)
  }

  job(jobId: number): JobStatus | undefined {
    return this.#runningJobs.get(jobId) ?? this.#endedJobs.get(jobId)
  }

  /** The attempts of a stage that are remembered, the first one first. */
  attempts(stageId: number): readonly StageStatus[] {
    return this.stages.filter(({ stage }) => stage.stageId === stageId)
  }

  handle(event: JobEvent | StageEvent | TaskEvent): void {
    switch (event.kind) {
      case 'jobStarted':
        this.#runningJobs.set(event.jobId, { started: event, ended: null, stageIds: [] })
        return
      case 'jobEnded':
        this.#jobEnded(event)
        return
      case 'stageSubmitted':
        this.#stageSubmitted(event)
        return
      case 'stageProgress':
        this.#stageProgress(event)
        return
      case 'stageCompleted':
        this.#stageCompleted(event)
        return
      case 'taskStarted':
        this.#taskStarted(event.task)
        return
      case 'taskEnded':
        this.#taskEnded(event)
        return
    }
  }

  #jobEnded(event: JobEnded): void {
    const job = this.#runningJobs.get(event.jobId)
    if (job === undefined) return
    this.#runningJobs.delete(event.jobId)
    this.#endedJobs.set(event.jobId, { started: job.started, ended: event, stageIds: [...new Set(event.stageIds)] })
  }

  #stageSubmitted({ stage, time: submissionTime }: StageSubmitted): void {
    const { jobId, stageId, numTasks } = stage
    this.#runningStages.set(stageId, {
      stage,
      submissionTime,
      completed: null,
      counts: NO_TASKS,
      numTasks,
      metrics: null,
      inputBytes: null,
      firstTaskLaunchedTime: null,
      isCountedByTasks: false,
      tasks: new Map(),
    })
    const job = this.#runningJobs.get(jobId)
    if (job === undefined || job.stageIds.includes(stageId)) return
    this.#runningJobs.set(jobId, { ...job, stageIds: [...job.stageIds, stageId] })
  }

  #stageProgress({ stageId, numTasks, numActiveTasks, numCompletedTasks, inputBytes }: StageProgress): void {
    const stage = this.#runningStages.get(stageId)
    if (stage === undefined) return
    stage.numTasks = numTasks
    stage.inputBytes = inputBytes
    if (stage.isCountedByTasks) return
    stage.counts = { ...stage.counts, active: numActiveTasks, completed: numCompletedTasks }
  }

  #stageCompleted(event: StageCompleted): void {
    const { stageId, attempt } = event.stage
    const stage = this.#runningStages.get(stageId)
    if (stage === undefined) return
    this.#runningStages.delete(stageId)
    stage.completed = event
    if (!stage.isCountedByTasks) stage.counts = { ...stage.counts, active: 0, completed: event.numCompletedTasks }
    this.#endedStages.set(`${stageId}.${attempt}`, stage)
  }

  #taskStarted(task: TaskAttempt): void {
    const stage = this.#runningStages.get(task.stageId)
    if (stage === undefined) return
    this.#countByTasks(stage)
    stage.firstTaskLaunchedTime ??= task.launchTime
    stage.counts = { ...stage.counts, active: stage.counts.active + 1 }
    this.#stagesWithTasks.add(stage)
    stage.tasks.set(task.taskId, { task, ended: null })
    this.#numTasks += 1
    this.#forgetOldTasks()
  }

  /** A task that was running when its stage failed ends behind it. */
  #taskEnded(event: TaskEnded): void {
    const { task, status, metrics } = event
    const { stageId, stageAttempt, taskId } = task
    const stage = this.#runningStages.get(stageId) ?? this.#endedStages.get(`${stageId}.${stageAttempt}`)
    if (stage === undefined) return
    this.#countByTasks(stage)
    const { active, completed, failed, killed } = stage.counts
    stage.counts = {
      active: Math.max(0, active - 1),
      completed: completed + (status === 'success' ? 1 : 0),
      failed: failed + (status === 'failed' ? 1 : 0),
      killed: killed + (status === 'killed' ? 1 : 0),
    }
    if (metrics !== null) stage.metrics = stage.metrics === null ? metrics : sumOf(stage.metrics, metrics)
    if (stage.tasks.has(taskId)) stage.tasks.set(taskId, { task, ended: event })
  }

  /** Counts tasks one by one from the first event of a single task on. */
  #countByTasks(stage: MutableStage): void {
    if (stage.isCountedByTasks) return
    stage.isCountedByTasks = true
    stage.counts = { ...stage.counts, active: 0 }
  }

  #forgetOldTasks(): void {
    for (const stage of this.#stagesWithTasks) {
      if (this.#numTasks <= this.#maxTasks) return
      if (this.#stagesWithTasks.size > 1) {
        this.#forgetTasks(stage)
        continue
      }
      // Only one stage is left, and it is huge: forget its oldest tasks.
      for (const taskId of stage.tasks.keys()) {
        if (this.#numTasks <= this.#maxTasks) return
        stage.tasks.delete(taskId)
        this.#numTasks -= 1
      }
    }
  }

  #forgetTasks(stage: MutableStage): void {
    this.#numTasks -= stage.tasks.size
    stage.tasks.clear()
    this.#stagesWithTasks.delete(stage)
  }
}

function sumOf(a: TaskMetrics, b: TaskMetrics): TaskMetrics {
  return {
    runTimeMs: a.runTimeMs + b.runTimeMs,
    cpuTimeMs: a.cpuTimeMs === null || b.cpuTimeMs === null ? null : a.cpuTimeMs + b.cpuTimeMs,
    gcTimeMs: a.gcTimeMs + b.gcTimeMs,
    resultBytes: a.resultBytes + b.resultBytes,
    recordsRead: a.recordsRead + b.recordsRead,
    bytesRead: a.bytesRead + b.bytesRead,
    recordsWritten: a.recordsWritten + b.recordsWritten,
    bytesWritten: a.bytesWritten + b.bytesWritten,
    shuffleRecordsRead: a.shuffleRecordsRead + b.shuffleRecordsRead,
    shuffleBytesRead: a.shuffleBytesRead + b.shuffleBytesRead,
    shuffleRecordsWritten: a.shuffleRecordsWritten + b.shuffleRecordsWritten,
    shuffleBytesWritten: a.shuffleBytesWritten + b.shuffleBytesWritten,
    diskBytesSpilled: a.diskBytesSpilled + b.diskBytesSpilled,
    peakMemoryBytes: Math.max(a.peakMemoryBytes, b.peakMemoryBytes),
  }
}
