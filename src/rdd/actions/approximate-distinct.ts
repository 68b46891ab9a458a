import { HyperLogLog } from '../../task/hyper-log-log.ts'
import { builtin } from '../../task/partition-functions.ts'
import { precisionFor } from '../operations/approximate-distinct-by-key.ts'
import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'

/** The count of distinct records within about `relativeSD`, from a few kilobytes per partition. */
export async function countApproxDistinct(rdd: RDDCore<unknown>, relativeSD: number): Promise<number> {
  const precision = precisionFor(relativeSD)
  const parts = await runJob<Uint8Array>(rdd, 'countApproxDistinct', builtin('approximateDistinct', precision))
  const sketch = new HyperLogLog(precision)
  for (const registers of parts) sketch.merge(registers)
  return sketch.count()
}
