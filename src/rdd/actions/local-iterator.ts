import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'

/** The records in order, a partition brought to the driver at a time; with prefetching, the next one while this one is used. */
export async function* localIterator<T>(
  rdd: RDDCore<T>,
  prefetchPartitions: boolean,
): AsyncGenerator<T, void, undefined> {
  const properties = rdd.context.jobProperties('toLocalIterator')
  const stopped = new AbortController()
  const fetch = async (partition: number) => {
    const options = { partitions: [partition], properties, signal: stopped.signal }
    return (await runJob<T[]>(rdd, 'toLocalIterator', { kind: 'collect' }, options))[0]!
  }
  const count = await rdd.getNumPartitions()
  let ahead: Promise<T[]> | null = null
  try {
    for (let partition = 0; partition < count; partition++) {
      const records = await (ahead ?? fetch(partition))
      ahead = prefetchPartitions && partition + 1 < count ? fetch(partition + 1) : null
      // A failure of the prefetched job is thrown by the step that waits for its partition.
      ahead?.catch(() => {})
      yield* records
    }
  } finally {
    stopped.abort('the local iterator was closed')
  }
}
