import { SparkConnectException } from '../../connect/spark-connect-exception.ts'
import { SparkException } from '../../errors.ts'

/** Spark's words for a worker process that is gone. */
const WORKER_GONE = /Python worker exited unexpectedly/
/** Spark's words for a worker program that is not there. */
const NOT_STARTED = /Cannot run program "([^"]+)"/
/** The worker's own words for a file of the session that is not there. */
const FILE_GONE = /which the driver has sent up as an artifact of the session/
/** Spark's line about the task, behind which a stack of the JVM follows. */
const LOST_TASK = /Task \d+ in stage \S+ failed \d+ times, most recent failure: [^\n]*?\)(?=:)/

/** Whether a job failed because what the session had on the executors is gone from their disks: another session sends it again. */
export function isArtifactGone({ message }: SparkException): boolean {
  return NOT_STARTED.test(message) || FILE_GONE.test(message)
}

/**
 * The error of a job that failed by a task, in the words of the embedded engine: the user's error is the `cause`, and what Spark said stays at
 * the end of its chain. Null for any other error.
 */
export function taskFailure(error: SparkException, callSite: string): SparkException | null {
  if (!(error instanceof SparkConnectException)) return null
  const thrown = error.cause instanceof Error ? error.cause : null
  const reason = reasonOf(error, thrown)
  if (reason === null) return null
  const task = LOST_TASK.exec(error.message)?.[0] ?? 'a task failed on an executor'
  return new SparkException('JOB_ABORTED', `Job aborted due to stage failure: ${task}: ${reason} (${callSite})`, {
    cause: thrown ?? error,
  })
}

function reasonOf(error: SparkConnectException, thrown: Error | null): string | null {
  if (thrown !== null) return `${thrown.name}: ${thrown.message}`
  const program = NOT_STARTED.exec(error.message)?.[1]
  if (program !== undefined) {
    return `the executor cannot start ${program}: it has no such program (spark.millstream.worker.executable), or the archive that was sent to it is gone from its disk; the next job sends it again`
  }
  if (WORKER_GONE.test(error.message)) {
    return 'its worker process ended, by process.exit() in a function, or because the executor has too little memory beside its heap (spark.executor.memoryOverhead)'
  }
  return error.code === 'PYTHON_EXCEPTION' ? error.message : null
}
