import type { EventTime } from './event-time.ts'

/** A stage: tasks that run the same program over the partitions of one RDD. */
export interface StageDescription {
  readonly jobId: number
  readonly stageId: number
  /** How often the stage was begun before, because data that it read was lost. */
  readonly attempt: number
  /** The action of the stage's job, with the user's line. */
  readonly name: string
  /** `shuffleMap` when the stage writes a shuffle, `result` when it gives the action's results. */
  readonly stageKind: 'result' | 'shuffleMap'
  readonly numTasks: number
  /** The stages that wrote the shuffles that this one reads. */
  readonly parentIds: readonly number[]
  /** The RDDs whose records the stage's tasks compute, the last one first. */
  readonly rddIds: readonly number[]
}

/** A stage's tasks are about to run. */
export interface StageSubmitted extends EventTime {
  readonly kind: 'stageSubmitted'
  readonly stage: StageDescription
}

/** How far a stage is. Told when tasks begin and end, on a Spark cluster twice a second. */
export interface StageProgress extends EventTime {
  readonly kind: 'stageProgress'
  readonly stageId: number
  readonly numTasks: number
  readonly numActiveTasks: number
  readonly numCompletedTasks: number
  /** The bytes read from sources so far, on a cluster that reports no single tasks; null otherwise. */
  readonly inputBytes: number | null
}

/** A stage is over. */
export interface StageCompleted extends EventTime {
  readonly kind: 'stageCompleted'
  readonly stage: StageDescription
  /** When its tasks were about to run, in milliseconds since the epoch. */
  readonly submissionTime: number
  /** Tasks that succeeded, as far as the engine knows. */
  readonly numCompletedTasks: number
  /** Why it failed, or null. */
  readonly failureReason: string | null
}

/** The events of stages. */
export type StageEvent = StageSubmitted | StageProgress | StageCompleted
