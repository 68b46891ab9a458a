/** The SparkContext was made. */
export interface SparkListenerApplicationStart {
  readonly appName: string
  readonly appId: string
  /** Milliseconds since the epoch. */
  readonly time: number
}

/** The SparkContext was stopped. */
export interface SparkListenerApplicationEnd {
  /** Milliseconds since the epoch. */
  readonly time: number
}

/** The application's settings; those whose names say that they are secret are hidden. */
export interface SparkListenerEnvironmentUpdate {
  readonly environmentDetails: { readonly 'Spark Properties': readonly (readonly [key: string, value: string])[] }
}

/** A job began. */
export interface SparkListenerJobStart {
  readonly jobId: number
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The action and the user's line, for instance `count at app.ts:3:9`. */
  readonly callSite: string
  readonly description: string | null
  /** The job group, or null. */
  readonly group: string | null
  readonly tags: readonly string[]
  /** The local properties of the code that ran the action. */
  readonly properties: Readonly<Record<string, string>>
}

/** A job ended. */
export interface SparkListenerJobEnd {
  readonly jobId: number
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Whether it failed or was cancelled. */
  readonly failed: boolean
  readonly jobResult: 'JobSucceeded' | 'JobFailed'
  /** The error's message when it failed, else null. */
  readonly failureReason: string | null
  /** The stages that ran for it. */
  readonly stageIds: readonly number[]
}

/** A stage (Spark's `StageInfo`). Times are milliseconds since the epoch. */
export interface StageInfo {
  readonly jobId: number
  readonly stageId: number
  /** How often the stage was begun before, because data that it read was lost. */
  readonly attemptNumber: number
  /** The operation that ends the stage, with the user's line. */
  readonly name: string
  readonly numTasks: number
  /** The RDDs whose records the stage's tasks compute, the last one first. */
  readonly rddIds: readonly number[]
  /** The stages that wrote the shuffles that it reads. */
  readonly parentIds: readonly number[]
  readonly submissionTime: number
  readonly completionTime: number | undefined
  readonly failureReason: string | undefined
}

/** A stage began: `taskCount` tasks are to run. */
export interface SparkListenerStageSubmitted {
  readonly stageId: number
  /** The operation that ends the stage, with the user's line. */
  readonly name: string
  readonly taskCount: number
  readonly stageInfo: StageInfo
}

/** A stage ended. */
export interface SparkListenerStageCompleted {
  readonly stageId: number
  readonly stageInfo: StageInfo
}

/** An attempt to run a task (Spark's `TaskInfo`). Times are milliseconds since the epoch. */
export interface TaskInfo {
  readonly taskId: number
  /** The task's place in its stage, from 0. */
  readonly index: number
  readonly partitionId: number
  /** How often this task was tried before. */
  readonly attemptNumber: number
  readonly launchTime: number
  readonly finishTime: number | undefined
  /** The worker's place in the pool, from 0, as text. */
  readonly executorId: string
  readonly host: string
  readonly taskLocality: 'PROCESS_LOCAL' | 'ANY'
  readonly status: 'RUNNING' | 'SUCCESS' | 'FAILED' | 'KILLED'
  /** `finishTime - launchTime`, in milliseconds, once both are known. */
  readonly duration: number | undefined
}

/** What was measured of a task (Spark's `TaskMetrics`). */
export interface SparkTaskMetrics {
  /** Milliseconds. */
  readonly executorRunTime: number
  /** Nanoseconds; undefined where the platform does not tell. */
  readonly executorCpuTime: number | undefined
  /** Milliseconds. */
  readonly jvmGCTime: number
  /** Bytes. */
  readonly resultSize: number
  /** Bytes. */
  readonly diskBytesSpilled: number
  /** The largest heap of the worker that was seen, in bytes. */
  readonly peakExecutionMemory: number
  readonly inputMetrics: { readonly bytesRead: number; readonly recordsRead: number }
  readonly outputMetrics: { readonly bytesWritten: number; readonly recordsWritten: number }
  readonly shuffleReadMetrics: { readonly totalBytesRead: number; readonly recordsRead: number }
  readonly shuffleWriteMetrics: { readonly bytesWritten: number; readonly recordsWritten: number }
}

/** A task was sent to a worker. */
export interface SparkListenerTaskStart {
  readonly stageId: number
  readonly stageAttemptId: number
  readonly taskInfo: TaskInfo
}

/** A task is over. */
export interface SparkListenerTaskEnd {
  readonly stageId: number
  readonly stageAttemptId: number
  readonly taskType: 'ResultTask' | 'ShuffleMapTask'
  /** `Success`, or why it failed. */
  readonly reason: string
  readonly taskInfo: TaskInfo
  /** Undefined when its worker died. */
  readonly taskMetrics: SparkTaskMetrics | undefined
}

/** A partition of a persisted RDD was kept, moved or lost. */
export interface SparkListenerBlockUpdated {
  readonly blockUpdatedInfo: {
    /** `rdd_`, the RDD's id, `_`, the partition. */
    readonly blockId: string
    readonly executorId: string
    readonly deserialized: boolean
    /** Bytes; 0 when it is in memory no more. */
    readonly memSize: number
    /** Bytes; 0 when it is on disk no more. */
    readonly diskSize: number
  }
}

/** Nothing is kept of an RDD any more. */
export interface SparkListenerUnpersistRDD {
  readonly rddId: number
}

/** A worker is up. */
export interface SparkListenerExecutorAdded {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly executorId: string
  readonly executorInfo: { readonly executorHost: string; readonly totalCores: number }
}

/** A worker died. */
export interface SparkListenerExecutorRemoved {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly executorId: string
  readonly reason: string
}

/** A listener missed events, because too many were waiting for it. */
export interface ListenerEventsDropped {
  /** How many it missed since it was last called. */
  readonly count: number
}
