import type { ExecutePlanResponse } from './gen/spark_connect_pb.ts'

/** The Arrow streams of a result; those that the server cut into chunks are put together. */
export async function* joinedBatches(responses: AsyncIterable<ExecutePlanResponse>): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = []
  for await (const { responseType } of responses) {
    if (responseType.case !== 'arrowBatch') continue
    const { data, numChunksInBatch } = responseType.value
    if (numChunksInBatch === undefined || numChunksInBatch <= 1n) {
      yield data
      continue
    }
    chunks.push(data)
    if (BigInt(chunks.length) < numChunksInBatch) continue
    yield Buffer.concat(chunks)
    chunks = []
  }
  if (chunks.length > 0) throw new Error('the result ends within a batch')
}
