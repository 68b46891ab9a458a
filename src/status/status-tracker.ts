import type { EngineEvent } from '../engine/engine.ts'

/** How many jobs' groups are remembered, the oldest forgotten first (Spark's `spark.ui.retainedJobs`). */
const MAX_RETAINED_JOBS = 1000

/** How far a stage is. */
export interface SparkStageInfo {
  readonly stageId: number
  /** The operation that ends the stage, with the user's line. */
  readonly name: string
  /** Tasks in all. */
  readonly numTasks: number
  /** Tasks that run now. */
  readonly numActiveTasks: number
  /** Tasks that are done. */
  readonly numCompletedTasks: number
}

/** What runs now (Spark's `SparkStatusTracker`): for programs that watch their own jobs. */
export class SparkStatusTracker {
  readonly #activeJobs = new Set<number>()
  readonly #stages = new Map<number, SparkStageInfo>()
  readonly #groupOfJob = new Map<number, string | null>()

  /** Ids of the jobs that run. */
  getActiveJobIds(): number[] {
    return [...this.#activeJobs]
  }

  /** Ids of the stages that run. */
  getActiveStageIds(): number[] {
    return [...this.#stages.keys()]
  }

  /** Ids of the jobs of a group, or with null of those without one; ended ones too, as far as they are remembered. */
  getJobIdsForGroup(group: string | null): number[] {
    return [...this.#groupOfJob].filter(([, of]) => of === group).map(([jobId]) => jobId)
  }

  /** How far a running stage is, or null when it does not run. */
  getStageInfo(stageId: number): SparkStageInfo | null {
    return this.#stages.get(stageId) ?? null
  }

  /** @internal */
  handle(event: EngineEvent): void {
    switch (event.kind) {
      case 'jobStarted':
        this.#activeJobs.add(event.jobId)
        this.#remember(event.jobId, event.group)
        return
      case 'jobEnded':
        this.#activeJobs.delete(event.jobId)
        return
      case 'stageStarted': {
        const { stageId, name, taskCount } = event
        this.#stages.set(stageId, { stageId, name, numTasks: taskCount, numActiveTasks: 0, numCompletedTasks: 0 })
        return
      }
      case 'stageProgress': {
        const stage = this.#stages.get(event.stageId)
        if (stage === undefined) return
        const { done: numCompletedTasks, active: numActiveTasks, taskCount: numTasks = stage.numTasks } = event
        this.#stages.set(event.stageId, { ...stage, numTasks, numCompletedTasks, numActiveTasks })
        return
      }
      case 'stageEnded':
        this.#stages.delete(event.stageId)
        return
    }
  }

  #remember(jobId: number, group: string | null): void {
    this.#groupOfJob.set(jobId, group)
    if (this.#groupOfJob.size <= MAX_RETAINED_JOBS) return
    for (const oldest of this.#groupOfJob.keys()) {
      this.#groupOfJob.delete(oldest)
      return
    }
  }
}
