import type { Checkpointer } from '../batches/checkpoint/checkpointer.ts'
import type { Clock } from '../batches/clock.ts'
import { deadline } from '../batches/deadline.ts'
import { describeError } from '../batches/describe-error.ts'
import type { Duration } from '../batches/duration.ts'
import type { JobGenerator } from '../batches/job-generator.ts'
import type { JobScheduler } from '../batches/job-scheduler.ts'
import type { StreamingEvents } from '../batches/streaming-events.ts'
import type { SparkContext } from '../context/spark-context.ts'
import { writeFinalStates } from '../dstream/checkpoint/final-states.ts'
import type { DStreamGraph } from '../dstream/dstream-graph.ts'
import { log } from '../log.ts'
import type { SparkConf } from '../settings/spark-conf.ts'
import { GRACEFUL_STOP_TIMEOUT, STOP_TIMEOUT } from '../settings/streaming.ts'

/** How long a job that is running when a context is stopped may take to end, before it is cancelled; `millstream.streaming.stopTimeout` if that is less. */
const STOP_RUNNING_JOBS_MS = 2000
/** How long a graceful stop waits for batches that were generated, where `spark.streaming.gracefulStopTimeout` is not set. */
const GRACEFUL_STOP_MS = 3_600_000
/** A graceful stop waits at least this many batch intervals, and makes at most this many batches of a clock that stands still. */
const GRACEFUL_STOP_BATCHES = 10

/** The parts of a context that must be stopped. */
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
  /** How long to wait for code of the program that does not end (`millstream.streaming.stopTimeout`). */
  readonly stopTimeoutMs: number
}

/** How the parts are stopped. */
export interface OrderlyStopOptions {
  /** Whether what was received before is processed. */
  readonly gracefully: boolean
  /** Ends the waiting of a graceful stop. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Stops receivers first, then the ticks, then the jobs, each once the one before has nothing more to give. A part that fails to stop is logged, one that
 * does not end is given up after `millstream.streaming.stopTimeout`, and the parts behind it are stopped all the same: never rejects.
 */
export async function stopInOrder(parts: WorkingParts, options: OrderlyStopOptions): Promise<void> {
  const { graph, generator, checkpointer, events, stopTimeoutMs } = parts
  // A batch that is due while the receivers stop would be one more to cut off.
  if (!options.gracefully) generator.stopTicks()
  await attempt('its last batches', () => runOut(parts, options))
  generator.stopTicks()
  generator.close()
  await attempt('its jobs', () => endJobs(parts))
  if (checkpointer !== null) {
    await attemptWithin(stopTimeoutMs, 'the last checkpoint', () => checkpointer.close())
  }
  await attemptWithin(stopTimeoutMs, 'sources that take note of the completed batches', (signal) =>
    generator.completionsTold(signal),
  )
  await attemptWithin(stopTimeoutMs, 'input streams and sources that are closed', () => graph.stop())
  await attempt('its listeners', () => events.close())
}

/** Stops the receivers; where the stop is graceful, has all that they and other sources had until now processed, and writes the states. */
async function runOut(parts: WorkingParts, { gracefully, signal }: OrderlyStopOptions): Promise<void> {
  const { sparkContext, clock, graph, generator, scheduler } = parts
  const conf = sparkContext.getConf()
  const generatorDeadline = deadline(gracefulStopMs(conf, graph.batchDuration, 0), signal)
  const jobsDeadline = deadline(gracefulStopMs(conf, graph.batchDuration, GRACEFUL_STOP_MS), signal)
  try {
    const now = clock.now()
    const stopReceivers = scheduler.receiverTracker?.stop(gracefully, generatorDeadline.signal)
    await stopReceivers?.catch((error: unknown) => logFailure('its receivers', error))
    if (!gracefully) return
    await takeWhatCame(parts, now, generatorDeadline.signal)
    generator.stopTicks()
    await generator.waitUntil(() => generator.hasCaughtUp, generatorDeadline.signal)
    await scheduler.whenIdle(jobsDeadline.signal)
    // A batch that failed may still succeed in this run, and later ones wait for it.
    await generator.waitUntil(() => !generator.isRetrying, jobsDeadline.signal)
    await scheduler.whenIdle(jobsDeadline.signal)
    if (sparkContext.isStopped) return
    await writeFinalStates({ sparkContext, streams: graph.streams, jobTag: parts.jobTag, signal: jobsDeadline.signal })
  } finally {
    generatorDeadline.clear()
    jobsDeadline.clear()
  }
}

/** Waits for the tick that takes what came in until `now`, and for further ones while blocks are left over. A clock that stands still is not waited for. */
async function takeWhatCame({ clock, generator, scheduler }: WorkingParts, now: number, signal: AbortSignal) {
  const tracker = scheduler.receiverTracker
  const isAllTaken = () =>
    (generator.isHoldingBack && !generator.isRetrying) ||
    ((generator.lastGenerated?.milliseconds ?? now) > now && !tracker?.hasUnallocatedBlocks())
  if (!clock.isManual) return generator.waitUntil(isAllTaken, signal)
  for (let ticks = 0; ticks < GRACEFUL_STOP_BATCHES && !isAllTaken() && !signal.aborted; ticks++) {
    generator.tickNow()
    await generator.waitUntil(() => generator.hasCaughtUp, signal)
    if (generator.isHoldingBack) await generator.waitUntil(() => !generator.isHoldingBack || isAllTaken(), signal)
  }
}

/** How long a graceful stop may take: `spark.streaming.gracefulStopTimeout`, or ten batch intervals, but no less than `atLeast`. */
export function gracefulStopMs(conf: SparkConf, batchDuration: Duration, atLeast: number): number {
  const byBatches = GRACEFUL_STOP_BATCHES * batchDuration.milliseconds
  return conf.readSetting(GRACEFUL_STOP_TIMEOUT) ?? Math.max(byBatches, atLeast)
}

/** Lets no job begin, and gives one that runs a moment before its Spark jobs are cancelled. */
async function endJobs({ scheduler, sparkContext, jobTag, stopTimeoutMs }: WorkingParts): Promise<void> {
  scheduler.close()
  for (const isLast of [false, true]) {
    if (scheduler.isIdle) return
    const { signal, clear } = deadline(Math.min(STOP_RUNNING_JOBS_MS, stopTimeoutMs))
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

/** Logs what a step of the stop throws: the steps behind it are taken all the same. */
async function attempt(what: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step()
  } catch (error) {
    logFailure(what, error)
  }
}

/** {@link attempt} of a step that runs code of the program, which may never end. */
async function attemptWithin(
  limitMs: number,
  what: string,
  step: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const { signal, clear } = deadline(limitMs)
  const late = new Promise<'late'>((resolve) => {
    signal.addEventListener('abort', () => resolve('late'), { once: true })
  })
  await attempt(what, async () => {
    const ended = await Promise.race([step(signal), late])
    if (ended === 'late' || signal.aborted) {
      log(
        'WARN',
        'StreamingContext',
        `The stop waits no longer than ${limitMs} ms for ${what}; see ${STOP_TIMEOUT.key}`,
      )
    }
  })
  clear()
}

function logFailure(what: string, error: unknown): void {
  log('ERROR', 'StreamingContext', `Error while stopping the context, at ${what}\n${describeError(error)}`)
}
