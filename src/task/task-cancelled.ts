import { MillstreamError } from '../errors.ts'

/** Ends a task whose job was cancelled; thrown between chunks. */
export class TaskCancelledError extends MillstreamError {
  constructor(taskId: number) {
    super('TASK_CANCELLED', `task ${taskId} was cancelled with its job`)
  }
}
