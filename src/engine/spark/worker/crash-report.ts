import fs from 'node:fs'
import path from 'node:path'
import { serializeError } from '../../../closure/worker/serialize-error.ts'
import { SparkException } from '../../../errors.ts'
import { formatErrorText } from '../error-text.ts'

/** How a worker's process ended. */
export interface WorkerDeath {
  readonly pid: number
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** How node ends itself when its heap is full. */
const HEAP_FULL: ReadonlySet<string | null> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL'])

/**
 * Leaves word of a worker that crashed where the executor looks for it: a file named after the process in the folder that Spark set up for
 * such reports. The executor adds it to the error of the task.
 * @param folder null where Spark wants no reports.
 */
export function reportCrash(folder: string | null, death: WorkerDeath, heapMiB: number): void {
  const error = new SparkException('WORKER_EXITED', describe(death, heapMiB))
  // A worker that ends by itself has told the log already.
  if (death.signal !== null) process.stderr.write(`${error.message}\n`)
  if (folder === null) return
  // The stack of the daemon says nothing about the worker.
  const text = formatErrorText({ ...serializeError(error), stack: undefined })
  try {
    fs.writeFileSync(path.join(folder, String(death.pid)), text)
  } catch {
    // The executor is gone, so nothing would read the report.
  }
}

function describe({ code, signal }: WorkerDeath, heapMiB: number): string {
  if (signal === null) return `The worker's process ended with code ${code} while it ran a task`
  if (HEAP_FULL.has(signal)) {
    return `The worker's process was ended by ${signal}, as node ends itself when its heap is full, here ${heapMiB} MiB: give the workers more (spark.millstream.worker.memory), use more partitions, or keep less in a function`
  }
  if (signal === 'SIGKILL') {
    return `The worker's process was killed by SIGKILL, as a system does that has run out of memory: give the executors more beside their heap (spark.executor.memoryOverhead), or the workers less (spark.millstream.worker.memory, here ${heapMiB} MiB)`
  }
  return `The worker's process was ended by ${signal} while it ran a task`
}
