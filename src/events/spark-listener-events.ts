/** The SparkContext was made. */
export interface SparkListenerApplicationStart {
  /** The name that the program gave. */
  readonly appName: string
  /** The id of the application, as `sc.applicationId` gives it. */
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
  /** The settings, as pairs of key and value under the name that Spark gives the list. */
  readonly environmentDetails: {
    /** The settings of the SparkConf. */
    readonly 'Spark Properties': readonly (readonly [key: string, value: string])[]
  }
}

/** A job began. */
export interface SparkListenerJobStart {
  /** The id of the job, which later events of the job repeat. */
  readonly jobId: number
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The action and the user's line, for instance `count at app.ts:3:9`. */
  readonly callSite: string
  /** The description that `setJobDescription` set, or null. */
  readonly description: string | null
  /** The job group, or null. */
  readonly group: string | null
  /** The tags of `addJobTag`. */
  readonly tags: readonly string[]
  /** The local properties of the code that ran the action. */
  readonly properties: Readonly<Record<string, string>>
}

/** A job ended. */
export interface SparkListenerJobEnd {
  /** The id of the job. */
  readonly jobId: number
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Whether it failed or was cancelled. */
  readonly failed: boolean
  /** How the job ended; a cancelled job is `JobFailed`. */
  readonly jobResult: 'JobSucceeded' | 'JobFailed'
  /** The error's message when it failed, else null. */
  readonly failureReason: string | null
  /** The stages that ran for it. */
  readonly stageIds: readonly number[]
}

/** A stage (Spark's `StageInfo`). Times are milliseconds since the epoch. */
export interface StageInfo {
  /** The job for which the stage runs. */
  readonly jobId: number
  /** The id of the stage. */
  readonly stageId: number
  /** How often the stage was begun before, because data that it read was lost. */
  readonly attemptNumber: number
  /** The operation that ends the stage, with the user's line. */
  readonly name: string
  /** How many tasks the stage has, one for each partition. */
  readonly numTasks: number
  /** The RDDs whose records the stage's tasks compute, the last one first. */
  readonly rddIds: readonly number[]
  /** The stages that wrote the shuffles that it reads. */
  readonly parentIds: readonly number[]
  /** When the stage began. */
  readonly submissionTime: number
  /** When the stage ended; undefined before. */
  readonly completionTime: number | undefined
  /** The message of the error that failed the stage; undefined when none did. */
  readonly failureReason: string | undefined
}

/** A stage began: `taskCount` tasks are to run. */
export interface SparkListenerStageSubmitted {
  /** The id of the stage. */
  readonly stageId: number
  /** The operation that ends the stage, with the user's line. */
  readonly name: string
  /** How many tasks are to run. */
  readonly taskCount: number
  /** The stage, without an end. */
  readonly stageInfo: StageInfo
}

/** A stage ended. */
export interface SparkListenerStageCompleted {
  /** The id of the stage. */
  readonly stageId: number
  /** The stage, with its times and the reason when it failed. */
  readonly stageInfo: StageInfo
}

/** An attempt to run a task (Spark's `TaskInfo`). Times are milliseconds since the epoch. */
export interface TaskInfo {
  /** The id of the attempt, unique in the application. */
  readonly taskId: number
  /** The task's place in its stage, from 0. */
  readonly index: number
  /** The partition that the task computes. */
  readonly partitionId: number
  /** How often this task was tried before. */
  readonly attemptNumber: number
  /** When the task was sent to a worker. */
  readonly launchTime: number
  /** When the task was over; undefined before. */
  readonly finishTime: number | undefined
  /** The worker's place in the pool, from 0, as text. */
  readonly executorId: string
  /** The machine on which the task runs. */
  readonly host: string
  /** `PROCESS_LOCAL` when the task runs where a persisted partition lies that the task reads, `ANY` otherwise. */
  readonly taskLocality: 'PROCESS_LOCAL' | 'ANY'
  /** How the attempt stands or ended. */
  readonly status: 'RUNNING' | 'SUCCESS' | 'FAILED' | 'KILLED'
  /** `finishTime - launchTime`, in milliseconds, once both are known. */
  readonly duration: number | undefined
}

