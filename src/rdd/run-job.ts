import type { JobOutput, JobProperties } from '../engine/engine.ts'
import { settledOrAborted } from '../engine/job-abort.ts'
import { cancelReason, JobCancelledException } from '../engine/job-cancelled.ts'
import type { LineageNode } from '../engine/lineage.ts'
import { IllegalArgumentException } from '../errors.ts'
import type { ResultSink } from '../task/program.ts'
import { currentJobScope } from './job-scope.ts'
import type { RDDCore } from './rdd-core.ts'
import { writeCheckpoints } from './saving/checkpointing.ts'

/** Options of an action's job. */
export interface JobOptions {
  /** Partitions to run; all of them when absent. */
  readonly partitions?: readonly number[]
  readonly signal?: AbortSignal | undefined
  /** Called as each partition's result arrives, in any order; index into `partitions`. */
  readonly onResult?: (index: number, value: unknown) => void
  /** The properties of the submitting code; read at the time of submission when absent. A job that is submitted later than the user's call passes the properties of that call. */
  readonly properties?: JobProperties
  /** Where the cluster writes the blocks that the sink sends; there are no results then. */
  readonly output?: JobOutput
}

/**
 * Runs an action's job, the one way from an RDD to the engine, and then writes the checkpoints that were asked for of what it computed.
 * @param operation the action's name, for the call site.
 * @returns one value per partition, in their order.
 */
export function runJob<R>(
  rdd: RDDCore<unknown>,
  operation: string,
  sink: ResultSink,
  options: JobOptions = {},
): Promise<R[]> {
  const job = runTheJob<R>(rdd, operation, sink, options)
  currentJobScope()?.began(job)
  return job
}

async function runTheJob<R>(
  rdd: RDDCore<unknown>,
  operation: string,
  sink: ResultSink,
  options: JobOptions,
): Promise<R[]> {
  const { context } = rdd
  const { partitions, signal, onResult, output } = options
  context.assertNotStopped()
  // Taken before anything is awaited: the user's stack and properties are those of the call.
  const properties = options.properties ?? context.jobProperties(operation)
  const node = rdd.lineage.node ?? (await resolved(rdd, properties, signal))
  if (partitions !== undefined) assertPartitions(partitions, node.numPartitions)
  const results = await context.runJob({
    node,
    sink,
    properties,
    ...(partitions && { partitions }),
    ...(signal && { signal }),
    ...(onResult && { onResult }),
    ...(output && { output }),
  })
  await writeCheckpoints(context, node, properties)
  return results as R[]
}

/** The node of an RDD that waits for something, a job that samples its keys for instance, which may be another action's: this action can be cancelled meanwhile. */
function resolved(rdd: RDDCore<unknown>, properties: JobProperties, signal?: AbortSignal): Promise<LineageNode> {
  return rdd.context.asAction(properties, signal, async (cancelled) => {
    const resolving = rdd.resolve()
    await settledOrAborted(resolving, cancelled)
    if (cancelled.aborted) throw new JobCancelledException(null, cancelReason(cancelled))
    return resolving
  })
}

/** Spark's check that a job asks for partitions that there are. @throws IllegalArgumentException */
function assertPartitions(partitions: readonly number[], count: number): void {
  const wrong = partitions.find((partition) => !(partition >= 0 && partition < count))
  if (wrong === undefined) return
  throw new IllegalArgumentException(
    'NO_SUCH_PARTITION',
    `Attempting to access a non-existent partition: ${wrong}. Total number of partitions: ${count}, numbered from 0`,
  )
}
