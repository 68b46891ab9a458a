import { describeError } from '../../batches/describe-error.ts'
import type { SparkContext } from '../../context/spark-context.ts'
import { JOB_TAGS } from '../../events/job-events.ts'
import { log } from '../../log.ts'
import type { DStreamNode } from '../dstream-node.ts'

/** What the states of a context are written with when the context stops gracefully. */
export interface FinalStatesOptions {
  readonly sparkContext: SparkContext
  /** The streams of the program. */
  readonly streams: readonly DStreamNode<unknown>[]
  /** The tag of all Spark jobs of the context. */
  readonly jobTag: string
  /** Ends the writing: the jobs that write are cancelled. */
  readonly signal: AbortSignal
}

/**
 * Writes the states as they are after the last batch, so that the next run goes on from them and needs no input of earlier batches. A state that cannot be
 * written is logged: the next run computes it again from the last one that was written, and the inputs since.
 */
export async function writeFinalStates({ sparkContext, streams, jobTag, signal }: FinalStatesOptions): Promise<void> {
  const cancel = () =>
    sparkContext.cancelJobsWithTag(jobTag, 'because the StreamingContext has no time left to stop in')
  signal.addEventListener('abort', cancel, { once: true })
  await sparkContext.withLocalProperties({ [JOB_TAGS]: jobTag }, async () => {
    for (const stream of streams) {
      if (signal.aborted) break
      try {
        await stream.writeNewestState()
      } catch (error) {
        log(
          'WARN',
          'StreamingContext',
          `The state of ${stream.creationSite} could not be written at the stop; the next run computes it again: ${describeError(error)}`,
        )
      }
    }
  })
  signal.removeEventListener('abort', cancel)
}
