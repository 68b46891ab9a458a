import { DistinctSketch } from '../../task/distinct-sketch.ts'
import { builtin } from '../../task/partition-functions.ts'
import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'

/**
 * The count of distinct records, from a few kilobytes per partition.
 * @param precision of the registers
 * @param sparsePrecision of few records, 0 for none
 */
export async function countApproxDistinct(
  rdd: RDDCore<unknown>,
  precision: number,
  sparsePrecision: number,
): Promise<number> {
  const sink = builtin('approximateDistinct', precision, sparsePrecision)
  const parts = await runJob<Uint8Array>(rdd, 'countApproxDistinct', sink)
  const sketch = new DistinctSketch(precision, sparsePrecision)
  for (const part of parts) sketch.merge(part)
  return sketch.count()
}
