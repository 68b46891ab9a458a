import type { ArrowBatch } from '../arrow/column.ts'
import { readArrowStream } from '../arrow/stream.ts'
import { execute } from './execute.ts'
import type { ExecutePlanResponse, Relation } from './gen/spark_connect_pb.ts'
import { planOf } from './plan.ts'
import { tellingProgress, type Watch } from './progress.ts'
import type { ConnectSession } from './session.ts'

/** Computes a relation and hands out its rows as they arrive, at least one batch, which has the schema. */
export async function* fetchBatches(
  session: ConnectSession,
  root: Relation,
  watch: Watch = {},
): AsyncGenerator<ArrowBatch> {
  for await (const stream of fetchStreams(session, root, watch)) yield* readArrowStream(stream)
}

/** Computes a relation and hands out its Arrow streams, each a schema and batches, as they arrive. */
export function fetchStreams(session: ConnectSession, root: Relation, watch: Watch = {}): AsyncGenerator<Uint8Array> {
  return joinedBatches(tellingProgress(execute(session, planOf(root), watch), watch))
}

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
