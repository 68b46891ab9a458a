import type { ExecutePlanResponse } from './gen/spark_connect_pb.ts'

/** How far the tasks of an operation are, over all of its stages that Spark knows by now. */
export interface OperationProgress {
  readonly done: number
  readonly active: number
  readonly total: number
  /** Bytes that they read from sources so far. */
  readonly inputBytes: number
}

/** The callbacks for the progress of an operation. */
export interface Watch {
  /** Ends it when aborted. */
  readonly signal?: AbortSignal | undefined
  /** Called now and then while it runs. */
  readonly onProgress?: ((progress: OperationProgress) => void) | undefined
}

/** Passes responses on, and tells of the progress that some of them report. */
export async function* tellingProgress(
  responses: AsyncIterable<ExecutePlanResponse>,
  { onProgress }: Watch,
): AsyncGenerator<ExecutePlanResponse, void, undefined> {
  for await (const response of responses) {
    const { responseType } = response
    if (responseType.case === 'executionProgress' && responseType.value.stages.length > 0) {
      const { stages, numInflightTasks } = responseType.value
      let [done, total, inputBytes] = [0, 0, 0]
      for (const { numTasks, numCompletedTasks, inputBytesRead } of stages) {
        inputBytes += Number(inputBytesRead)
        done += Number(numCompletedTasks)
        total += Number(numTasks)
      }
      onProgress?.({ done, total, inputBytes, active: Number(numInflightTasks) })
    }
    yield response
  }
}
