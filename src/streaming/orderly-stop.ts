import type { Checkpointer } from '../batches/checkpoint/checkpointer.ts'
import type { Clock } from '../batches/clock.ts'
import { deadline } from '../batches/deadline.ts'
import type { Duration } from '../batches/duration.ts'
import type { JobGenerator } from '../batches/job-generator.ts'
import type { JobScheduler } from '../batches/job-scheduler.ts'
import type { StreamingEvents } from '../batches/streaming-events.ts'
import type { SparkContext } from '../context/spark-context.ts'
import type { DStreamGraph } from '../dstream/dstream-graph.ts'
import { log } from '../log.ts'
import type { SparkConf } from '../settings/spark-conf.ts'
import { GRACEFUL_STOP_TIMEOUT } from '../settings/streaming.ts'

/** How long a job that is running when a context is stopped may take to end, before it is cancelled. */
const STOP_RUNNING_JOBS_MS = 2000
/** How long sources may take to note which batches are completed, when a context is stopped. */
const STOP_COMPLETIONS_MS = 10_000
/** How long a graceful stop waits for batches that were generated, where `spark.streaming.gracefulStopTimeout` is not set. */
const GRACEFUL_STOP_MS = 3_600_000
/** A graceful stop waits at least this many batch intervals. */
const GRACEFUL_STOP_BATCHES = 10

/** What works for a context, and is to be stopped. */
export interface WorkingParts {
  readonly sparkContext: SparkContext
  readonly clock: Clock
  readonly graph: DStreamGraph
  readonly generator: JobGenerator
  readonly scheduler: JobScheduler
  readonly checkpointer: Checkpointer | null
  readonly events: StreamingEvents
  /** The tag of all Spark jobs of the context. */
  readonly jobTag: string
}

/**
 * Stops receivers first, then the ticks, then the jobs, each once the one before has nothing more to give.
 * @param signal ends the waiting of a graceful stop.
 */
export async function stopInOrder(parts: WorkingParts, gracefully: boolean, signal?: AbortSignal): Promise<void> {
  const { sparkContext, clock, graph, generator, scheduler, checkpointer, events } = parts
  const conf = sparkContext.getConf()
  const generatorDeadline = deadline(gracefulStopMs(conf, graph.batchDuration, 0), signal)
  const jobsDeadline = deadline(gracefulStopMs(conf, graph.batchDuration, GRACEFUL_STOP_MS), signal)
  try {
    const tracker = scheduler.receiverTracker
    const now = clock.now()
    await tracker?.stop(gracefully, generatorDeadline.signal)
    if (gracefully) {
      // The next tick takes what came in until now; it takes more ticks only while blocks are left over.
      const isAllTaken = () => (generator.lastGenerated?.milliseconds ?? now) > now && !tracker?.hasUnallocatedBlocks()
      await generator.waitUntil(isAllTaken, generatorDeadline.signal)
    }
    await generator.stopTicks()
    if (gracefully) {
      await generator.waitUntil(() => generator.hasCaughtUp, generatorDeadline.signal)
      await scheduler.whenIdle(jobsDeadline.signal)
      // A batch that failed may still succeed in this run, and later ones wait for it.
      await generator.waitUntil(() => !generator.isRetrying, jobsDeadline.signal)
      await scheduler.whenIdle(jobsDeadline.signal)
    }
  } finally {
    generatorDeadline.clear()
    jobsDeadline.clear()
  }
  generator.close()
  await endJobs(parts)
  await checkpointer?.close()
  await endCompletions(generator)
  await graph.stop()
  await events.close()
}

/** Lets sources that are told of completed batches come to an end with that. */
async function endCompletions(generator: JobGenerator): Promise<void> {
  const { signal, clear } = deadline(STOP_COMPLETIONS_MS)
  await generator.completionsTold(signal)
  clear()
  if (signal.aborted) log('WARN', 'StreamingContext', 'A source has not taken note of the completed batches in time')
}

/** How long a graceful stop may take: `spark.streaming.gracefulStopTimeout`, or ten batch intervals, but no less than `atLeast`. */
export function gracefulStopMs(conf: SparkConf, batchDuration: Duration, atLeast: number): number {
  const byBatches = GRACEFUL_STOP_BATCHES * batchDuration.milliseconds
  return conf.readSetting(GRACEFUL_STOP_TIMEOUT) ?? Math.max(byBatches, atLeast)
}

/** Lets no job begin, and gives one that runs a moment before its Spark jobs are cancelled. */
async function endJobs({ scheduler, sparkContext, jobTag }: WorkingParts): Promise<void> {
  scheduler.close()
  for (const isLast of [false, true]) {
    if (scheduler.isIdle) return
    const { signal, clear } = deadline(STOP_RUNNING_JOBS_MS)
    await scheduler.whenIdle(signal)
    clear()
    if (!scheduler.isIdle && !isLast && !sparkContext.isStopped) {
      sparkContext.cancelJobsWithTag(jobTag, 'because the StreamingContext was stopped')
    }
  }
  if (!scheduler.isIdle) {
    log('WARN', 'StreamingContext', 'An output operation goes on although the context is stopped')
  }
}