/** The measurements of a task (Spark's `TaskMetrics`). */
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
  /** What the task read of files and other sources. */
  readonly inputMetrics: {
    /** Bytes. */
    readonly bytesRead: number
    /** How many records. */
    readonly recordsRead: number
  }
  /** What the task wrote to files. */
  readonly outputMetrics: {
    /** Bytes. */
    readonly bytesWritten: number
    /** How many records. */
    readonly recordsWritten: number
  }
  /** What the task read of shuffles. */
  readonly shuffleReadMetrics: {
    /** Bytes. */
    readonly totalBytesRead: number
    /** How many records, after those of one key were combined by the writers. */
    readonly recordsRead: number
  }
  /** What the task wrote for a shuffle. */
  readonly shuffleWriteMetrics: {
    /** Bytes. */
    readonly bytesWritten: number
    /** How many records, after those of one key were combined. */
    readonly recordsWritten: number
  }
}

/** A task was sent to a worker. */
export interface SparkListenerTaskStart {
  /** The id of the stage. */
  readonly stageId: number
  /** The attempt at the stage, from 0. */
  readonly stageAttemptId: number
  /** The task, without an end. */
  readonly taskInfo: TaskInfo
}

/** A task is over. */
export interface SparkListenerTaskEnd {
  /** The id of the stage. */
  readonly stageId: number
  /** The attempt at the stage, from 0. */
  readonly stageAttemptId: number
  /** Whether the task computed a result or wrote a shuffle. */
  readonly taskType: 'ResultTask' | 'ShuffleMapTask'
  /** `Success`, or why it failed. */
  readonly reason: string
  /** The task, with its times and how it ended. */
  readonly taskInfo: TaskInfo
  /** Undefined when its worker died. */
  readonly taskMetrics: SparkTaskMetrics | undefined
}

/** A partition of a persisted RDD was kept, moved or lost. */
export interface SparkListenerBlockUpdated {
  /** Where the partition is now (Spark's `BlockUpdatedInfo`). */
  readonly blockUpdatedInfo: {
    /** `rdd_`, the RDD's id, `_`, the partition. */
    readonly blockId: string
    /** The worker, as in `TaskInfo.executorId`. */
    readonly executorId: string
    /** Whether the partition is kept as objects rather than as bytes. */
    readonly deserialized: boolean
    /** The size in memory, in bytes; 0 when the partition is not in memory. */
    readonly memSize: number
    /** The size on disk, in bytes; 0 when the partition is not on disk. */
    readonly diskSize: number
  }
}

/** An RDD was unpersisted: no partition of it is kept any more. */
export interface SparkListenerUnpersistRDD {
  /** The id of the RDD. */
  readonly rddId: number
}

/** The storage of a worker that is up or has died (Spark's `BlockManagerId`). */
export interface BlockManagerId {
  /** The worker, as in `TaskInfo.executorId`. */
  readonly executorId: string
  /** The machine of the worker. */
  readonly host: string
}

/** A worker that keeps persisted partitions is up. */
export interface SparkListenerBlockManagerAdded {
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The worker whose partitions are kept from now on. */
  readonly blockManagerId: BlockManagerId
}

/** A worker died with the partitions that it kept as objects. */
export interface SparkListenerBlockManagerRemoved {
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The worker whose partitions are gone. */
  readonly blockManagerId: BlockManagerId
}

/** A worker is up. */
export interface SparkListenerExecutorAdded {
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The worker, as in `TaskInfo.executorId`. */
  readonly executorId: string
  /** The worker's place and size (Spark's `ExecutorInfo`). */
  readonly executorInfo: {
    /** The machine of the worker. */
    readonly executorHost: string
    /** How many tasks the worker runs at a time. */
    readonly totalCores: number
  }
}

/** A worker died. */
export interface SparkListenerExecutorRemoved {
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The worker, as in `TaskInfo.executorId`. */
  readonly executorId: string
  /** Why the worker died. */
  readonly reason: string
}

/** A listener missed events, because too many were waiting for it. */
export interface ListenerEventsDropped {
  /** How many it missed since it was last called. */
  readonly count: number
}
