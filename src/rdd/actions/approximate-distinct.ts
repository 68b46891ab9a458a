import { HyperLogLog } from '../../task/hyper-log-log.ts'
import { builtin } from '../../task/partition-functions.ts'
import { combineWith } from '../operations/combine-by-key.ts'
import type { PartitionerRule } from '../operations/default-partitioner.ts'
import { narrow } from '../operations/narrow.ts'
import type { RDD } from '../rdd.ts'
import { require } from '../requirement.ts'
import { runJob } from '../run-job.ts'

/** The count of distinct records within about `relativeSD`, from a few kilobytes per partition. */
export async function countApproxDistinct(rdd: RDD<unknown>, relativeSD: number): Promise<number> {
  const precision = precisionFor(relativeSD)
  const parts = await runJob<Uint8Array>(rdd, 'countApproxDistinct', builtin('approximateDistinct', precision))
  const sketch = new HyperLogLog(precision)
  for (const registers of parts) sketch.merge(registers)
  return sketch.count()
}

/** As {@link countApproxDistinct}, for the values of each key. */
export function countApproxDistinctByKey<K>(
  rdd: RDD<readonly [K, unknown]>,
  relativeSD: number,
  partitionerOf: PartitionerRule,
): RDD<[K, number]> {
  const operation = 'countApproxDistinctByKey'
  const precision = precisionFor(relativeSD)
  const kept = { preservesPartitioning: true }
  const sketches = narrow<[K, Uint8Array]>(rdd, operation, builtin('approximateDistinctByKey', precision), kept)
  const merged = combineWith<K, Uint8Array>(sketches, operation, { kind: 'reduce', merge: maxOfEach }, partitionerOf)
  return narrow<[K, number]>(merged, operation, builtin('countRegisters', precision), kept)
}

const maxOfEach = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((register, i) => Math.max(register, b[i]!))

/** The number of registers, as a power of two, whose error is no larger. */
function precisionFor(relativeSD: number): number {
  require(relativeSD > 0.000017, `accuracy (${relativeSD}) must be greater than 0.000017`)
  return Math.max(4, Math.ceil((2 * Math.log(1.054 / relativeSD)) / Math.LN2))
}
