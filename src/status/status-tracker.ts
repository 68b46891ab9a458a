import type { RunningWork } from '../events/running-work.ts'

/** How far a stage is. */
export interface SparkStageInfo {
  /** The id of the stage. */
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

/** Tells programs which of their jobs and stages run now (Spark's `SparkStatusTracker`). */
export class SparkStatusTracker {
  readonly #work: RunningWork

  /** Made by a SparkContext only: `sc.statusTracker`. */
  constructor(work: RunningWork) {
    this.#work = work
  }

  /** Ids of the jobs that run. */
  getActiveJobIds(): number[] {
    return this.#work.jobIds
  }

  /** Ids of the stages that run. */
  getActiveStageIds(): number[] {
    return this.#work.stageIds
  }

  /** Ids of the jobs of a group, or with null of those without one; ended ones too, as far as they are remembered. */
  getJobIdsForGroup(group: string | null): number[] {
    return this.#work.jobIdsOfGroup(group)
  }

  /** How far a running stage is, or null when it does not run. */
  getStageInfo(stageId: number): SparkStageInfo | null {
    const stage = this.#work.stage(stageId)
    if (stage === undefined) return null
    const { head, numTasks, numActiveTasks, numCompletedTasks } = stage
    return { stageId, name: head.name, numTasks, numActiveTasks, numCompletedTasks }
  }
}
