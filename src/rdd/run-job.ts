import type { ResultSink } from '../task/program.ts'
import type { RDD } from './rdd.ts'

/** What an action may ask of its job beside the sink. */
export interface JobOptions {
  /** Partitions to run; all of them when absent. */
  readonly partitions?: readonly number[]
  readonly signal?: AbortSignal
  /** Called as each partition's result arrives, in any order; index into `partitions`. */
  readonly onResult?: (index: number, value: unknown) => void
}

/**
 * Runs an action's job: the one way from an RDD to the engine.
 * @param operation the action's name, for the call site.
 * @returns one value per partition, in their order.
 */
export async function runJob<R>(
  rdd: RDD<unknown>,
  operation: string,
  sink: ResultSink,
  options: JobOptions = {},
): Promise<R[]> {
  const { context } = rdd
  context.assertNotStopped()
  // Taken before anything is awaited: the user's stack and properties are those of the call.
  const properties = context.jobProperties(operation)
  const node = await rdd.resolve()
  const results = await context.runJob({ node, sink, properties, ...options })
  return results as R[]
}
