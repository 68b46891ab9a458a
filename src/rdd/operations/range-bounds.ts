import type { JobProperties } from '../../engine/engine.ts'
import type { Ordering } from '../../task/ordering.ts'
import type { Reservoir } from '../../task/partition-functions/sampling.ts'
import { builtin } from '../../task/partition-functions.ts'
import { joinParts } from '../join-parts.ts'
import type { RDDCore } from '../rdd-core.ts'
import { runJob } from '../run-job.ts'
import { byteswap32 } from './byteswap.ts'
import { narrow } from './narrow.ts'

/** Sampled keys for each partition of the result. */
const SAMPLES_PER_PARTITION = 20
const MOST_SAMPLES = 1e6
/** How many times its fair share each input partition is sampled, since partitions differ in size. */
const OVERSAMPLING = 3

/** A sampled key and how many keys it stands for. */
interface Candidate<K> {
  readonly key: K
  readonly weight: number
}

/**
 * The keys that part an RDD into `partitionCount` ranges of about equal size (Spark's `RangePartitioner`), found by sampling in one job; a
 * second one samples those partitions again that hold far more than their share. Fewer come back where there are few distinct keys.
 */
export async function sampleRangeBounds<K>(
  rdd: RDDCore<readonly [K, unknown]>,
  partitionCount: number,
  ordering: Ordering<K>,
  properties: JobProperties,
  samplesPerPartition = SAMPLES_PER_PARTITION,
): Promise<K[]> {
  if (partitionCount <= 1) return []
  const parts = await rdd.getNumPartitions()
  const sampleSize = Math.min(samplesPerPartition * partitionCount, MOST_SAMPLES)
  const sizePerPart = Math.ceil((OVERSAMPLING * sampleSize) / Math.max(1, parts))
  const sketch = builtin('reservoirOfKeys', sizePerPart, byteswap32(rdd.id))
  const reservoirs = await runJob<Reservoir>(rdd, 'sortByKey', sketch, { properties })
  const total = reservoirs.reduce((sum, { count }) => sum + count, 0)
  if (total === 0) return []

  const fraction = Math.min(sampleSize / total, 1)
  const isLarge = ({ count }: Reservoir) => fraction * count > sizePerPart
  const candidates = reservoirs
    .filter((reservoir) => !isLarge(reservoir))
    .flatMap(({ count, sample }) => sample.map((key) => ({ key: key as K, weight: count / sample.length })))
  const large = reservoirs.flatMap((reservoir, part) => (isLarge(reservoir) ? [part] : []))
  if (large.length > 0) {
    const cell = builtin('sampleCell', 0, fraction, byteswap32(-rdd.id - 1))
    const keys = narrow<K>(narrow(rdd, 'sortByKey', cell), 'sortByKey', { kind: 'keys' })
    const sampled = await runJob<K[]>(keys, 'sortByKey', { kind: 'collect' }, { partitions: large, properties })
    for (const key of joinParts(sampled)) candidates.push({ key, weight: 1 / fraction })
  }
  return boundsOf(candidates, Math.min(partitionCount, candidates.length), ordering)
}

/** The keys at which the weight passed so far completes another equal part; a key is a bound once only. */
function boundsOf<K>(candidates: Candidate<K>[], partCount: number, ordering: Ordering<K>): K[] {
  const ordered = candidates.sort((a, b) => ordering(a.key, b.key))
  const step = ordered.reduce((sum, { weight }) => sum + weight, 0) / partCount
  const bounds: K[] = []
  let passed = 0
  let target = step
  for (const { key, weight } of ordered) {
    if (bounds.length >= partCount - 1) break
    passed += weight
    if (passed < target) continue
    if (bounds.length > 0 && ordering(key, bounds.at(-1)!) <= 0) continue
    bounds.push(key)
    target += step
  }
  return bounds
}
