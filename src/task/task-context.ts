import { aText } from '../arguments/argument.ts'
import { checkArgument } from '../arguments/check-arguments.ts'

/** What a running task may know of itself (Spark's `TaskContext`). */
export interface TaskContextInfo {
  readonly stageId: number
  readonly partitionId: number
  readonly attemptNumber: number
  readonly taskAttemptId: number
  readonly localProperties: Readonly<Record<string, string>>
}

const KEY = aText('key')

let current: TaskContext | null = null

/** The context of the task that runs on this worker; `TaskContext.get()` inside a function that runs on a worker. */
export class TaskContext {
  readonly #info: TaskContextInfo

  constructor(info: TaskContextInfo) {
    this.#info = info
  }

  /** @returns the running task's context, or null on the driver. */
  static get(): TaskContext | null {
    return current
  }

  /** @returns the running task's partition, or 0 on the driver. */
  static getPartitionId(): number {
    return current?.partitionId() ?? 0
  }

  /** @returns the id of the task's stage. */
  stageId(): number {
    return this.#info.stageId
  }

  /** @returns the partition that the task computes, from 0. */
  partitionId(): number {
    return this.#info.partitionId
  }

  /** @returns how often this task was tried before, 0 for the first attempt. */
  attemptNumber(): number {
    return this.#info.attemptNumber
  }

  /** @returns an id no other attempt in this SparkContext has. */
  taskAttemptId(): number {
    return this.#info.taskAttemptId
  }

  /** @returns what `SparkContext.setLocalProperty` set where the job was submitted. */
  getLocalProperty(key: string): string | undefined {
    checkArgument('TaskContext.getLocalProperty', KEY, key)
    return this.#info.localProperties[key]
  }
}

/** Sets the context for the task that starts, or null when it has ended. */
export function setTaskContext(info: TaskContextInfo | null): void {
  current = info === null ? null : new TaskContext(info)
}
